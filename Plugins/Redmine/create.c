#include <string.h>

#include "operations.h"

/* The number at the end of `.../issues/12`, which the answer's Location header is; 0 when it is none. */
static int64_t id_of_location(patchbay_string location)
{
    static const char before[] = "/issues/";
    int64_t id = 0;
    uint64_t start = location.length;
    while (start > 0 && location.bytes[start - 1] >= '0' && location.bytes[start - 1] <= '9') start--;
    patchbay_string digits = { location.bytes == NULL ? NULL : location.bytes + start, location.length - start };
    if (!text_is_number(digits) || start < sizeof before - 1) return 0;
    if (memcmp(location.bytes + start - (sizeof before - 1), before, sizeof before - 1) != 0) return 0;
    for (uint64_t index = 0; index < digits.length; index++) id = id * 10 + (digits.bytes[index] - '0');
    return id;
}

/* Redmine leaves out what its workflow does not allow and says nothing: what it made is compared with what was asked for. */
static void warn_of_what_was_dropped(patchbay_call *call, json_object *issue)
{
    int64_t tracker = member_id(member_object(issue, "tracker"), "id");
    if (call->instance->tracker_id > 0 && tracker > 0 && tracker != call->instance->tracker_id) {
        notice(call, "tracker_not_set", "trackerId", LITERAL("The project has no such tracker; Redmine took another one."));
    }
    if (call->tasks[0].status == PATCHBAY_TASK_DONE && !member_flag(member_object(issue, "status"), "is_closed")) {
        notice(call, "status_not_set", "status", LITERAL("Redmine makes every issue open; close it there."));
    }
}

static void created(patchbay_call *call, const struct answer *answer)
{
    if (task_refused(call, answer)) return;
    if (answer->status == 404 && !answer->is_page) {
        finish_refused(call, "project_not_found", "projectId",
            text_print(&call->memory, "There is no project %.*s, or its issues are turned off. Run discover and set projectId.",
                SHOWN(text_cut(call->instance->project_id, 200))));
        return;
    }
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    }
    json_object *issue = member_object(answer->body, "issue");
    int64_t id = member_id(issue, "id");
    if (id == 0) id = id_of_location(answer_header(answer, "location"));
    if (id == 0) {
        finish_unclear(call, LITERAL("Redmine reports success and does not say which issue it made."));
        return;
    }
    if (issue != NULL) warn_of_what_was_dropped(call, issue);
    outcome_of_issue(call, 0, PATCHBAY_OUTCOME_CREATED, id);
    call->outcomes[0].vendor_request_id = answer->request_id;
    finish(call);
}

void create_begin(patchbay_call *call)
{
    const patchbay_task *task = &call->tasks[0];
    if (text_is_empty(marker(call, task))) {
        call->outcomes[0].kind = PATCHBAY_OUTCOME_REFUSED;
        call->outcomes[0].code = LITERAL("delivery_id_invalid");
        call->outcomes[0].message = LITERAL("The delivery id is not made of letters, digits and hyphens, so it could not be found again.");
        finish(call);
        return;
    }
    if (call->is_too_long) {
        refuse_too_long(call);
        return;
    }
    json_object *fields = fields_new(call, task);
    json_object *body = json_object_new_object();
    if (body == NULL || json_object_object_add(body, "issue", fields) != 0) {
        json_object_put(fields);
        call->memory.failed = 1;
    }
    ask(call, PATCHBAY_EFFECT_ONCE, "POST", project_path(call, "/issues.json"), created);
    ask_body(call, body);
}
