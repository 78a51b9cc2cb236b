/* operations.h: where each operation begins, what the connector is, and how a task becomes an issue. */
#ifndef REDMINE_OPERATIONS_H
#define REDMINE_OPERATIONS_H

#include "call.h"

const patchbay_descriptor *describe(void);

/* The largest batches. One issue is made by one request, and a call may hold one such (R10). */
#define CREATE_BATCH_MAX 1
#define UPDATE_BATCH_MAX 1
#define FIND_BATCH_MAX 1
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

/* The last line of an issue's description, by which it is found again. */
#define MARKER "patchbay:"
patchbay_string marker(patchbay_call *call, const patchbay_task *task);

/* The fields of an issue: all of a new one; of a known one those that changed. Null when memory ran out. Warns of what is lost. */
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
