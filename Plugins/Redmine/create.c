/*
 * create.c: makes one issue, and looks at what the answer shows of it: whether the marker is in it, and who made it.
 * Where guests may add issues, Redmine takes a key that it does not know for a guest's and says yes.
 */
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

/* Redmine leaves out what its workflow does not allow and says nothing: what it made is compared with what was asked
 * for. */
static void warn_of_what_was_dropped(patchbay_call *call, json_object *issue)
{
    int64_t tracker = member_id(member_object(issue, "tracker"), "id");
    if (call->instance->tracker_id > 0 && tracker > 0 && tracker != call->instance->tracker_id) {
        notice(call, "tracker_not_set", "trackerId",
            LITERAL("The project has no such tracker; Redmine took another one."));
    }
    if (call->tasks[0].status == PATCHBAY_TASK_DONE && !member_flag(member_object(issue, "status"), "is_closed")) {
        notice(call, "status_not_set", "status", LITERAL("Redmine makes every issue open; close it there."));
    }
}

/* A tracker may have its description turned off, or the workflow may make it read-only: Redmine leaves it out and says
 * yes. */
static void look_for_marker(patchbay_call *call, json_object *issue)
{
    json_object *description = NULL;
    if (!json_object_object_get_ex(issue, "description", &description)) return;
    if (holds_marker(member_text(issue, "description"), marker(call, &call->tasks[0]))) return;
    call->outcomes[0].marker_missing = 1;
    notice(call, "marker_missing", "description",
        LITERAL("Redmine did not keep the description, and so not the line by which the issue could be found again: "
                "the description is off in this tracker, or read-only for this user's role in the workflow. Had the "
                "answer been lost, a person would have to look. Turn the description on, or set another trackerId."));
}

/* The answer to the question whose key it is, asked because the issue does not seem to be made by the one who should
 * have. */
static void maker_read(patchbay_call *call, const struct answer *answer)
{
    int64_t author = call->proof.maker_id;
    call->learnt->is_ready = 0;
    patchbay_string name = call->outcomes[0].display_id;
    if (answer->status == 401 && author > 0) {
        finish_rejected(call,
            text_print(&call->memory,
                "Redmine does not take this API key any more: it was replaced, or its user is locked. Issue %.*s was "
                "made as by a guest; once the key is mended it is found again.",
                SHOWN(name)));
        return;
    }
    int64_t account = account_of(call, answer);
    if (account == 0) return;
    if (author > 0 && author != account) {
        finish_rejected(call,
            text_print(&call->memory, "Issue %.*s was made as by user %lld, but the API key is user %lld's.",
                SHOWN(name), (long long)author, (long long)account));
        return;
    }
    finish(call);
}

static void created(patchbay_call *call, const struct answer *answer)
{
    if (ask_without_assignee(call, answer) || task_refused(call, answer)) return;
    if (!answer_succeeded(answer)) call->learnt->is_ready = 0;
    if (answer->status == 404 && !answer->is_page) {
        finish_refused(call, "project_not_found", "projectId",
            text_print(&call->memory,
                "There is no project %.*s, or its issues are turned off. Run discover and set projectId.",
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
    outcome_of_issue(call, 0, PATCHBAY_OUTCOME_CREATED, id);
    call->outcomes[0].vendor_request_id = answer->request_id;
    if (is_sent_without_assignee(call)) learn_refused_assignee(call);
    if (issue != NULL) warn_of_what_was_dropped(call, issue);
    if (issue != NULL) look_for_marker(call, issue);
    call->proof.maker_id = member_id(member_object(issue, "author"), "id");
    int64_t account = call->learnt->account_id > 0 ? call->learnt->account_id : call->instance->account_id;
    if (call->proof.maker_id > 0 && call->proof.maker_id == account) {
        finish(call);
    } else {
        ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/users/current.json"), maker_read);
    }
}

static void post(patchbay_call *call)
{
    json_object *fields = fields_new(call, &call->tasks[0]);
    json_object *body = json_object_new_object();
    if (body == NULL || json_object_object_add(body, "issue", fields) != 0) {
        json_object_put(fields);
        call->memory.failed = 1;
    }
    ask(call, PATCHBAY_EFFECT_ONCE, "POST", project_path(call, "/issues.json"), created);
    ask_body(call, body);
}

void create_begin(patchbay_call *call)
{
    const patchbay_task *task = &call->tasks[0];
    if (text_is_empty(marker(call, task))) {
        call->outcomes[0].kind = PATCHBAY_OUTCOME_REFUSED;
        call->outcomes[0].code = LITERAL("delivery_id_invalid");
        call->outcomes[0].message =
            LITERAL("The delivery id is not made of letters, digits and hyphens, so it could not be found again.");
        finish(call);
        return;
    }
    if (call->is_too_long) {
        refuse_too_long(call);
        return;
    }
    place_begin(call, post);
}
