#define _GNU_SOURCE
#include "connector_time.h"

#include <string.h>
#include <time.h>

/* The milliseconds of a fraction, which is skipped; finer digits are let go. -1 for a point without digits. */
static int skip_fraction(const char **text)
{
    if (**text != '.') return 0;
    const char *digits = *text + 1;
    size_t count = strspn(digits, "0123456789");
    if (count == 0) return -1;
    int milliseconds = 0;
    for (size_t place = 0; place < 3; place++)
        milliseconds = milliseconds * 10 + (place < count ? digits[place] - '0' : 0);
    *text = digits + count;
    return milliseconds;
}

int connector_time_read(const char *text, int64_t *milliseconds)
{
    struct tm read = { 0 };
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &read);
    if (rest == NULL) return 0;
    int fraction = skip_fraction(&rest);
    struct tm zone = { 0 };
    if (fraction < 0 || (rest = strptime(rest, "%z", &zone)) == NULL || *rest != '\0') return 0;
    struct tm day = read;
    int64_t seconds = (int64_t)timegm(&day) - zone.tm_gmtoff;
    /* What the calendar does not have, such as the thirtieth of February, has become another day. */
    if (day.tm_mday != read.tm_mday || day.tm_mon != read.tm_mon) return 0;
    *milliseconds = seconds * 1000 + fraction;
    return 1;
}

int connector_time_read_http(const char *text, int64_t *milliseconds)
{
    /* RFC 9110: the one that is written today, and the two that a reader must still take. */
    static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y" };
    for (size_t index = 0; index < sizeof forms / sizeof *forms; index++) {
        struct tm read = { 0 };
        const char *rest = strptime(text, forms[index], &read);
        if (rest == NULL || *rest != '\0') continue;
        struct tm day = read;
        int64_t seconds = (int64_t)timegm(&day);
        if (day.tm_mday != read.tm_mday || day.tm_mon != read.tm_mon) return 0;
        *milliseconds = seconds * 1000;
        return 1;
    }
    return 0;
}

size_t connector_time_write(int64_t milliseconds, char *text, size_t size)
{
    /* Towards the past, also before 1970. */
    time_t seconds = (time_t)(milliseconds / 1000 - (milliseconds % 1000 < 0));
    struct tm parts;
    return gmtime_r(&seconds, &parts) == NULL ? 0 : strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
