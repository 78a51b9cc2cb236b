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

#define REFUSED_MAX 256
#define WITHOUT_MAX 32
#define DELIVERY_BYTES_MAX 64

/* What the calls of an instance learn, so that later ones need not ask: losing it costs asking again (R8). */
struct learnt {
    int is_ready;               /* 1: Redmine takes the key, and the project takes issues, as far as it says */
    int64_t account_id;         /* whose key it is, as Redmine said; 0 = not asked, or not told */
    int64_t refused[REFUSED_MAX]; /* users whom Redmine does not take as assignees */
    uint32_t refused_count;
    /* Deliveries that were refused with an assignee, and are tried without: Redmine says why in its user's language. */
    char without[WITHOUT_MAX][DELIVERY_BYTES_MAX];
    uint64_t without_lengths[WITHOUT_MAX];
    uint32_t without_next;
};

/* But for `learnt` never changed after it was opened: losing it loses nothing (R8). */
struct patchbay_instance {
    struct memory memory;
    struct learnt learnt;
    patchbay_string host;       /* without a slash at its end */
    patchbay_string project_id; /* identifier or number; absent only for discover */
    int64_t tracker_id;         /* 0 = the project's own first */
    int64_t account_id;         /* whose key it is, as a check told it; 0 = not known */
    struct id_map priorities;   /* by the five words of a task's priority */
    struct id_map assignees;    /* by e-mail address */
};

/* What a check tells the host to keep, and gets back with every opening. */
#define FACT_ACCOUNT "account"

#define NOTICES_MAX 32
#define QUERY_MAX 8

/* Issues whose numbers no list showed: they are asked for one by one. */
#define UNSEEN_MAX 60

/* Where a find has got to. */
struct look_up {
    patchbay_string *markers;   /* of the tasks; absent = cannot be looked for */
    uint64_t task;              /* the one whose lists are read now */
    int64_t account_id;
    int64_t last_id;            /* of the row read last */
    int is_unfiltered;          /* 1: the server gives issues without the marker that it was asked for */
    int64_t unfiltered_total;   /* how many issues it gave then, of all projects */
    int64_t since_unix_ms;      /* recent issues: no attempt is older, whatever the clocks */
    int64_t unseen[UNSEEN_MAX];
    uint32_t unseen_count, unseen_next, top_misses;
    int64_t top_id;             /* the highest number that is known to be taken */
    int64_t probed_id;
};

/* What a check knows of look-ups so far, and a create of who made the issue. */
struct proof {
    int64_t maker_id;               /* 0 = not told */
    int64_t project_id, tracker_id; /* 0 = not told */
    int is_admin;
    int64_t roles[8];
    uint32_t role_count, role_next;
    int is_role_untold, may_see, may_add;
};

typedef void (*continuation)(patchbay_call *call, const struct answer *answer);

struct patchbay_call {
    const patchbay_instance *instance;
    struct learnt *learnt;      /* of the instance */
    struct memory memory;
    continuation next;          /* reads the answer to the request of `step` */
    void (*go_on)(patchbay_call *call); /* create: makes the step after its questions */
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
    uint32_t asked, again;      /* requests of this call, and those of them that were made a second time */
    struct look_up look;
    struct proof proof;

    patchbay_notice notices[NOTICES_MAX]; /* problems of a check, warnings of a create or an update */
    uint32_t notice_count;
    patchbay_discovered *discovered;
    uint64_t discovered_count, discovered_room;
    patchbay_account account;
    patchbay_pair fact;
    json_object *issue;         /* update: as it was read; owned */
    int64_t assignee_id;        /* who is sent as the assignee; 0 = nobody */

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
void ask_body(patchbay_call *call, json_object *body); /* gives it a JSON body, and lets `body` go */

/* Asks for one page of a list, counted by `page`. */
void ask_page(patchbay_call *call, patchbay_string path, uint32_t rows, continuation next);

/* Counts a page that was read. Gives 1 when there is a further one. */
int page_read(patchbay_call *call, const struct answer *answer, uint64_t rows, uint64_t rows_max);

/* Makes the next step the last. */
void finish(patchbay_call *call);                                   /* completed: what the call has collected */
void finish_refused(patchbay_call *call, const char *code, const char *field, patchbay_string message);
void finish_unclear(patchbay_call *call, patchbay_string message);  /* an answer that makes no sense */
void finish_failed(patchbay_call *call, const struct answer *answer); /* whatever an answer without success means */
void finish_rejected(
    patchbay_call *call, patchbay_string message); /* the key is not taken for the user's that it should be */
void finish_turned_off(patchbay_call *call); /* Redmine's REST interface is off */

/* Adds a problem or a warning; beyond NOTICES_MAX it is dropped. */
void notice(patchbay_call *call, const char *code, const char *field, patchbay_string text);

/* Gives a task of many a warning of its own. */
void warn_task(patchbay_call *call, uint64_t task, const char *code, const char *field, patchbay_string text);

/* Adds an id for a person to use. */
void discovered(patchbay_call *call, const char *setting, const char *kind, patchbay_string id, patchbay_string name,
    patchbay_string detail);

/* The id that a map has for a word, ignoring case; 0 = none. And the word for an id; absent = none. */
int64_t map_id(const struct id_map *map, patchbay_string name);
patchbay_string map_name(const struct id_map *map, int64_t id);

#endif
