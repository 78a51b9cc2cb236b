#ifndef PATCHBAY_MASK_H
#define PATCHBAY_MASK_H

#include <stddef.h>
#include <stdint.h>

/* Two secrets (the token, and for basic the base64 of both), each as it is and in base64's three alignments. */
#define MASK_NEEDLES_MAX 8
#define MASK_HEADS 4096

/* What is looked for: this much of a mask's text, of which `run` bytes in a row are a find. */
typedef struct {
    size_t start, end;
    uint32_t run;
    /* In base64 the first and last characters also hold bits of the neighbours; this many on each side are masked too.
     */
    uint32_t margin;
} mask_needle;

struct patchbay_mask {
    mask_needle needles[MASK_NEEDLES_MAX];
    size_t needle_count;
    uint32_t run_min;
    /* The needles' bytes, folded, one needle behind the other with a nought between, each byte plus one. */
    uint16_t *text;
    size_t text_count;
    /* Places in `text` (plus one) whose three bytes have the same hash: the first of each, and the next of each place.
     */
    uint32_t heads[MASK_HEADS];
    /* A bit for each head that has a place, small enough to stay at hand. */
    uint64_t taken[MASK_HEADS / 64];
    uint32_t *nexts;
    /* Whether a folded byte is anywhere in `text`. */
    uint8_t has[256];
    /* Whether it is in a secret itself, and not in its base64 alone: what a hex dump of the secret holds. */
    uint8_t dumped[256];
};

static inline uint32_t mask_hash(uint32_t first, uint32_t second, uint32_t third)
{
    return (((first << 16 | second << 8 | third) * 0x9E3779B1u) >> 20) & (MASK_HEADS - 1);
}

static inline int mask_is_taken(const struct patchbay_mask *mask, uint32_t hash)
{
    return mask->taken[hash / 64] >> (hash % 64) & 1;
}

#endif
