/* fetch.c: the current state of issues, in one list. */
#include "operations.h"

static uint32_t priority_of(const patchbay_instance *instance, int64_t id)
{
    patchbay_string word = map_name(&instance->priorities, id);
    if (text_equal(word, LITERAL("low"))) return PATCHBAY_PRIORITY_LOW;
    if (text_equal(word, LITERAL("medium"))) return PATCHBAY_PRIORITY_MEDIUM;
    if (text_equal(word, LITERAL("high"))) return PATCHBAY_PRIORITY_HIGH;
    return text_equal(word, LITERAL("urgent")) ? PATCHBAY_PRIORITY_URGENT : PATCHBAY_PRIORITY_NONE;
}

/* As it was sent: with plain line ends, which Redmine makes CR LF, and without the marker. */
static patchbay_string description_of(patchbay_call *call, json_object *issue)
{
    patchbay_string text = text_clean(&call->memory, member_text(issue, "description"));
    char *bytes = (char *)text.bytes; /* our own copy */
    uint64_t used = 0, last_line = 0;
    for (uint64_t index = 0; index < text.length; index++) {
        if (bytes[index] == '\r' && index + 1 < text.length && bytes[index + 1] == '\n') continue;
        bytes[used++] = bytes[index];
        if (bytes[used - 1] == '\n') last_line = used;
    }
    text.length = used;
    if (text.bytes == NULL
        || !text_starts_with((patchbay_string){ bytes + last_line, used - last_line }, LITERAL(MARKER)))
        return text;
    while (last_line > 0 && bytes[last_line - 1] == '\n') last_line--;
    text.length = last_line;
    return last_line == 0 ? (patchbay_string){ 0 } : text;
}

static void read_issue(patchbay_call *call, uint64_t task, json_object *issue)
{
    patchbay_remote_task *remote = memory_take(&call->memory, sizeof *remote);
    if (remote == NULL) return;
    int64_t assignee = member_id(member_object(issue, "assigned_to"), "id");
    int is_closed =
        member_flag(member_object(issue, "status"), "is_closed") || !text_is_empty(member_text(issue, "closed_on"));
    *remote = (patchbay_remote_task){ .struct_size = sizeof *remote };
    remote->priority = priority_of(call->instance, member_id(member_object(issue, "priority"), "id"));
    remote->status = is_closed ? PATCHBAY_TASK_DONE : PATCHBAY_TASK_OPEN;
    remote->title = member_line(&call->memory, issue, "subject");
    remote->description = description_of(call, issue);
    remote->due_date = member_line(&call->memory, issue, "due_date");
    if (assignee > 0) {
        remote->assignee_id = text_print(&call->memory, "%lld", (long long)assignee);
        remote->assignee = map_name(&call->instance->assignees, assignee); /* an issue has no e-mail addresses */
    }
    remote->modified_unix_ms = text_time(member_text(issue, "updated_on"));
    outcome_of_issue(call, task, PATCHBAY_OUTCOME_FOUND, member_id(issue, "id"));
    call->outcomes[task].remote = remote;
}

static void listed(patchbay_call *call, const struct answer *answer)
{
    json_object *issues = member_list(answer->body, "issues");
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    }
    if (issues == NULL) {
        finish_unclear(call, LITERAL("Redmine's answer holds no list of issues."));
        return;
    }
    for (uint64_t task = 0; task < call->task_count; task++) {
        /* What this user may not see is missing in the list, just as what is gone. */
        call->outcomes[task].kind = PATCHBAY_OUTCOME_NOT_FOUND;
        for (uint64_t index = 0; index < json_object_array_length(issues); index++) {
            json_object *issue = json_object_array_get_idx(issues, index);
            patchbay_string id = text_print(&call->memory, "%lld", (long long)member_id(issue, "id"));
            if (!text_equal(id, call->tasks[task].external_id)) continue;
            enum belonging whose = belonging(call, &call->tasks[task], issue);
            if (whose != ANOTHERS) read_issue(call, task, issue);
            if (whose == ANOTHERS)
                warn_task(call, task, "made_for_another_task", "externalId", LITERAL(ANOTHERS_WORDS));
            if (whose == UNMARKED) warn_task(call, task, "marker_gone", "description", LITERAL(UNMARKED_WORDS));
            break;
        }
    }
    finish(call);
}

void fetch_begin(patchbay_call *call)
{
    patchbay_string ids = { 0 };
    for (uint64_t task = 0; task < call->task_count; task++) {
        patchbay_string id = call->tasks[task].external_id;
        call->outcomes[task].kind = PATCHBAY_OUTCOME_NOT_FOUND;
        if (!text_is_number(id)) continue;
        ids = ids.bytes == NULL ? id : text_print(&call->memory, "%.*s,%.*s", SHOWN(ids), SHOWN(id));
    }
    if (ids.bytes == NULL) {
        finish(call);
        return;
    }
    ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/issues.json"), listed);
    ask_with(call, "issue_id", ids);
    ask_with(call, "status_id", LITERAL("*"));
    ask_with(call, "limit", text_print(&call->memory, "%d", FETCH_BATCH_MAX));
}
