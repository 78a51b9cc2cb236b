/*
 * mask.c: the mask over a token in an answer, under libFuzzer, as an oracle.
 *
 * The input makes a token and an answer that echoes parts of it, each byte in one of the spellings that the mask
 * promises to read, or in base64. Of a part of twelve bytes or more nothing may be left, whatever stands around it.
 * Where a token repeats itself, so that the mask follows only some of the ways, no twelve in a row may be.
 */
#include "fuzz.h"
#include "patchbay_curl.h"

#define RUN 12
#define TOKEN_MAX 96
#define ANSWER_MAX 2048
#define PARTS_MAX 256

#define REPEATS_MAX 4

struct input { const uint8_t *bytes; size_t count; };

static uint8_t next(struct input *input)
{
    if (input->count == 0) return 0;
    input->count--;
    return *input->bytes++;
}

/* What must be gone, and where in it each byte of the token begins. */
struct part { size_t from, to, count, places[TOKEN_MAX + 1]; };

static uint8_t token[TOKEN_MAX];
static size_t token_count;
static char answer[ANSWER_MAX + 64];
static size_t answer_count;
static struct part parts[PARTS_MAX];
static size_t part_count;

static void put(const char *bytes, size_t count)
{
    if (answer_count + count > ANSWER_MAX) return;
    memcpy(answer + answer_count, bytes, count);
    answer_count += count;
}

/* %c is the byte itself, %x and %X its two hex digits, %o three octal digits, %d its number. */
static const char *const SPELLINGS[] = { "%c", "%c", "%c", "%c", "\\u00%x", "\\u00%X", "\\\\u00%x", "\\\\\\\\u00%X",
    "\\u{%x}", "\\x%x", "\\U000000%X", "\\%o", "%%%x", "%%%X", "%%25%x", "%%2525%X", "%%u00%x", "&#%d;", "&#0%d;",
    "&#x%x;", "&#X%X;", "&#x00%x;", "&amp;#%d;", "&amp;amp;#x%x;", "=%X", "%x", "%X", ":%x", " %x", " 0x%x", ", 0x%X",
    ", %x", "-%X", "\n%c", "\r\n%c", "=\r\n%c", "\\\n%c", "\n%x", "\\n%c", "\\r\\n%c" };
static const struct { char byte; const char *spelling; } NAMED[] = { { '"', "&quot;" }, { '\'', "&apos;" },
    { '<', "&lt;" }, { '>', "&gt;" }, { '&', "&amp;" }, { '/', "&sol;" }, { '+', "&plus;" }, { '=', "&equals;" },
    { '_', "&lowbar;" }, { '.', "&period;" }, { ':', "&colon;" }, { '%', "&percnt;" }, { '/', "\\/" }, { '"', "\\\"" },
    { '\\', "\\\\" }, { '&', "&amp;amp;" }, { '\\', "\\\\\\\\" } };

static void put_byte(uint8_t byte, uint8_t way)
{
    char text[64];
    int count = 0;
    if (way >= COUNT(SPELLINGS)) {
        const char *spelling = NAMED[way % COUNT(NAMED)].spelling;
        if (NAMED[way % COUNT(NAMED)].byte == (char)byte) put(spelling, strlen(spelling));
        else put((const char *)&byte, 1);
        return;
    }
    for (const char *form = SPELLINGS[way]; *form != '\0'; form++) {
        char *end = text + count;
        if (*form != '%') text[count++] = *form;
        else switch (*++form) {
            case 'c': text[count++] = (char)byte; break;
            case 'x': count += sprintf(end, "%02x", byte); break;
            case 'X': count += sprintf(end, "%02X", byte); break;
            case 'o': count += sprintf(end, "%03o", byte); break;
            case 'd': count += sprintf(end, "%d", byte); break;
            default: text[count++] = '%';
            }
    }
    put(text, (size_t)count);
}

/* A part of the token, each byte in a spelling of its own. Room is looked for first, so that it is there whole. */
static void put_part(struct input *input)
{
    size_t start = next(input) % token_count, count = next(input) % (token_count - start) + 1;
    uint8_t mode = next(input);
    if (answer_count + count * 32 > ANSWER_MAX || part_count == PARTS_MAX) return;
    struct part *part = &parts[part_count];
    *part = (struct part){ .from = answer_count, .count = count };
    for (size_t index = 0; index < count; index++) {
        uint8_t way = mode < 128 ? mode % 64 : next(input) % 64;
        part->places[index] = answer_count;
        put_byte(token[start + index], way);
    }
    part->to = part->places[count] = answer_count;
    if (count >= RUN || count == token_count) part_count++;
}

/* The same in base64, with up to two bytes before it. What groups hold of other bytes too may stay. */
static void put_base64(struct input *input)
{
    static const char usual[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t plain[TOKEN_MAX + 2] = { 'u', ':' };
    size_t start = next(input) % token_count, count = next(input) % (token_count - start) + 1;
    uint8_t mode = next(input);
    size_t before = mode % 3;
    if (answer_count + count * 4 + 16 > ANSWER_MAX || part_count == PARTS_MAX) return;
    memcpy(plain + before, token + start, count);
    size_t total = before + count, from = 0, to = 0, first = (before + 2) / 3, last = total / 3;
    for (size_t group = 0; group * 3 < total; group++) {
        uint32_t bits = 0;
        for (size_t index = 0; index < 3; index++)
            bits = bits << 8 | (group * 3 + index < total ? plain[group * 3 + index] : 0);
        if (group == first) from = answer_count;
        for (size_t index = 0; index < 4; index++) {
            char digit = usual[bits >> (18 - 6 * index) & 63];
            if (mode & 4) digit = digit == '+' ? '-' : digit == '/' ? '_' : digit;
            if (mode & 8 && digit == '/') put("\\/", 2);
            else put(&digit, 1);
        }
        if (group + 1 == last) to = answer_count;
    }
    if (count >= RUN && last > first) parts[part_count++] = (struct part){ .from = from, .to = to };
}

/* Whether three bytes of the token come so often that the mask may give up on some of the ways. */
static int repeats_itself(void)
{
    for (size_t place = 0; place + 2 < token_count; place++) {
        size_t found = 0;
        for (size_t other = 0; other + 2 < token_count; other++)
            found += memcmp(token + place, token + other, 3) == 0;
        if (found > REPEATS_MAX) return 1;
    }
    return 0;
}

static int is_gone(const uint8_t *bytes, size_t from, size_t to)
{
    for (size_t place = from; place < to; place++)
        if (bytes[place] != '*' && bytes[place] != '\n' && bytes[place] != '\r') return 0;
    return 1;
}

/* Whether what must be gone is, as far as is promised for this token. */
static int is_masked(const uint8_t *bytes, const struct part *part)
{
    if (is_gone(bytes, part->from, part->to)) return 1;
    if (!repeats_itself()) return 0;
    size_t run = 0, most = token_count < RUN ? token_count : RUN;
    for (size_t index = 0; index < part->count; index++) {
        run = is_gone(bytes, part->places[index], part->places[index + 1]) ? 0 : run + 1;
        if (run >= most) return 0;
    }
    /* Of base64, sixteen characters are twelve bytes. */
    run = 0;
    for (size_t place = part->from; part->count == 0 && place < part->to; place++) {
        run = is_gone(bytes, place, place + 1) ? 0 : run + 1;
        if (run >= 16) return 0;
    }
    return 1;
}

static void judge(void)
{
    patchbay_mask *mask = patchbay_mask_new();
    HOLDS(mask != NULL && patchbay_mask_add(mask, token, token_count) == 0);
    /* Memory of exactly its size, so that a byte too far is seen. */
    uint8_t *bytes = malloc(answer_count + (answer_count == 0));
    memcpy(bytes, answer, answer_count);
    size_t found = patchbay_mask_apply(mask, bytes, answer_count);
    for (size_t index = 0; index < answer_count; index++) {
        HOLDS(bytes[index] == (uint8_t)answer[index] || (bytes[index] == '*' && found > 0));
    }
    for (size_t index = 0; index < part_count; index++) {
        if (is_masked(bytes, &parts[index])) continue;
        fprintf(stderr, "token:  %.*s\nanswer: %.*s\nmasked: %.*s\n", (int)token_count, token, (int)answer_count,
            answer, (int)answer_count, bytes);
        HOLDS(!"a part of the token came through");
    }
    free(bytes);
    patchbay_mask_free(mask);
}

static void one_input(const uint8_t *bytes, size_t count)
{
    struct input input = { bytes, count };
    answer_count = part_count = 0;
    token_count = 8 + next(&input) % (TOKEN_MAX - 8);
    /* Tokens are printable; the asterisk would not show as masked. */
    for (size_t index = 0; index < token_count; index++) {
        uint8_t byte = 0x21 + next(&input) % (0x7F - 0x21);
        token[index] = byte == '*' ? 'a' : byte;
    }
    while (input.count > 0) {
        uint8_t what = next(&input);
        if (what < 64) {
            put_part(&input);
        } else if (what < 96) {
            put_base64(&input);
        } else {
            size_t length = what % 8 + 1;
            if (length > input.count) length = input.count;
            put((const char *)input.bytes, length);
            input.bytes += length;
            input.count -= length;
        }
    }
    judge();
}
