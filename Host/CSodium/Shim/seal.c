#include "patchbay_sodium.h"

#include <string.h>

#define MAGIC 0xA7
#define FORMAT 1
#define SUITE 1
/* Header bytes that are bound into the seal: all before the nonce. */
#define BOUND_HEADER_BYTES 16
#define COMMITMENT_BYTES 32
/* A place is a few ids and one hash. */
#define PLACE_BYTES_MAX 2048

static void put_u32(uint8_t *out, uint32_t value) {
    for (int i = 0; i < 4; i++) out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_u64(uint8_t *out, uint64_t value) {
    for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static size_t put_field(uint8_t *out, const uint8_t *bytes, size_t count) {
    put_u32(out, (uint32_t)count);
    memcpy(out + 4, bytes, count);
    return 4 + count;
}

/* Purpose, store id, header bytes 0 to 15, then the caller's fields. */
static int32_t bind_place(
    const patchbay_seal_place *place, const uint8_t *header, uint8_t out[PLACE_BYTES_MAX], size_t *out_bytes) {
    if (place->purpose_bytes > 64 || place->store_id_bytes > 256 || place->fields_bytes > 1024)
        return PATCHBAY_SEAL_TOO_LARGE;
    size_t used = put_field(out, place->purpose, place->purpose_bytes);
    used += put_field(out + used, place->store_id, place->store_id_bytes);
    used += put_field(out + used, header, BOUND_HEADER_BYTES);
    memcpy(out + used, place->fields, place->fields_bytes);
    *out_bytes = used + place->fields_bytes;
    return PATCHBAY_SEAL_OK;
}

/* BLAKE2b-512(key, purpose ‖ nonce): the first half encrypts, the second commits to key and nonce. The nonce has a
 * fixed length, so the two parts cannot run into each other. */
static void derive_row_key(const uint8_t *key, const patchbay_seal_place *place, const uint8_t *nonce,
    uint8_t out[PATCHBAY_KEY_BYTES + COMMITMENT_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, PATCHBAY_KEY_BYTES, PATCHBAY_KEY_BYTES + COMMITMENT_BYTES);
    crypto_generichash_update(&state, place->purpose, place->purpose_bytes);
    crypto_generichash_update(&state, nonce, PATCHBAY_NONCE_BYTES);
    crypto_generichash_final(&state, out, PATCHBAY_KEY_BYTES + COMMITMENT_BYTES);
    sodium_memzero(&state, sizeof state);
}

int32_t patchbay_sodium_init(void) { return sodium_init() < 0 ? -1 : 0; }

int32_t patchbay_seal(const uint8_t key[PATCHBAY_KEY_BYTES], patchbay_seal_header header,
    const patchbay_seal_place *place, uint8_t *payload, size_t payload_bytes, size_t payload_capacity,
    const uint8_t *nonce, uint8_t *out, size_t out_capacity, size_t *out_bytes)
{
    size_t padded = 0;
    if (payload_bytes > PATCHBAY_SEAL_PAYLOAD_BYTES_MAX
        || sodium_pad(&padded, payload, payload_bytes, PATCHBAY_SEAL_BLOCK_BYTES, payload_capacity) != 0
        || out_capacity < PATCHBAY_SEAL_HEADER_BYTES + padded + PATCHBAY_SEAL_TAG_BYTES)
        return PATCHBAY_SEAL_TOO_LARGE;

    out[0] = MAGIC;
    out[1] = FORMAT;
    out[2] = SUITE;
    out[3] = 0;
    put_u32(out + 4, header.key_number);
    put_u64(out + 8, header.generation);
    uint8_t bound[PLACE_BYTES_MAX];
    size_t bound_bytes = 0;
    int32_t code = bind_place(place, out, bound, &bound_bytes);
    if (code != PATCHBAY_SEAL_OK) return code;

    if (nonce)
        memcpy(out + 16, nonce, PATCHBAY_NONCE_BYTES);
    else
        randombytes_buf(out + 16, PATCHBAY_NONCE_BYTES);
    uint8_t row_key[PATCHBAY_KEY_BYTES + COMMITMENT_BYTES];
    derive_row_key(key, place, out + 16, row_key);
    memcpy(out + 40, row_key + PATCHBAY_KEY_BYTES, COMMITMENT_BYTES);

    unsigned long long sealed = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        out + PATCHBAY_SEAL_HEADER_BYTES, &sealed, payload, padded, bound, bound_bytes, NULL, out + 16, row_key);
    sodium_memzero(row_key, sizeof row_key);
    *out_bytes = PATCHBAY_SEAL_HEADER_BYTES + (size_t)sealed;
    return PATCHBAY_SEAL_OK;
}

int32_t patchbay_seal_inspect(const uint8_t *sealed, size_t sealed_bytes, patchbay_seal_header *header) {
    if (sealed_bytes == 0 || sealed[0] != MAGIC) return PATCHBAY_SEAL_NOT_SEALED;
    if (sealed_bytes < PATCHBAY_SEAL_HEADER_BYTES + PATCHBAY_SEAL_BLOCK_BYTES + PATCHBAY_SEAL_TAG_BYTES)
        return PATCHBAY_SEAL_MALFORMED;
    if (sealed[1] != FORMAT || sealed[2] != SUITE || sealed[3] != 0) return PATCHBAY_SEAL_NEWER;
    if (sealed_bytes > PATCHBAY_SEAL_BYTES_MAX
        || (sealed_bytes - PATCHBAY_SEAL_HEADER_BYTES - PATCHBAY_SEAL_TAG_BYTES) % PATCHBAY_SEAL_BLOCK_BYTES != 0)
        return PATCHBAY_SEAL_MALFORMED;
    header->key_number = 0;
    header->generation = 0;
    for (int i = 0; i < 4; i++) header->key_number = header->key_number << 8 | sealed[4 + i];
    for (int i = 0; i < 8; i++) header->generation = header->generation << 8 | sealed[8 + i];
    return PATCHBAY_SEAL_OK;
}

int32_t patchbay_open(const uint8_t key[PATCHBAY_KEY_BYTES], const patchbay_seal_place *place, const uint8_t *sealed,
    size_t sealed_bytes, uint8_t *out, size_t out_capacity, size_t *out_bytes)
{
    patchbay_seal_header header;
    int32_t code = patchbay_seal_inspect(sealed, sealed_bytes, &header);
    if (code != PATCHBAY_SEAL_OK) return code;
    size_t padded = sealed_bytes - PATCHBAY_SEAL_HEADER_BYTES - PATCHBAY_SEAL_TAG_BYTES;
    if (out_capacity < padded) return PATCHBAY_SEAL_TOO_LARGE;
    uint8_t bound[PLACE_BYTES_MAX];
    size_t bound_bytes = 0;
    code = bind_place(place, sealed, bound, &bound_bytes);
    if (code != PATCHBAY_SEAL_OK) return code;

    uint8_t row_key[PATCHBAY_KEY_BYTES + COMMITMENT_BYTES];
    derive_row_key(key, place, sealed + 16, row_key);
    unsigned long long opened = 0;
    if (sodium_memcmp(row_key + PATCHBAY_KEY_BYTES, sealed + 40, COMMITMENT_BYTES) != 0)
        code = PATCHBAY_SEAL_WRONG_KEY;
    else if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &opened, NULL, sealed + PATCHBAY_SEAL_HEADER_BYTES,
                 padded + PATCHBAY_SEAL_TAG_BYTES, bound, bound_bytes, sealed + 16, row_key)
        != 0)
        code = PATCHBAY_SEAL_CHANGED;
    sodium_memzero(row_key, sizeof row_key);
    if (code == PATCHBAY_SEAL_OK && sodium_unpad(out_bytes, out, padded, PATCHBAY_SEAL_BLOCK_BYTES) != 0) {
        sodium_memzero(out, padded);
        code = PATCHBAY_SEAL_CHANGED;
    }
    return code;
}

int32_t patchbay_reseal(const uint8_t old_key[PATCHBAY_KEY_BYTES], const uint8_t new_key[PATCHBAY_KEY_BYTES],
    uint32_t new_key_number, const patchbay_seal_place *place, const uint8_t *sealed, size_t sealed_bytes,
    const uint8_t nonce[PATCHBAY_NONCE_BYTES], uint8_t *scratch, uint8_t *out)
{
    patchbay_seal_header header;
    int32_t code = patchbay_seal_inspect(sealed, sealed_bytes, &header);
    if (code != PATCHBAY_SEAL_OK) return code;
    uint8_t *payload = scratch, *again = scratch + PATCHBAY_SEAL_BYTES_MAX;
    size_t payload_bytes = 0, again_bytes = 0, out_bytes = 0;
    code = patchbay_open(old_key, place, sealed, sealed_bytes, payload, PATCHBAY_SEAL_BYTES_MAX, &payload_bytes);
    header.key_number = new_key_number;
    if (code == PATCHBAY_SEAL_OK)
        code = patchbay_seal(new_key, header, place, payload, payload_bytes, PATCHBAY_SEAL_BYTES_MAX, nonce, out,
            sealed_bytes, &out_bytes);
    if (code == PATCHBAY_SEAL_OK)
        code = patchbay_open(new_key, place, out, out_bytes, again, PATCHBAY_SEAL_BYTES_MAX, &again_bytes);
    if (code == PATCHBAY_SEAL_OK
        && (out_bytes != sealed_bytes || again_bytes != payload_bytes
            || sodium_memcmp(payload, again, payload_bytes) != 0))
        code = PATCHBAY_SEAL_CHANGED;
    /* What was sealed is padded to whole blocks, and no longer than the value itself. */
    sodium_memzero(payload, sealed_bytes);
    sodium_memzero(again, sealed_bytes);
    return code;
}
