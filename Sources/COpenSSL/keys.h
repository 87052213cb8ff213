#ifndef FARTHING_KEYS_H
#define FARTHING_KEYS_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <string.h>

#include "sha256.h"

// Text up to 2047 characters, ended by a zero; empty when libcrypto failed.
typedef struct {
    char text[2048];
} farthing_pem;

typedef enum {
    FARTHING_KEY_READ,
    FARTHING_KEY_NOT_PEM,
    FARTHING_KEY_OTHER_LABEL,       // `detail` is the label
    FARTHING_KEY_ENCRYPTED,         // and no passphrase was given
    FARTHING_KEY_WRONG_PASSPHRASE,
    FARTHING_KEY_OTHER_ALGORITHM,   // `detail` is its name
    FARTHING_KEY_DAMAGED,
    FARTHING_KEY_MORE_THAN_ONE,
} farthing_key_status;

typedef struct {
    farthing_key_status status;
    farthing_words32 key;
    char detail[64];
} farthing_key_result;

// What a writer left in a memory BIO; frees the BIO.
static inline void farthing_pem_take(farthing_pem *pem, BIO *bio, int written) {
    int count = written ? BIO_read(bio, pem->text, sizeof pem->text - 1) : 0;
    if (count <= 0 || BIO_ctrl_pending(bio) != 0) count = 0;
    pem->text[count] = 0;
    BIO_free(bio);
    ERR_clear_error();
}

static inline EVP_PKEY *farthing_private_key(farthing_words32 seed) {
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, (const uint8_t *)&seed, 32);
    OPENSSL_cleanse(&seed, sizeof seed);
    return key;
}

// PKCS#8, as `openssl pkey` writes it.
static inline farthing_pem farthing_private_key_pem(farthing_words32 seed) {
    farthing_pem pem = {{0}};
    EVP_PKEY *key = farthing_private_key(seed);
    BIO *bio = BIO_new(BIO_s_secmem());
    int written = key && bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
    farthing_pem_take(&pem, bio, written);
    EVP_PKEY_free(key);
    return pem;
}

// PKCS#8, encrypted with AES-256-CBC under PBKDF2 with HMAC-SHA-256 and 16 bytes of salt (PBES2).
static inline farthing_pem farthing_encrypted_private_key_pem(farthing_words32 seed, const char *passphrase,
                                                              int count, int rounds) {
    farthing_pem pem = {{0}};
    EVP_PKEY *key = farthing_private_key(seed);
    BIO *bio = BIO_new(BIO_s_mem());
    PKCS8_PRIV_KEY_INFO *plain = key ? EVP_PKEY2PKCS8(key) : NULL;
    X509_ALGOR *algorithm =
        PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), rounds, NULL, 16, NULL, NID_hmacWithSHA256);
    X509_SIG *sealed = plain && algorithm ? PKCS8_set0_pbe(passphrase, count, plain, algorithm) : NULL;
    if (sealed)
        algorithm = NULL; // `sealed` owns it now
    int written = bio && sealed && PEM_write_bio_PKCS8(bio, sealed) == 1;
    farthing_pem_take(&pem, bio, written);
    X509_SIG_free(sealed);
    X509_ALGOR_free(algorithm);
    PKCS8_PRIV_KEY_INFO_free(plain);
    EVP_PKEY_free(key);
    return pem;
}

static inline farthing_pem farthing_public_key_pem(farthing_words32 raw) {
    farthing_pem pem = {{0}};
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const uint8_t *)&raw, 32);
    BIO *bio = BIO_new(BIO_s_mem());
    int written = key && bio && PEM_write_bio_PUBKEY(bio, key) == 1;
    farthing_pem_take(&pem, bio, written);
    EVP_PKEY_free(key);
    return pem;
}

static inline farthing_key_status farthing_other_algorithm(farthing_key_result *result, int nid) {
    const char *name = OBJ_nid2sn(nid);
    OPENSSL_strlcpy(result->detail, name ? name : "unknown", sizeof result->detail);
    return FARTHING_KEY_OTHER_ALGORITHM;
}

static inline farthing_key_status farthing_take_pkcs8(farthing_key_result *result, PKCS8_PRIV_KEY_INFO *info) {
    const ASN1_OBJECT *algorithm = NULL;
    size_t count = sizeof result->key;
    if (PKCS8_pkey_get0(&algorithm, NULL, NULL, NULL, info) != 1) return FARTHING_KEY_DAMAGED;
    if (OBJ_obj2nid(algorithm) != NID_ED25519) return farthing_other_algorithm(result, OBJ_obj2nid(algorithm));
    EVP_PKEY *key = EVP_PKCS82PKEY(info);
    int taken = key && EVP_PKEY_get_raw_private_key(key, (uint8_t *)&result->key, &count) == 1 && count == 32;
    EVP_PKEY_free(key);
    return taken ? FARTHING_KEY_READ : FARTHING_KEY_DAMAGED;
}

static inline farthing_key_status farthing_take_private(farthing_key_result *result, const char *label,
                                                        const char *header, const uint8_t *data, long length,
                                                        const char *passphrase, int count) {
    farthing_key_status status = FARTHING_KEY_DAMAGED;
    PKCS8_PRIV_KEY_INFO *info = NULL;
    const uint8_t *end = data;
    if (strcmp(label, "PRIVATE KEY") == 0) {
        if (header[0] != 0) return FARTHING_KEY_DAMAGED;
        info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &end, length);
    } else if (strcmp(label, "ENCRYPTED PRIVATE KEY") == 0) {
        if (!passphrase) return FARTHING_KEY_ENCRYPTED;
        X509_SIG *sealed = d2i_X509_SIG(NULL, &end, length);
        if (!sealed) return FARTHING_KEY_DAMAGED;
        info = PKCS8_decrypt(sealed, passphrase, count);
        X509_SIG_free(sealed);
        if (!info) return FARTHING_KEY_WRONG_PASSPHRASE;
    } else {
        OPENSSL_strlcpy(result->detail, label, sizeof result->detail);
        return FARTHING_KEY_OTHER_LABEL;
    }
    if (info && end == data + length) status = farthing_take_pkcs8(result, info);
    PKCS8_PRIV_KEY_INFO_free(info);
    return status;
}

static inline farthing_key_status farthing_take_public(farthing_key_result *result, const char *label,
                                                       const uint8_t *data, long length) {
    farthing_key_status status = FARTHING_KEY_DAMAGED;
    const uint8_t *end = data;
    size_t count = sizeof result->key;
    if (strcmp(label, "PUBLIC KEY") != 0) {
        OPENSSL_strlcpy(result->detail, label, sizeof result->detail);
        return FARTHING_KEY_OTHER_LABEL;
    }
    EVP_PKEY *key = d2i_PUBKEY(NULL, &end, length);
    if (key && EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519)
        status = farthing_other_algorithm(result, EVP_PKEY_get_base_id(key));
    else if (key && end == data + length &&
             EVP_PKEY_get_raw_public_key(key, (uint8_t *)&result->key, &count) == 1 && count == 32)
        status = FARTHING_KEY_READ;
    EVP_PKEY_free(key);
    return status;
}

// True when another PEM block follows.
static inline int farthing_pem_has_more(BIO *bio) {
    char *label = NULL, *header = NULL;
    uint8_t *data = NULL;
    long length = 0;
    int more = PEM_read_bio(bio, &label, &header, &data, &length) == 1;
    OPENSSL_free(label);
    OPENSSL_free(header);
    if (more) OPENSSL_clear_free(data, (size_t)length);
    return more;
}

// Reads one PEM block: a private key when `wants_private`, else a public key. A null passphrase opens nothing.
static inline farthing_key_result farthing_read_key(const char *text, int text_count, int wants_private,
                                                    const char *passphrase, int count) {
    farthing_key_result result = {FARTHING_KEY_NOT_PEM, {0, 0, 0, 0}, {0}};
    char *label = NULL, *header = NULL;
    uint8_t *data = NULL;
    long length = 0;
    BIO *bio = BIO_new_mem_buf(text, text_count);
    if (bio && PEM_read_bio(bio, &label, &header, &data, &length) == 1) {
        result.status = wants_private
            ? farthing_take_private(&result, label, header, data, length, passphrase, count)
            : farthing_take_public(&result, label, data, length);
        if (result.status == FARTHING_KEY_READ && farthing_pem_has_more(bio))
            result.status = FARTHING_KEY_MORE_THAN_ONE;
        OPENSSL_clear_free(data, (size_t)length);
    }
    if (result.status != FARTHING_KEY_READ) OPENSSL_cleanse(&result.key, sizeof result.key);
    OPENSSL_free(label);
    OPENSSL_free(header);
    BIO_free(bio);
    ERR_clear_error();
    return result;
}

#endif
