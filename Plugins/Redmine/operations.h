/* operations.h: where each operation begins, what the connector is, and how a task becomes an issue. */
#ifndef REDMINE_OPERATIONS_H
#define REDMINE_OPERATIONS_H

#include "call.h"

const patchbay_descriptor *describe(void);

/* The largest batches. One issue is made by one request, and a call may hold one such (R10). */
#define CREATE_BATCH_MAX 1
#define UPDATE_BATCH_MAX 1
#define FIND_BATCH_MAX 10 /* a few lists for each, and some lists for all: within the steps of a call (R12) */
#define FETCH_BATCH_MAX 25 /* whole issues in one answer, each as long as its description */

/* Reads settings into an instance. On PATCHBAY_STATUS_INVALID_SETTINGS it says which and why. */
int32_t settings_read(patchbay_instance *instance, const patchbay_opening *opening, patchbay_failure *failure);

/* Each makes the first step of a call. */
void check_begin(patchbay_call *call);
void discover_begin(patchbay_call *call);
void create_begin(patchbay_call *call);
void update_begin(patchbay_call *call);
void find_begin(patchbay_call *call);
void fetch_begin(patchbay_call *call);

/* The last part of a check: what it can prove of look-ups. */
void lookups_begin(patchbay_call *call);

/* The last part of a find in which something was missed: what was made of late, and whether this key sees all of it. */
void recent_begin(patchbay_call *call);

/* The beginning of a create: whether there is any use in sending an issue. Then `go_on` makes the next step, or else
 * the call has ended. */
void place_begin(patchbay_call *call, void (*go_on)(patchbay_call *));

/* Whom Redmine does not take as an assignee; and how a create whose assignee may be the reason for a refusal is sent
 * again without. */
int is_assignee_refused(const patchbay_call *call, int64_t id);
int is_sent_without_assignee(const patchbay_call *call);
int ask_without_assignee(patchbay_call *call, const struct answer *answer); /* gives 0 when that is no use */
void learn_refused_assignee(patchbay_call *call);

/* The account that a key belongs to, of an answer to `/users/current.json`; 0 when the call has ended because it tells
 * none. */
int64_t account_of(patchbay_call *call, const struct answer *answer);

/* The rows of one page of issues, which `ask` asked for; null when the call has ended, or asks for the page again.
 * Marks the list as incomplete when the page's numbers do not add up. */
json_object *rows_of(patchbay_call *call, const struct answer *answer, uint32_t rows_max, void (*ask)(patchbay_call *));

/* Whether a row is an issue as expected: one that cannot be read might be the one that is looked for. */
int is_readable_issue(json_object *issue);

/* The last line of an issue's description, by which it is found again. */
#define MARKER "patchbay:"
patchbay_string marker(
    patchbay_call *call, const patchbay_task *task); /* absent when the delivery id could not be found again */
int holds_marker(patchbay_string description, patchbay_string wanted);
int holds_some_marker(patchbay_string description); /* of whatever delivery */

/* Whose issue it is by its marker. Without one it may be ours: a person may have removed the line. */
enum belonging { OURS, ANOTHERS, UNMARKED };
enum belonging belonging(patchbay_call *call, const patchbay_task *task, json_object *issue);
#define ANOTHERS_WORDS "The issue with this number was made for another task: the one that had it before was deleted."
#define UNMARKED_WORDS \
    "The issue has no line patchbay: with this task's id; it is taken to be the task's by its number alone."

/* A subject must not be empty, and has a column of this width. */
#define NO_TITLE "(no title)"
#define SUBJECT_CHARACTERS_MAX 255

/* The fields of an issue: all of a new one; of a known one those that changed. Null when memory ran out. Warns of what
 * is lost. */
json_object *fields_new(patchbay_call *call, const patchbay_task *task);
json_object *fields_changed(patchbay_call *call, const patchbay_task *task, json_object *issue);
void put_text(patchbay_call *call, json_object *fields, const char *name, patchbay_string value); /* null when absent */
void put_id(patchbay_call *call, json_object *fields, const char *name, int64_t id);              /* null when 0 */

/* Paths of the project that is set, with `rest` after it, and of an issue. */
patchbay_string project_path(patchbay_call *call, const char *rest);
patchbay_string issue_url(patchbay_call *call, int64_t id);

/* An outcome with an issue's number as external id, `#number` as display id, and its page. */
void outcome_of_issue(patchbay_call *call, uint64_t task, uint32_t kind, int64_t id);

/* Ends a create or an update whose answer means its task alone; gives 0 when it means more than that. */
int task_refused(patchbay_call *call, const struct answer *answer);
void refuse_too_long(patchbay_call *call);

#endif
