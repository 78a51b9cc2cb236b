/* signature.c: checking who signed a file. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "patchbay_sodium.h"

int32_t patchbay_signature_fits(
    const uint8_t public_key[PATCHBAY_PUBLIC_KEY_BYTES], const uint8_t *data, size_t data_bytes,
    const uint8_t signature[PATCHBAY_SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, data, data_bytes, public_key) == 0;
}

int32_t patchbay_file_signature_fits(
    const uint8_t public_key[PATCHBAY_PUBLIC_KEY_BYTES], int32_t descriptor, int32_t is_hashed,
    const uint8_t signature[PATCHBAY_SIGNATURE_BYTES])
{
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -errno;
    size_t bytes = status.st_size < 0 ? 0 : (size_t)status.st_size;
    if (bytes == 0) return 0;
    /* Only for sealed memory, which cannot shrink under the mapping. */
    void *data = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) return -errno;
    uint8_t hash[64];
    int32_t fits;
    if (is_hashed) {
        crypto_generichash(hash, sizeof hash, data, bytes, NULL, 0);
        fits = patchbay_signature_fits(public_key, hash, sizeof hash, signature);
    } else {
        fits = patchbay_signature_fits(public_key, data, bytes, signature);
    }
    munmap(data, bytes);
    return fits;
}
