/*
 * answer.h: an HTTP response as this connector reads it. Nothing in it can be believed: not that it is JSON, not that a
 * member is there, not that it has the right type, not that a string is UTF-8.
 */
#ifndef REDMINE_ANSWER_H
#define REDMINE_ANSWER_H

#include <json-c/json.h>
#include <patchbay.h>
#include <stdbool.h>

#include "memory.h"

struct answer {
    uint32_t status;
    int is_page;                  /* 1: a web page, so that somebody other than Redmine's interface speaks */
    json_object *body;            /* null: none, or not to be understood */
    const patchbay_response *response;
    patchbay_string request_id;   /* the server's own number of the exchange; absent = not told */
};

/* Reads a response. What it gives lives until `answer_free`, and no longer than the response. */
struct answer answer_read(struct memory *memory, const patchbay_response *response);
void answer_free(struct answer *answer);

int answer_succeeded(const struct answer *answer); /* 2xx */

/* The first value of a header by its lower-case name; absent when there is none. */
patchbay_string answer_header(const struct answer *answer, const char *name);
/* Its next value from `*place` on, which is 0 at first; false when there is none left. */
bool answer_header_after(const struct answer *answer, const char *name, uint64_t *place, patchbay_string *value);

/* What it says for a person, in one bounded line: the service's own words where there are any. */
patchbay_string answer_words(struct memory *memory, const struct answer *answer);

/* Members of an object; of anything else, and of the wrong type, they are null, absent, or 0. */
json_object *member_object(json_object *object, const char *name);
json_object *member_list(json_object *object, const char *name);
patchbay_string member_text(json_object *object, const char *name); /* borrowed from the answer, as it came */
int64_t member_id(json_object *object, const char *name);           /* a whole number from 1 up */
int64_t member_number(json_object *object, const char *name);       /* a whole number from 0 up; -1 when it is none */
int member_flag(json_object *object, const char *name);             /* 1: there and true */

/* An object's text in one clean line of bounded length. */
patchbay_string member_line(struct memory *memory, json_object *object, const char *name);

#endif
