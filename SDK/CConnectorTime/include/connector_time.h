#ifndef CONNECTOR_TIME_H
#define CONNECTOR_TIME_H

#include <stddef.h>
#include <stdint.h>

/* Reads an ISO 8601 time with seconds and a zone, with a fraction or not; numbers may lack leading zeros. 0 when the
 * text is none. */
int connector_time_read(const char *text, int64_t *milliseconds);

/* Reads a time as HTTP writes it, in any of its three forms, to whole milliseconds. 0 when the text is none. */
int connector_time_read_http(const char *text, int64_t *milliseconds);

/* Writes a time in UTC, to the second, with its end mark. 0 when it does not fit. */
size_t connector_time_write(int64_t milliseconds, char *text, size_t size);

#endif
