/*
 * text.h: strings as the interface has them, pointer and length. What is made here lies in a `struct memory`; where
 * that has no more, the result is absent and the memory says that it failed.
 */
#ifndef REDMINE_TEXT_H
#define REDMINE_TEXT_H

#include <patchbay.h>

#include "memory.h"

/* A string of the program: in an initialiser, and anywhere else. */
#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define LITERAL(literal) ((patchbay_string)TEXT(literal))

/* For a format with `%.*s`; of a very long text only the beginning. */
#define SHOWN(text) text_precision(text), ((text).bytes == NULL ? "" : (text).bytes)

/* An element of an array, whatever its maker's stride is; null when the stride is too small to hold `bytes`. */
static inline const void *element(const patchbay_array *array, uint64_t index, size_t bytes)
{
    return array->stride < bytes ? NULL : (const char *)array->elements + index * array->stride;
}

int text_precision(patchbay_string text);
int text_is_empty(patchbay_string text); /* or absent */
int text_equal(patchbay_string left, patchbay_string right);
int text_equal_ignoring_case(patchbay_string left, patchbay_string right); /* of ASCII letters only */
int text_contains(patchbay_string text, patchbay_string part);
int text_starts_with(patchbay_string text, patchbay_string part);
int text_is_number(patchbay_string text); /* 1 to 18 digits */

patchbay_string text_copy(struct memory *memory, patchbay_string text);
patchbay_string text_join(struct memory *memory, patchbay_string first, patchbay_string second, patchbay_string third);
patchbay_string text_print(struct memory *memory, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Valid UTF-8 without zero bytes, whatever came in; what was wrong becomes U+FFFD. */
patchbay_string text_clean(struct memory *memory, patchbay_string text);

/* The same on one line: a run of control characters becomes a space, and there are none at the ends. */
patchbay_string text_line(struct memory *memory, patchbay_string text);

/* The beginning, of at most so many characters (code points); the text must be clean. */
patchbay_string text_cut(patchbay_string text, uint64_t characters);

/* One segment of a path, percent-encoded so that it cannot lead anywhere else. */
patchbay_string text_segment(struct memory *memory, patchbay_string text);

/* YYYY-MM-DDTHH:MM:SSZ of milliseconds since 1970. */
patchbay_string text_of_time(struct memory *memory, int64_t unix_ms);

/* The reverse, and of the date form of HTTP headers; 0 when it is neither. */
int64_t text_time(patchbay_string text);

#endif
