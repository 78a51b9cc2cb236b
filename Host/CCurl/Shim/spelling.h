#ifndef PATCHBAY_SPELLING_H
#define PATCHBAY_SPELLING_H

#include <stddef.h>
#include <stdint.h>

/* One way to read the text at a place: as `byte`, folded, written with the next `bytes` of the text. */
typedef struct {
    uint8_t byte;
    uint8_t bytes;
} spelling;

/* The two alphabets of base64 (RFC 4648) differ in two characters, which count as the same. */
static inline uint8_t patchbay_folded(uint8_t byte) { return byte == '-' ? '+' : byte == '_' ? '/' : byte; }

/* Most ways that one place can have, and most bytes that one of them can be long. */
#define SPELLINGS_MAX 16
#define SPELLING_BYTES_MAX 31

/*
 * The ways to read the text at its beginning as one byte: as it stands, and in the forms that JSON (RFC 8259), URLs
 * (RFC 3986), HTML (its character references), quoted-printable (RFC 2045), programming languages and hex dumps give
 * it, also where one was put into another. Two hex digits alone count as one of the bytes that `dumped` marks. Room for
 * SPELLINGS_MAX in `ways`; `count` is at least 1. Returns how many there are. Reads at most SPELLING_BYTES_MAX bytes.
 */
size_t patchbay_spellings(const uint8_t *text, size_t count, const uint8_t dumped[256], spelling *ways);

/* What a byte is to the one before it, and what it needs behind it to begin a longer spelling. */
enum { PATCHBAY_HEX = 1, PATCHBAY_LETTER_X = 2, PATCHBAY_PART = 4, PATCHBAY_DASH = 8, PATCHBAY_ALWAYS = 16 };
extern const uint8_t patchbay_byte_kinds[256];
extern const uint8_t patchbay_byte_needs[256];

/* The value of a hex digit, or -1. */
static inline int patchbay_digit(int character)
{
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

/* Whether a byte can only stand for itself where `next` follows: what most text is made of. */
static inline int patchbay_is_plain(uint8_t first, uint8_t next, const uint8_t dumped[256])
{
    uint8_t met = patchbay_byte_needs[first] & (patchbay_byte_kinds[next] | PATCHBAY_ALWAYS);
    if (met == 0) return 1;
    if (met != PATCHBAY_HEX || patchbay_byte_kinds[first] != PATCHBAY_HEX) return 0;
    return !dumped[patchbay_digit(first) << 4 | patchbay_digit(next)];
}

#endif
