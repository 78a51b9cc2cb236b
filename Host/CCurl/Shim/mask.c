#include "mask.h"

#include "patchbay_curl.h"
#include "spelling.h"

#include <stdlib.h>
#include <string.h>

/* This many bytes of a secret in a row are masked, or the whole of a shorter one. */
#define RUN_BYTES 12
/* Shorter text would be found everywhere. */
#define SECRET_BYTES_MIN 4
#define BASE64_BYTES_MIN 8

patchbay_mask *patchbay_mask_new(void) { return calloc(1, sizeof(patchbay_mask)); }

static int is_known(const patchbay_mask *mask, const uint8_t *bytes, size_t count)
{
    for (size_t index = 0; index < mask->needle_count; index++) {
        const mask_needle *needle = &mask->needles[index];
        size_t same = 0;
        if (needle->end - needle->start != count) continue;
        while (same < count && mask->text[needle->start + same] == patchbay_folded(bytes[same]) + 1) same++;
        if (same == count) return 1;
    }
    return 0;
}

/* A larger copy; the old one is wiped. */
static void *grown(void *old, size_t old_bytes, size_t bytes)
{
    void *larger = calloc(1, bytes);
    if (larger && old) memcpy(larger, old, old_bytes);
    if (larger && old) explicit_bzero(old, old_bytes);
    if (larger) free(old);
    return larger;
}

static int32_t add(patchbay_mask *mask, const uint8_t *bytes, size_t count, uint32_t margin)
{
    if (count < 3 || mask->needle_count == MASK_NEEDLES_MAX || is_known(mask, bytes, count)) return 0;
    size_t start = mask->text_count, end = start + count;
    if (end > UINT32_MAX / 2) return -1;
    uint16_t *text = grown(mask->text, start * sizeof *text, (end + 1) * sizeof *text);
    if (!text) return -1;
    mask->text = text;
    uint32_t *nexts = grown(mask->nexts, start * sizeof *nexts, (end + 1) * sizeof *nexts);
    if (!nexts) return -1;
    mask->nexts = nexts;
    for (size_t index = 0; index < count; index++) {
        uint8_t byte = patchbay_folded(bytes[index]);
        text[start + index] = (uint16_t)(byte + 1);
        mask->has[byte] = 1;
    }
    for (size_t place = start; place + 2 < end; place++) {
        uint32_t hash = mask_hash(text[place] - 1u, text[place + 1] - 1u, text[place + 2] - 1u);
        nexts[place] = mask->heads[hash];
        mask->heads[hash] = (uint32_t)place + 1;
        mask->taken[hash / 64] |= (uint64_t)1 << (hash % 64);
    }
    uint32_t run = count < RUN_BYTES ? (uint32_t)count : RUN_BYTES;
    mask->needles[mask->needle_count++] = (mask_needle){ start, end, run, margin };
    mask->text_count = end + 1;
    if (mask->run_min == 0 || run < mask->run_min) mask->run_min = run;
    return 0;
}

/* The characters that whole groups of the secret make when it starts `skipped` bytes before a group. */
static int32_t add_base64(patchbay_mask *mask, const uint8_t *secret, size_t count, size_t skipped)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t groups = (count - skipped) / 3;
    uint8_t *out = malloc(groups * 4);
    if (!out) return -1;
    for (size_t i = 0; i < groups; i++) {
        const uint8_t *in = secret + skipped + i * 3;
        uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
        for (size_t j = 0; j < 4; j++) out[i * 4 + j] = (uint8_t)alphabet[bits >> (18 - 6 * j) & 63];
    }
    int32_t failed = add(mask, out, groups * 4, 4);
    explicit_bzero(out, groups * 4);
    free(out);
    return failed;
}

int32_t patchbay_mask_add(patchbay_mask *mask, const uint8_t *secret, size_t secret_bytes)
{
    if (secret_bytes < SECRET_BYTES_MIN) return 0;
    for (size_t index = 0; index < secret_bytes; index++) mask->dumped[secret[index]] = 1;
    int32_t failed = add(mask, secret, secret_bytes, 0);
    if (secret_bytes < BASE64_BYTES_MIN) return failed;
    for (size_t skipped = 0; skipped < 3; skipped++) failed |= add_base64(mask, secret, secret_bytes, skipped);
    return failed;
}

void patchbay_mask_free(patchbay_mask *mask)
{
    if (!mask) return;
    if (mask->text) explicit_bzero(mask->text, mask->text_count * sizeof *mask->text);
    free(mask->text);
    free(mask->nexts);
    explicit_bzero(mask, sizeof *mask);
    free(mask);
}
