/* text_clean.c: makes foreign bytes fit to be shown and sent on. */
#include "text.h"

#include <string.h>

static const char REPLACEMENT[] = "\xEF\xBF\xBD";

/* The bytes of the character at `at`, or 0 when it is none: too short, too long a form, a surrogate, beyond U+10FFFF.
 */
static size_t character_length(const unsigned char *at, uint64_t left)
{
    if (at[0] < 0x80) return 1;
    size_t length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || left < length) return 0;
    for (size_t index = 1; index < length; index++) {
        if ((at[index] & 0xC0) != 0x80) return 0;
    }
    if (at[0] == 0xE0 && at[1] < 0xA0) return 0;
    if (at[0] == 0xED && at[1] > 0x9F) return 0;
    if (at[0] == 0xF0 && at[1] < 0x90) return 0;
    if (at[0] == 0xF4 && at[1] > 0x8F) return 0;
    return length;
}

/* C0 and C1 controls and DEL, and the two separators that some take for line ends. */
static int is_control(const unsigned char *at, size_t length)
{
    if (length == 1) return at[0] < 0x20 || at[0] == 0x7F;
    if (length == 2) return at[0] == 0xC2 && at[1] < 0xA0;
    return length == 3 && at[0] == 0xE2 && at[1] == 0x80 && (at[2] == 0xA8 || at[2] == 0xA9);
}

static uint64_t cleaned_length_max(patchbay_string text)
{
    uint64_t length = text.length;
    for (uint64_t index = 0; index < text.length;) {
        size_t known = character_length((const unsigned char *)text.bytes + index, text.length - index);
        if (known == 0) length += sizeof REPLACEMENT - 2;
        index += known == 0 ? 1 : known;
    }
    return length;
}

static patchbay_string cleaned(struct memory *memory, patchbay_string text, int one_line)
{
    if (text.bytes == NULL) return text;
    char *made = memory_take(memory, cleaned_length_max(text) + 1);
    if (made == NULL) return (patchbay_string){ 0 };
    uint64_t used = 0, index = 0;
    int space_due = 0;
    while (index < text.length) {
        const unsigned char *at = (const unsigned char *)text.bytes + index;
        size_t length = character_length(at, text.length - index);
        const char *piece = length == 0 ? REPLACEMENT : (const char *)at;
        size_t piece_length = length == 0 ? 3 : length;
        index += length == 0 ? 1 : length;
        if (one_line && length != 0 && (is_control(at, length) || at[0] == ' ')) {
            space_due += is_control(at, length) && space_due ? 0 : 1;
            continue;
        }
        if (length == 1 && at[0] == 0) continue;
        for (; space_due > 0; space_due--) {
            if (used > 0) made[used++] = ' ';
        }
        memcpy(made + used, piece, piece_length);
        used += piece_length;
    }
    return (patchbay_string){ made, used };
}

patchbay_string text_clean(struct memory *memory, patchbay_string text) { return cleaned(memory, text, 0); }

patchbay_string text_line(struct memory *memory, patchbay_string text) { return cleaned(memory, text, 1); }

patchbay_string text_cut(patchbay_string text, uint64_t characters)
{
    uint64_t index = 0;
    while (index < text.length && characters > 0) {
        size_t length = character_length((const unsigned char *)text.bytes + index, text.length - index);
        index += length == 0 ? 1 : length;
        characters--;
    }
    return (patchbay_string){ text.bytes, index };
}
