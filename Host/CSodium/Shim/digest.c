#include "patchbay_sodium.h"

#include <errno.h>
#include <unistd.h>

int32_t patchbay_derive(const uint8_t root[PATCHBAY_KEY_BYTES], uint64_t number, uint8_t *out, size_t out_bytes) {
    return crypto_kdf_derive_from_key(out, out_bytes, number, "patchbay", root);
}

int32_t patchbay_fingerprint(
    const uint8_t key[PATCHBAY_KEY_BYTES], const uint8_t *data, size_t data_bytes, uint8_t *out, size_t out_bytes) {
    return crypto_generichash(out, out_bytes, data, data_bytes, key, PATCHBAY_KEY_BYTES);
}

int32_t patchbay_digest(const uint8_t *data, size_t data_bytes, uint8_t out[PATCHBAY_DIGEST_BYTES]) {
    return crypto_generichash(out, PATCHBAY_DIGEST_BYTES, data, data_bytes, NULL, 0);
}

int32_t patchbay_digest_file(int32_t descriptor, uint8_t out[PATCHBAY_DIGEST_BYTES]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, PATCHBAY_DIGEST_BYTES);
    uint8_t buffer[65536];
    off_t offset = 0;
    for (;;) {
        ssize_t count = pread(descriptor, buffer, sizeof buffer, offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (count == 0) break;
        crypto_generichash_update(&state, buffer, (unsigned long long)count);
        offset += count;
    }
    crypto_generichash_final(&state, out, PATCHBAY_DIGEST_BYTES);
    return 0;
}
