/* issue.c: what all operations know of issues. */
#include "operations.h"

patchbay_string project_path(patchbay_call *call, const char *rest)
{
    return text_print(
        &call->memory, "/projects/%.*s%s", SHOWN(text_segment(&call->memory, call->instance->project_id)), rest);
}

patchbay_string issue_url(patchbay_call *call, int64_t id)
{
    return text_print(&call->memory, "%.*s/issues/%lld", SHOWN(call->instance->host), (long long)id);
}

void outcome_of_issue(patchbay_call *call, uint64_t task, uint32_t kind, int64_t id)
{
    patchbay_task_outcome *outcome = &call->outcomes[task];
    outcome->kind = kind;
    outcome->external_id = text_print(&call->memory, "%lld", (long long)id);
    outcome->display_id = text_print(&call->memory, "#%lld", (long long)id);
    outcome->url = issue_url(call, id);
}

/* The field that a sentence such as "Subject cannot be blank" begins with. Redmine tells it in no other way, and in the
 * language of the token's user. */
static patchbay_string field_of(patchbay_string words)
{
    static const struct { patchbay_string begins; patchbay_string field;
    } fields[] = {
        { TEXT("Subject"), TEXT("title") },
        { TEXT("Description"), TEXT("description") },
        { TEXT("Due date"), TEXT("dueDate") },
        { TEXT("Assignee"), TEXT("assignee") },
        { TEXT("Priority"), TEXT("priority") },
        { TEXT("Tracker"), TEXT("trackerId") },
        { TEXT("Project"), TEXT("projectId") },
        { TEXT("Status"), TEXT("status") },
    };
    for (size_t index = 0; index < sizeof fields / sizeof *fields; index++) {
        if (text_starts_with(words, fields[index].begins)) return fields[index].field;
    }
    return (patchbay_string){ 0 };
}

int task_refused(patchbay_call *call, const struct answer *answer)
{
    patchbay_task_outcome *outcome = &call->outcomes[0];
    uint32_t status = answer->status;
    /* A server before Redmine turns down what is too long with a page of its own, and then nothing was done either. */
    json_object *errors = member_list(answer->body, "errors");
    /* Two changes at once: Redmine saves one of them, and has no words for the other. */
    int is_wordless = status == 422 && errors != NULL && json_object_array_length(errors) == 0;
    int is_conflict = (status == 409 && !answer->is_page) || is_wordless;
    int is_refusal = !is_conflict && (status == 413 || (status == 422 && !answer->is_page));
    if (!is_refusal && !is_conflict) return 0;
    outcome->kind = is_conflict ? PATCHBAY_OUTCOME_DEFERRED : PATCHBAY_OUTCOME_REFUSED;
    outcome->message = is_wordless ? LITERAL("Somebody else changed something in Redmine at the same moment.")
                                   : answer_words(&call->memory, answer);
    if (is_refusal) outcome->code = status == 413 ? LITERAL("too_large") : LITERAL("invalid");
    if (is_refusal) outcome->field = field_of(outcome->message);
    outcome->vendor_request_id = answer->request_id;
    finish(call);
    return 1;
}

void refuse_too_long(patchbay_call *call)
{
    call->outcomes[0].kind = PATCHBAY_OUTCOME_REFUSED;
    call->outcomes[0].code = LITERAL("description_too_long");
    call->outcomes[0].field = LITERAL("description");
    call->outcomes[0].message = LITERAL("The description has more than a mebibyte.");
    finish(call);
}
