#ifndef FARTHING_ED25519_H
#define FARTHING_ED25519_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdint.h>

// Answers 1 when the 64-byte signature verifies under the 32-byte key, else 0.
static inline int farthing_ed25519_verify(const uint8_t *signature, const uint8_t *message, size_t count,
                                          const uint8_t *key) {
    int valid = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY *public_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
    if (context && public_key && EVP_DigestVerifyInit(context, NULL, NULL, NULL, public_key) == 1)
        valid = EVP_DigestVerify(context, signature, 64, message, count) == 1;
    EVP_PKEY_free(public_key);
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return valid;
}

#endif
