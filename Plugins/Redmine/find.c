/*
 * find.c: looks for the issue of one delivery by its marker, first in the project and then everywhere, because a person may
 * have moved it. The server is asked to compare; one that is too old to do so gives whole lists, so each description is
 * compared here as well. A person who copies an issue copies its marker, so the oldest counts.
 */
#include "operations.h"

/* So few because each comes with its whole description. */
#define ROWS 25
/* The server's clock may differ, and time zones may be set wrong; looking a day further back costs nothing. */
#define CLOCK_DIFFERENCE_MS INT64_C(86400000)

enum { IN_PROJECT, EVERYWHERE };

static void listed(patchbay_call *call, const struct answer *answer);

static void ask_next(patchbay_call *call)
{
    const patchbay_task *task = &call->tasks[0];
    ask_page(call, call->stage == IN_PROJECT ? project_path(call, "/issues.json") : LITERAL("/issues.json"), ROWS, listed);
    ask_with(call, "status_id", LITERAL("*"));
    ask_with(call, "sort", LITERAL("id"));
    ask_with(call, "description", text_join(&call->memory, LITERAL("~"), marker(call, task), LITERAL("")));
    if (task->attempted_unix_ms > CLOCK_DIFFERENCE_MS) {
        patchbay_string since = text_of_time(&call->memory, task->attempted_unix_ms - CLOCK_DIFFERENCE_MS);
        ask_with(call, "created_on", text_join(&call->memory, LITERAL(">="), since, LITERAL("")));
    }
}

static void missed(patchbay_call *call)
{
    call->outcomes[0].kind = PATCHBAY_OUTCOME_NOT_FOUND;
    call->outcomes[0].exhaustive = !call->is_incomplete;
    finish(call);
}

/* Whether it is an issue as expected: one that cannot be read might be the one that is looked for. */
static int is_readable(json_object *issue)
{
    json_object *description = NULL;
    if (member_id(issue, "id") == 0 || !json_object_object_get_ex(issue, "description", &description)) return 0;
    return json_object_is_type(description, json_type_string) || json_object_is_type(description, json_type_null);
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
    patchbay_string wanted = marker(call, &call->tasks[0]);
    uint64_t count = json_object_array_length(issues);
    for (uint64_t index = 0; index < count; index++) {
        json_object *issue = json_object_array_get_idx(issues, index);
        if (!is_readable(issue)) call->is_incomplete = 1;
        if (!is_readable(issue) || !text_contains(member_text(issue, "description"), wanted)) continue;
        outcome_of_issue(call, 0, PATCHBAY_OUTCOME_FOUND, member_id(issue, "id"));
        finish(call);
        return;
    }
    if (page_read(call, answer, count, ROWS)) {
        ask_next(call);
    } else if (call->stage == IN_PROJECT) {
        call->stage = EVERYWHERE;
        call->page = call->seen = 0;
        ask_next(call);
    } else {
        missed(call);
    }
}

void find_begin(patchbay_call *call)
{
    if (text_is_empty(marker(call, &call->tasks[0]))) {
        call->outcomes[0].message = LITERAL("The delivery id is not made of letters, digits and hyphens; nothing was made with it.");
        finish(call); /* as unknown */
        return;
    }
    ask_next(call);
}
