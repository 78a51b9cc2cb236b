/* text_time.c: points in time. The C library does the calendar; a connector has no clock of its own (R8). */
#include "text.h"

#include <string.h>
#include <time.h>

patchbay_string text_of_time(struct memory *memory, int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts;
    char made[64];
    if (unix_ms < 0 || gmtime_r(&seconds, &parts) == NULL) return LITERAL("1970-01-01T00:00:00Z");
    size_t length = strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text_copy(memory, (patchbay_string){ made, length });
}

int64_t text_time(patchbay_string text)
{
    static const char *const forms[] = { "%Y-%m-%dT%H:%M:%SZ", "%a, %d %b %Y %H:%M:%S GMT" };
    char copy[64];
    if (text_is_empty(text) || text.length >= sizeof copy) return 0;
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    for (size_t index = 0; index < sizeof forms / sizeof *forms; index++) {
        struct tm parts = { 0 };
        const char *end = strptime(copy, forms[index], &parts);
        if (end != copy + text.length) continue;
        time_t seconds = timegm(&parts);
        return seconds > 0 ? (int64_t)seconds * 1000 : 0;
    }
    return 0;
}
