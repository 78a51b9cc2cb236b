#include "mask.h"
#include "patchbay_curl.h"
#include "spelling.h"

#include <string.h>

/* More than the longest spelling, and a power of two. */
#define RING 32
#define ONES_MAX 8
#define TWOS_MAX 24
/* A secret of one repeated letter would need more; what may be a part of it is masked then. */
#define TRAILS_MAX 24

/* A way through the answer's spellings that may be a part of a needle: it has come to `place`, by `run` bytes in a row.
 */
struct trail {
    uint32_t place, run, start;
};

/* What ends at one place of the answer. One or two bytes are too few to be looked for. */
typedef struct {
    struct {
        uint8_t byte;
        uint32_t start;
    } ones[ONES_MAX];
    struct {
        uint8_t first, second;
        uint32_t start;
    } twos[TWOS_MAX];
    struct trail trails[TRAILS_MAX];
    uint32_t one_count, two_count, trail_count;
} stop;

typedef struct {
    const patchbay_mask *mask;
    uint8_t *bytes;
    size_t count;
    stop stops[RING];
    /* Found, and not yet written over. */
    size_t from, to, margin;
    size_t found;
} scan;

static int is_base64(uint8_t byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '+'
        || byte == '/' || byte == '-' || byte == '_' || byte == '=';
}

/* Nothing before `to` is read any more. */
static void write_over(scan *scan)
{
    if (scan->from == scan->to) return;
    size_t from = scan->from, to = scan->to;
    for (size_t i = 0; i < scan->margin && from > 0 && is_base64(scan->bytes[from - 1]); i++) from--;
    for (size_t i = 0; i < scan->margin && to < scan->count && is_base64(scan->bytes[to]); i++) to++;
    memset(scan->bytes + from, '*', to - from);
    scan->found++;
    scan->from = scan->to = scan->margin = 0;
}

static void find(scan *scan, size_t start, size_t end, uint32_t margin)
{
    /* A line's end belongs to a spelling only where one goes on behind it. */
    while (start < end && (scan->bytes[start] == '\n' || scan->bytes[start] == '\r')) start++;
    if (scan->from != scan->to && start > scan->to) write_over(scan);
    if (scan->from == scan->to) scan->from = start;
    if (start < scan->from) scan->from = start;
    if (end > scan->to) scan->to = end;
    if (margin > scan->margin) scan->margin = margin;
}

/* Takes a trail on to `end`; where it is long enough, that is a find. */
static void follow(scan *scan, size_t end, struct trail trail)
{
    const patchbay_mask *mask = scan->mask;
    stop *stop = &scan->stops[end % RING];
    for (size_t index = 0; trail.run >= mask->run_min && index < mask->needle_count; index++) {
        const mask_needle *needle = &mask->needles[index];
        if (trail.place < needle->start || trail.place >= needle->end || trail.run < needle->run) continue;
        find(scan, trail.start, end, needle->margin);
    }
    for (size_t index = 0; index < stop->trail_count; index++) {
        struct trail *known = &stop->trails[index];
        if (known->place != trail.place) continue;
        if (known->run < trail.run) known->run = trail.run;
        if (known->start > trail.start) known->start = trail.start;
        return;
    }
    if (stop->trail_count < TRAILS_MAX) {
        stop->trails[stop->trail_count++] = trail;
    } else {
        find(scan, trail.start, end, 0);
    }
}

/* Three bytes in a row: where needles have them, trails begin. */
static void begin(scan *scan, uint32_t start, size_t end, uint8_t first, uint8_t second, uint8_t third)
{
    const uint16_t *text = scan->mask->text;
    for (uint32_t head = scan->mask->heads[mask_hash(first, second, third)]; head > 0;
         head = scan->mask->nexts[head - 1]) {
        uint32_t place = head - 1;
        if (text[place] != first + 1 || text[place + 1] != second + 1 || text[place + 2] != third + 1) continue;
        follow(scan, end, (struct trail){ place + 2, 3, start });
    }
}

static void add_one(stop *stop, uint8_t byte, uint32_t start)
{
    for (size_t index = 0; index < stop->one_count; index++) {
        if (stop->ones[index].byte != byte) continue;
        if (stop->ones[index].start > start) stop->ones[index].start = start;
        return;
    }
    if (stop->one_count == ONES_MAX) return;
    stop->ones[stop->one_count].byte = byte;
    stop->ones[stop->one_count++].start = start;
}

static void add_two(stop *stop, uint8_t first, uint8_t second, uint32_t start)
{
    for (size_t index = 0; index < stop->two_count; index++) {
        if (stop->twos[index].first != first || stop->twos[index].second != second) continue;
        if (stop->twos[index].start > start) stop->twos[index].start = start;
        return;
    }
    if (stop->two_count == TWOS_MAX) return;
    stop->twos[stop->two_count].first = first;
    stop->twos[stop->two_count].second = second;
    stop->twos[stop->two_count++].start = start;
}

/* One spelling further from `place`, for all that ends there. */
static void step(scan *scan, size_t place, spelling way)
{
    const stop *here = &scan->stops[place % RING];
    size_t end = place + way.bytes;
    stop *there = &scan->stops[end % RING];
    for (size_t index = 0; index < here->trail_count; index++) {
        struct trail old = here->trails[index];
        if (scan->mask->text[old.place + 1] != way.byte + 1) continue;
        follow(scan, end, (struct trail){ old.place + 1, old.run + 1, old.start });
    }
    for (size_t index = 0; index < here->two_count; index++) {
        begin(scan, here->twos[index].start, end, here->twos[index].first, here->twos[index].second, way.byte);
    }
    for (size_t index = 0; index < here->one_count; index++) {
        add_two(there, here->ones[index].byte, way.byte, here->ones[index].start);
    }
    add_one(there, way.byte, (uint32_t)place);
}

/* Goes on from `place` as long as the text stands for itself and three bytes in a row are in no needle. */
static size_t skip_plain(const scan *scan, size_t place)
{
    const uint8_t *bytes = scan->bytes;
    uint8_t first = patchbay_folded(bytes[place - 2]), second = patchbay_folded(bytes[place - 1]);
    while (place + 1 < scan->count && patchbay_is_plain(bytes[place], bytes[place + 1], scan->mask->dumped)
        && !mask_is_taken(scan->mask, mask_hash(first, second, patchbay_folded(bytes[place])))) {
        first = second;
        second = patchbay_folded(bytes[place++]);
    }
    return place;
}

/*
 * One pass: at each place every spelling is taken on from all that ends there. What ends at a place is bounded, so the
 * work is linear in the answer, whatever it holds.
 */
size_t patchbay_mask_apply(const patchbay_mask *mask, uint8_t *bytes, size_t count)
{
    if (mask->needle_count == 0 || count > UINT32_MAX) return 0;
    scan scan = { .mask = mask, .bytes = bytes, .count = count };
    /* No spelling of more than one byte ends behind this place. */
    size_t settled = 0;
    for (size_t place = 0; place < count; place++) {
        stop *here = &scan.stops[place % RING];
        if (place >= settled + 2 && here->trail_count == 0) {
            size_t next = skip_plain(&scan, place);
            if (next != place) {
                here->one_count = here->two_count = 0;
                place = next;
                here = &scan.stops[place % RING];
                uint8_t first = patchbay_folded(bytes[place - 2]), second = patchbay_folded(bytes[place - 1]);
                add_one(here, second, (uint32_t)place - 1);
                add_two(here, first, second, (uint32_t)place - 2);
            }
        }
        spelling ways[SPELLINGS_MAX];
        size_t found = patchbay_spellings(bytes + place, count - place, mask->dumped, ways);
        for (size_t index = 0; index < found; index++) {
            if (!mask->has[ways[index].byte]) continue;
            step(&scan, place, ways[index]);
            if (place + ways[index].bytes > settled && ways[index].bytes > 1) settled = place + ways[index].bytes;
        }
        if (found > 1 && settled < place + 1) settled = place + 1;
        here->one_count = here->two_count = here->trail_count = 0;
    }
    write_over(&scan);
    return scan.found;
}
