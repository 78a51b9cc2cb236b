/* update.c: reads the issue, because what may be changed depends on it, and then changes it in one request. */
#include "operations.h"

#define NO_WAY "Redmine's workflow lets this user put the issue in no such status."

/* What means this issue alone: it is gone, or closed to this user. Gives 0 when the answer means more. */
static int issue_is_out_of_reach(patchbay_call *call, const struct answer *answer)
{
    patchbay_task_outcome *outcome = &call->outcomes[0];
    if (answer->is_page || (answer->status != 403 && answer->status != 404)) return 0;
    outcome->kind = answer->status == 404 ? PATCHBAY_OUTCOME_NOT_FOUND : PATCHBAY_OUTCOME_REFUSED;
    outcome->exhaustive = answer->status == 404;
    if (answer->status == 403) {
        outcome->code = LITERAL("forbidden");
        outcome->message = LITERAL("The user of this API key may not change this issue, or its project is closed.");
    }
    outcome->vendor_request_id = answer->request_id;
    finish(call);
    return 1;
}

static void changed(patchbay_call *call, const struct answer *answer)
{
    if (task_refused(call, answer) || issue_is_out_of_reach(call, answer)) return;
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    }
    outcome_of_issue(call, 0, PATCHBAY_OUTCOME_UPDATED, member_id(call->issue, "id"));
    call->outcomes[0].vendor_request_id = answer->request_id;
    finish(call);
}

static void ask_change(patchbay_call *call, int64_t status_id)
{
    json_object *fields = fields_changed(call, &call->tasks[0], call->issue);
    int64_t id = member_id(call->issue, "id");
    if (fields == NULL) call->memory.failed = 1;
    if (status_id > 0) put_id(call, fields, "status_id", status_id);
    if (fields != NULL && json_object_object_length(fields) == 0) {
        json_object_put(fields);
        outcome_of_issue(call, 0, PATCHBAY_OUTCOME_UNCHANGED, id);
        finish(call);
        return;
    }
    json_object *body = json_object_new_object();
    if (body == NULL || json_object_object_add(body, "issue", fields) != 0) {
        json_object_put(fields);
        call->memory.failed = 1;
    }
    ask(call, PATCHBAY_EFFECT_REPEATABLE, "PUT", text_print(&call->memory, "/issues/%lld.json", (long long)id),
        changed);
    ask_body(call, body);
}

/* The first status of the list that is closed, or open, as the task is; 0 = none. */
static int64_t fitting_status(json_object *statuses, int wants_closed)
{
    for (size_t index = 0; index < json_object_array_length(statuses); index++) {
        json_object *status = json_object_array_get_idx(statuses, index);
        if (member_id(status, "id") > 0 && member_flag(status, "is_closed") == wants_closed)
            return member_id(status, "id");
    }
    return 0;
}

static void ask_change_with(patchbay_call *call, json_object *statuses)
{
    int64_t status_id = fitting_status(statuses, call->tasks[0].status == PATCHBAY_TASK_DONE);
    if (status_id == 0) notice(call, "status_not_set", "status", LITERAL(NO_WAY));
    ask_change(call, status_id);
}

static void statuses_read(patchbay_call *call, const struct answer *answer)
{
    json_object *statuses = member_list(answer->body, "issue_statuses");
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
    } else if (statuses == NULL) {
        finish_unclear(call, LITERAL("Redmine's answer holds no list of statuses."));
    } else {
        ask_change_with(call, statuses);
    }
}

static void issue_read(patchbay_call *call, const struct answer *answer)
{
    if (issue_is_out_of_reach(call, answer)) return;
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    }
    call->issue = json_object_get(member_object(answer->body, "issue")); /* kept for the next step; `end` lets it go */
    if (member_id(call->issue, "id") == 0) {
        finish_unclear(call, LITERAL("Redmine's answer holds no issue."));
        return;
    }
    enum belonging whose = belonging(call, &call->tasks[0], call->issue);
    if (whose == ANOTHERS) {
        call->outcomes[0].kind = PATCHBAY_OUTCOME_REFUSED;
        call->outcomes[0].code = LITERAL("made_for_another_task");
        call->outcomes[0].message = LITERAL(ANOTHERS_WORDS);
        finish(call);
        return;
    }
    if (whose == UNMARKED) notice(call, "marker_gone", "description", LITERAL(UNMARKED_WORDS));
    json_object *status = member_object(call->issue, "status");
    json_object *allowed = member_list(call->issue, "allowed_statuses");
    int wants_closed = call->tasks[0].status == PATCHBAY_TASK_DONE;
    if (!(call->tasks[0].changes & PATCHBAY_CHANGED_STATUS)) {
        ask_change(call, 0);
    } else if (allowed != NULL && member_flag(status, "is_closed") == wants_closed) {
        ask_change(call, 0); /* it is so already */
    } else if (allowed != NULL) {
        ask_change_with(call, allowed);
    } else { /* before Redmine 5 an issue tells neither what may follow its status nor whether that is closed */
        ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/issue_statuses.json"), statuses_read);
    }
}

void update_begin(patchbay_call *call)
{
    patchbay_string id = call->tasks[0].external_id;
    if (!text_is_number(id)) { /* no issue has such an id */
        call->outcomes[0].kind = PATCHBAY_OUTCOME_NOT_FOUND;
        call->outcomes[0].exhaustive = 1;
        finish(call);
        return;
    }
    if (call->is_too_long) {
        refuse_too_long(call);
        return;
    }
    ask(call, PATCHBAY_EFFECT_NONE, "GET", text_print(&call->memory, "/issues/%.*s.json", SHOWN(id)), issue_read);
    ask_with(call, "include", LITERAL("allowed_statuses"));
}
