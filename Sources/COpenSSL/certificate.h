#ifndef FARTHING_CERTIFICATE_H
#define FARTHING_CERTIFICATE_H

#include "keys.h"

// A self-signed Ed25519 certificate for TLS: the common name is given, and it never expires (RFC 5280, 4.1.2.5).
static inline farthing_pem farthing_self_signed(farthing_words32 seed, const char *common_name) {
    farthing_pem pem = {{0}};
    EVP_PKEY *key = farthing_private_key(seed);
    BIO *bio = BIO_new(BIO_s_mem());
    X509 *certificate = X509_new();
    X509_NAME *name = X509_NAME_new();
    int written = key && bio && certificate && name &&
        X509_set_version(certificate, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20000101000000Z") == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z") == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)common_name, -1, -1, 0) == 1 &&
        X509_set_subject_name(certificate, name) == 1 &&
        X509_set_issuer_name(certificate, name) == 1 &&
        X509_set_pubkey(certificate, key) == 1 &&
        X509_sign(certificate, key, NULL) > 0 &&
        PEM_write_bio_X509(bio, certificate) == 1;
    farthing_pem_take(&pem, bio, written);
    X509_NAME_free(name);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return pem;
}

#endif
