/*
 * call.h: an instance, a call, and how a call goes on. Each operation is a few functions, one for each answer it waits
 * for: a function reads its answer and then either asks for the next one, naming the function that will read it, or
 * finishes. All that such a function knows is in the call: a thousand calls may be open at once (R6).
 */
#ifndef REDMINE_CALL_H
#define REDMINE_CALL_H

#include <patchbay.h>

#include "answer.h"
#include "memory.h"
#include "text.h"

/* A setting that maps words to ids. */
struct id_map {
    patchbay_string *names;
    int64_t *ids;
    uint64_t count;
};

/* Never changed after it was opened: losing it loses nothing (R8). */
struct patchbay_instance {
    struct memory memory;
    patchbay_string host;       /* without a slash at its end */
    patchbay_string project_id; /* identifier or number; absent only for discover */
    int64_t tracker_id;         /* 0 = the project's own first */
    struct id_map priorities;   /* by the five words of a task's priority */
    struct id_map assignees;    /* by e-mail address */
};

#define NOTICES_MAX 32
#define QUERY_MAX 8

typedef void (*continuation)(patchbay_call *call, const struct answer *answer);

struct patchbay_call {
    const patchbay_instance *instance;
    struct memory memory;
    continuation next;          /* reads the answer to the request of `step` */
    uint32_t operation;
    int64_t now_unix_ms;

    patchbay_task *tasks;       /* copies: the host's are gone after `begin` */
    uint64_t task_count;
    int is_too_long;            /* 1: a description was beyond bounds and so not copied */
    patchbay_task_outcome *outcomes; /* one a task */

    /* Where a list of pages has got to. */
    uint64_t page, seen;
    int64_t total_first;        /* as the first page told it; -1 = not told */
    int is_incomplete;          /* 1: entries may have been missed */
    int stage;                  /* of an operation that asks several lists, which one */

    patchbay_notice notices[NOTICES_MAX]; /* problems of a check, warnings of a create or an update */
    uint32_t notice_count;
    patchbay_discovered *discovered;
    uint64_t discovered_count, discovered_room;
    patchbay_account account;
    json_object *issue;         /* update: as it was read; owned */

    /* What the step points to. */
    patchbay_string diagnostic; /* goes with the next step */
    patchbay_step step;
    patchbay_request request;
    patchbay_pair query[QUERY_MAX], headers[2];
    patchbay_result result;
};

/* Makes the next step a request, and `next` the reader of its answer. */
void ask(patchbay_call *call, uint32_t effect, const char *method, patchbay_string path, continuation next);
void ask_with(patchbay_call *call, const char *name, patchbay_string value); /* adds to its query */
void ask_body(patchbay_call *call, json_object *body);                       /* gives it a JSON body, and lets `body` go */

/* Asks for one page of a list, counted by `page`. */
void ask_page(patchbay_call *call, patchbay_string path, uint32_t rows, continuation next);

/* Counts a page that was read. Gives 1 when there is a further one. */
int page_read(patchbay_call *call, const struct answer *answer, uint64_t rows, uint64_t rows_max);

/* Makes the next step the last. */
void finish(patchbay_call *call);                                   /* completed: what the call has collected */
void finish_refused(patchbay_call *call, const char *code, const char *field, patchbay_string message);
void finish_unclear(patchbay_call *call, patchbay_string message);  /* an answer that makes no sense */
void finish_failed(patchbay_call *call, const struct answer *answer); /* whatever an answer without success means */

/* Adds a problem or a warning; beyond NOTICES_MAX it is dropped. */
void notice(patchbay_call *call, const char *code, const char *field, patchbay_string text);

/* Adds an id for a person to use. */
void discovered(patchbay_call *call, const char *setting, const char *kind, patchbay_string id, patchbay_string name, patchbay_string detail);

/* The id that a map has for a word, ignoring case; 0 = none. And the word for an id; absent = none. */
int64_t map_id(const struct id_map *map, patchbay_string name);
patchbay_string map_name(const struct id_map *map, int64_t id);

#endif
