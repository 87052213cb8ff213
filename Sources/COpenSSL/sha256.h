#ifndef FARTHING_SHA256_H
#define FARTHING_SHA256_H

#include <openssl/sha.h>
#include <stdint.h>
#include <string.h>

// Thirty-two bytes as four words in memory order: passed by value, so that Swift needs no pointer.
typedef struct {
    uint64_t first, second, third, fourth;
} farthing_words32;

static inline SHA256_CTX farthing_sha256_begin(void) {
    SHA256_CTX context;
    SHA256_Init(&context);
    return context;
}

static inline void farthing_sha256_update_words(SHA256_CTX *context, farthing_words32 words) {
    SHA256_Update(context, &words, sizeof words);
}

static inline farthing_words32 farthing_sha256_end(SHA256_CTX context) {
    uint8_t digest[SHA256_DIGEST_LENGTH];
    farthing_words32 words;
    SHA256_Final(digest, &context);
    memcpy(&words, digest, sizeof words);
    return words;
}

// RFC 6962: the hash of an inner node is SHA-256(0x01, left, right).
static inline farthing_words32 farthing_sha256_node(farthing_words32 left, farthing_words32 right) {
    uint8_t message[65];
    SHA256_CTX context;
    message[0] = 0x01;
    memcpy(message + 1, &left, 32);
    memcpy(message + 33, &right, 32);
    SHA256_Init(&context);
    SHA256_Update(&context, message, sizeof message);
    return farthing_sha256_end(context);
}

// RFC 6962: the hash of a leaf of forty bytes is SHA-256(0x00, words, number), the number little-endian.
static inline farthing_words32 farthing_sha256_leaf40(farthing_words32 words, uint64_t number) {
    uint8_t message[41];
    SHA256_CTX context;
    message[0] = 0x00;
    memcpy(message + 1, &words, 32);
    for (int i = 0; i < 8; i++) message[33 + i] = (uint8_t)(number >> (8 * i));
    SHA256_Init(&context);
    SHA256_Update(&context, message, sizeof message);
    return farthing_sha256_end(context);
}

#endif
