#include "patchbay_sodium.h"

int32_t patchbay_stretch(const uint8_t *passphrase, size_t passphrase_bytes, const uint8_t salt[PATCHBAY_SALT_BYTES],
    uint8_t out[PATCHBAY_KEY_BYTES])
{
    return crypto_pwhash(
        out, PATCHBAY_KEY_BYTES, (const char *)passphrase, passphrase_bytes, salt, crypto_pwhash_OPSLIMIT_MODERATE,
        crypto_pwhash_MEMLIMIT_MODERATE, crypto_pwhash_ALG_ARGON2ID13);
}

void patchbay_box_pair(const uint8_t seed[PATCHBAY_KEY_BYTES], uint8_t public_key[PATCHBAY_KEY_BYTES],
    uint8_t secret_key[PATCHBAY_KEY_BYTES])
{
    uint8_t public[crypto_box_PUBLICKEYBYTES], secret[crypto_box_SECRETKEYBYTES];
    crypto_box_seed_keypair(public, secret, seed);
    for (size_t i = 0; i < sizeof public; i++) {
        if (public_key) public_key[i] = public[i];
        if (secret_key) secret_key[i] = secret[i];
    }
    sodium_memzero(secret, sizeof secret);
}

int32_t patchbay_box_seal(
    const uint8_t public_key[PATCHBAY_KEY_BYTES], const uint8_t *data, size_t data_bytes, uint8_t *out)
{
    return crypto_box_seal(out, data, data_bytes, public_key);
}

int32_t patchbay_box_open(
    const uint8_t seed[PATCHBAY_KEY_BYTES], const uint8_t *sealed, size_t sealed_bytes, uint8_t *out)
{
    uint8_t public[PATCHBAY_KEY_BYTES], secret[PATCHBAY_KEY_BYTES];
    if (sealed_bytes < PATCHBAY_BOX_OVERHEAD_BYTES) return -1;
    patchbay_box_pair(seed, public, secret);
    int32_t code = crypto_box_seal_open(out, sealed, sealed_bytes, public, secret);
    sodium_memzero(secret, sizeof secret);
    return code;
}
