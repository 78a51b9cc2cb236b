#include "spelling.h"

#include <string.h>

/* One form put into another repeats its mark: JSON its backslashes, a URL `25`, HTML `amp;`. */
#define BACKSLASHES_MAX 8
#define REPEATS_MAX 3
#define DIGITS_MAX 8

typedef struct {
    const uint8_t *text;
    size_t count;
    const uint8_t *dumped;
    spelling *ways;
    size_t found;
} reading;

static void add(reading *reading, uint32_t value, size_t bytes)
{
    if (value > 255 || bytes > SPELLING_BYTES_MAX || reading->found == SPELLINGS_MAX) return;
    reading->ways[reading->found++] = (spelling){ patchbay_folded((uint8_t)value), (uint8_t)bytes };
}

static int at(const reading *reading, size_t place) { return place < reading->count ? reading->text[place] : -1; }

/* Reads from `least` to `most` digits; gives how many there are, or 0, and their value. */
static size_t number(const reading *reading, size_t place, int base, size_t least, size_t most, uint32_t *value)
{
    size_t digits = 0;
    uint32_t sum = 0;
    for (int next; digits < most && (next = patchbay_digit(at(reading, place + digits))) >= 0 && next < base;
         digits++) {
        sum = sum * (uint32_t)base + (uint32_t)next;
    }
    *value = sum;
    return digits < least ? 0 : digits;
}

static int starts(const reading *reading, size_t place, const char *word)
{
    size_t length = strlen(word);
    return place + length <= reading->count && memcmp(reading->text + place, word, length) == 0;
}

/* Two hex digits, alone or as dumps part them, also at a line's end: `41`, ` 41`, `:41`, `, 0x41`. */
static void add_hex(reading *reading)
{
    uint32_t value;
    size_t place = 0;
    while (place < 3 && at(reading, place) > 0 && strchr(" ,:;-\r\n", at(reading, place))) place++;
    if (number(reading, place, 16, 2, 2, &value) && reading->dumped[value]) add(reading, value, place + 2);
    if (at(reading, place) != '0' || (at(reading, place + 1) | 0x20) != 'x') return;
    if (number(reading, place + 2, 16, 2, 2, &value)) add(reading, value, place + 4);
}

/* Behind `\u`, `\x` and the like, of which `place` is the letter's. */
static void add_escape(reading *reading, size_t place)
{
    int letter = at(reading, place);
    size_t most = letter == 'u' ? 4 : letter == 'U' ? 8 : letter == 'x' ? 2 : 0;
    uint32_t value;
    if (most > 0 && number(reading, place + 1, 16, most, most, &value)) add(reading, value, place + 1 + most);
    if (most == 0 || at(reading, place + 1) != '{') return;
    size_t digits = number(reading, place + 2, 16, 1, DIGITS_MAX, &value);
    if (digits > 0 && at(reading, place + 2 + digits) == '}') add(reading, value, place + 3 + digits);
}

/* What a line's end, also an escaped one, parts is read as if it did not. */
static void add_unbroken(reading *reading)
{
    size_t place = 0;
    for (size_t breaks = 0; breaks < 3; breaks++) {
        size_t next = place;
        while (next < place + BACKSLASHES_MAX && at(reading, next) == '\\') next++;
        int is_escaped = next > place && (at(reading, next) == 'n' || at(reading, next) == 'r');
        /* A line may go on behind a backslash, or in quoted-printable behind an equals sign. */
        if (next == 0 && at(reading, 0) == '=') next++;
        if (!is_escaped && at(reading, next) != '\n' && at(reading, next) != '\r') return;
        place = next + 1;
        if (place < reading->count) add(reading, reading->text[place], place + 1);
    }
}

static void add_backslashed(reading *reading)
{
    size_t slashes = 0;
    while (slashes < BACKSLASHES_MAX && at(reading, slashes) == '\\') slashes++;
    for (size_t each = 2; each <= slashes; each *= 2) add(reading, '\\', each);
    int next = at(reading, slashes);
    if (next == '"' || next == '\'' || next == '/') add(reading, (uint32_t)next, slashes + 1);
    uint32_t value;
    if (number(reading, slashes, 8, 3, 3, &value)) add(reading, value, slashes + 3);
    add_escape(reading, slashes);
}

static void add_percent(reading *reading)
{
    size_t place = 1;
    for (size_t repeats = 0; repeats <= REPEATS_MAX; repeats++, place += 2) {
        uint32_t value;
        if (number(reading, place, 16, 2, 2, &value)) add(reading, value, place + 2);
        add_escape(reading, place);
        if (!starts(reading, place, "25")) return;
    }
}

static void add_reference(reading *reading)
{
    static const struct {
        const char *name;
        char character;
    } names[] = { { "quot;", '"' }, { "apos;", '\'' }, { "lt;", '<' }, { "gt;", '>' }, { "amp;", '&' }, { "sol;", '/' },
        { "plus;", '+' }, { "equals;", '=' }, { "lowbar;", '_' }, { "hyphen;", '-' }, { "period;", '.' },
        { "colon;", ':' }, { "percnt;", '%' } };
    size_t place = 1;
    for (size_t repeats = 0; repeats <= REPEATS_MAX; repeats++, place += 4) {
        for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
            if (!starts(reading, place, names[index].name)) continue;
            add(reading, (uint8_t)names[index].character, place + strlen(names[index].name));
        }
        int is_hex = (at(reading, place + 1) | 0x20) == 'x';
        size_t from = place + 1 + (size_t)is_hex;
        uint32_t value;
        size_t digits =
            at(reading, place) == '#' ? number(reading, from, is_hex ? 16 : 10, 1, DIGITS_MAX, &value) : 0;
        if (digits > 0) add(reading, value, from + digits);
        if (digits > 0 && at(reading, from + digits) == ';') add(reading, value, from + digits + 1);
        if (!starts(reading, place, "amp;")) return;
    }
}

const uint8_t patchbay_byte_kinds[256] = {
    ['0' ... '9'] = PATCHBAY_HEX,
    ['a' ... 'f'] = PATCHBAY_HEX,
    ['A' ... 'F'] = PATCHBAY_HEX,
    ['x'] = PATCHBAY_LETTER_X,
    ['X'] = PATCHBAY_LETTER_X,
    [' '] = PATCHBAY_PART,
    [','] = PATCHBAY_PART,
    [':'] = PATCHBAY_PART,
    [';'] = PATCHBAY_PART,
    ['\n'] = PATCHBAY_PART,
    ['\r'] = PATCHBAY_PART,
    ['-'] = PATCHBAY_DASH,
};
const uint8_t patchbay_byte_needs[256] = {
    ['0'] = PATCHBAY_HEX | PATCHBAY_LETTER_X,
    ['1' ... '9'] = PATCHBAY_HEX,
    ['a' ... 'f'] = PATCHBAY_HEX,
    ['A' ... 'F'] = PATCHBAY_HEX,
    [' '] = PATCHBAY_HEX | PATCHBAY_PART | PATCHBAY_DASH,
    [','] = PATCHBAY_HEX | PATCHBAY_PART | PATCHBAY_DASH,
    [':'] = PATCHBAY_HEX | PATCHBAY_PART | PATCHBAY_DASH,
    [';'] = PATCHBAY_HEX | PATCHBAY_PART | PATCHBAY_DASH,
    ['-'] = PATCHBAY_HEX | PATCHBAY_PART | PATCHBAY_DASH,
    ['\\'] = PATCHBAY_ALWAYS,
    ['%'] = PATCHBAY_ALWAYS,
    ['&'] = PATCHBAY_ALWAYS,
    ['='] = PATCHBAY_ALWAYS,
    ['\n'] = PATCHBAY_ALWAYS | PATCHBAY_HEX,
    ['\r'] = PATCHBAY_ALWAYS | PATCHBAY_HEX,
};

size_t patchbay_spellings(const uint8_t *text, size_t count, const uint8_t dumped[256], spelling *ways)
{
    reading reading = { text, count < SPELLING_BYTES_MAX ? count : SPELLING_BYTES_MAX, dumped, ways, 0 };
    uint8_t first = text[0];
    add(&reading, first, 1);
    if (patchbay_byte_needs[first] & PATCHBAY_HEX) add_hex(&reading);
    if (first == '\\') add_backslashed(&reading);
    if (first == '%') add_percent(&reading);
    if (first == '&') add_reference(&reading);
    uint32_t value;
    if (first == '=' && number(&reading, 1, 16, 2, 2, &value)) add(&reading, value, 3);
    if (first == '\\' || first == '=' || first == '\n' || first == '\r') add_unbroken(&reading);
    return reading.found;
}
