#include "patchbay_curl.h"

#include <stdlib.h>
#include <string.h>

/* Two secrets (the token, and for basic the base64 of both), each raw, JSON, two kinds of URL, and six of base64. */
#define PATTERNS_MAX 32
/* Shorter text would be found everywhere. */
#define SECRET_BYTES_MIN 4
#define BASE64_BYTES_MIN 9

typedef struct {
    uint8_t *bytes;
    size_t count;
    /* In base64 the first and last characters also hold bits of the neighbours; this many on each side are masked as well. */
    size_t margin;
} pattern;

struct patchbay_mask {
    pattern patterns[PATTERNS_MAX];
    size_t count;
};

static const char standard_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

patchbay_mask *patchbay_mask_new(void) { return calloc(1, sizeof(patchbay_mask)); }

/* Takes the bytes over, or wipes them when there is the same pattern already. */
static int32_t add(patchbay_mask *mask, uint8_t *bytes, size_t count, size_t margin) {
    if (!bytes) return -1;
    int known = mask->count == PATTERNS_MAX;
    for (size_t i = 0; i < mask->count; i++)
        known |= mask->patterns[i].count == count && memcmp(mask->patterns[i].bytes, bytes, count) == 0;
    if (known) {
        explicit_bzero(bytes, count);
        free(bytes);
    } else {
        mask->patterns[mask->count++] = (pattern){bytes, count, margin};
    }
    return 0;
}

static int32_t add_json(patchbay_mask *mask, const uint8_t *secret, size_t count, int escapes_slash) {
    uint8_t *out = malloc(count * 2);
    if (!out) return -1;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (secret[i] == '"' || secret[i] == '\\' || (escapes_slash && secret[i] == '/')) out[used++] = '\\';
        out[used++] = secret[i];
    }
    return add(mask, out, used, 0);
}

static int32_t add_url(patchbay_mask *mask, const uint8_t *secret, size_t count, const char *digits) {
    uint8_t *out = malloc(count * 3);
    if (!out) return -1;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = secret[i];
        int plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '-'
            || byte == '.' || byte == '_' || byte == '~';
        if (plain) {
            out[used++] = byte;
        } else {
            out[used++] = '%';
            out[used++] = (uint8_t)digits[byte >> 4];
            out[used++] = (uint8_t)digits[byte & 15];
        }
    }
    return add(mask, out, used, 0);
}

/* The characters that whole groups of the secret make when it starts `skipped` bytes before a group. */
static int32_t add_base64(patchbay_mask *mask, const uint8_t *secret, size_t count, size_t skipped, const char *alphabet) {
    size_t groups = (count - skipped) / 3;
    uint8_t *out = malloc(groups * 4);
    if (!out) return -1;
    for (size_t i = 0; i < groups; i++) {
        const uint8_t *in = secret + skipped + i * 3;
        uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
        for (size_t j = 0; j < 4; j++) out[i * 4 + j] = (uint8_t)alphabet[bits >> (18 - 6 * j) & 63];
    }
    return add(mask, out, groups * 4, 4);
}

int32_t patchbay_mask_add(patchbay_mask *mask, const uint8_t *secret, size_t secret_bytes) {
    if (secret_bytes < SECRET_BYTES_MIN) return 0;
    uint8_t *copy = malloc(secret_bytes);
    if (!copy) return -1;
    memcpy(copy, secret, secret_bytes);
    int32_t failed = add(mask, copy, secret_bytes, 0);
    failed |= add_json(mask, secret, secret_bytes, 0);
    failed |= add_json(mask, secret, secret_bytes, 1);
    failed |= add_url(mask, secret, secret_bytes, "0123456789ABCDEF");
    failed |= add_url(mask, secret, secret_bytes, "0123456789abcdef");
    if (secret_bytes < BASE64_BYTES_MIN) return failed;
    for (size_t skipped = 0; skipped < 3; skipped++) {
        failed |= add_base64(mask, secret, secret_bytes, skipped, standard_alphabet);
        failed |= add_base64(mask, secret, secret_bytes, skipped, url_alphabet);
    }
    return failed;
}

static int is_base64(uint8_t byte) { return byte != 0 && (strchr(standard_alphabet, byte) || byte == '-' || byte == '_' || byte == '='); }

static size_t apply(const pattern *pattern, uint8_t *bytes, size_t count) {
    size_t found = 0;
    uint8_t *from = bytes, *end = bytes + count;
    while ((from = memmem(from, (size_t)(end - from), pattern->bytes, pattern->count))) {
        memset(from, '*', pattern->count);
        for (size_t i = 1; i <= pattern->margin && (size_t)(from - bytes) >= i && is_base64(*(from - i)); i++) *(from - i) = '*';
        from += pattern->count;
        for (size_t i = 0; i < pattern->margin && from < end && is_base64(*from); i++) *from++ = '*';
        found++;
    }
    return found;
}

size_t patchbay_mask_apply(const patchbay_mask *mask, uint8_t *bytes, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < mask->count; i++) found += apply(&mask->patterns[i], bytes, count);
    return found;
}

void patchbay_mask_free(patchbay_mask *mask) {
    if (!mask) return;
    for (size_t i = 0; i < mask->count; i++) {
        explicit_bzero(mask->patterns[i].bytes, mask->patterns[i].count);
        free(mask->patterns[i].bytes);
    }
    free(mask);
}
