/* list.c: pages of issues, believed only as far as every part of them has the form that was asked for (R13). */
#include "operations.h"

int is_readable_issue(json_object *issue)
{
    json_object *description = NULL;
    if (member_id(issue, "id") == 0 || !json_object_object_get_ex(issue, "description", &description)) return 0;
    return json_object_is_type(description, json_type_string) || json_object_is_type(description, json_type_null);
}

/* Redmine counts before it reads the rows, and meanwhile an issue may come or go: such a page is asked for again, so
 * often a call. */
#define AGAIN_MAX 3

json_object *rows_of(patchbay_call *call, const struct answer *answer, uint32_t rows_max, void (*ask)(patchbay_call *))
{
    json_object *issues = member_list(answer->body, "issues");
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return NULL;
    }
    if (issues == NULL || answer->status != 200 || json_object_object_get_ex(answer->body, "errors", NULL)) {
        finish_unclear(call, LITERAL("Redmine's answer is no list of issues."));
        return NULL;
    }
    int64_t total = member_number(answer->body, "total_count"), offset = member_number(answer->body, "offset");
    int64_t limit = member_number(answer->body, "limit"), rows = (int64_t)json_object_array_length(issues);
    int64_t due = total > offset ? total - offset : 0;
    int is_asked = total >= 0 && offset == (int64_t)call->seen && limit == rows_max;
    int adds_up = is_asked && rows == (due < limit ? due : limit);
    if (is_asked && !adds_up && call->again < AGAIN_MAX) {
        call->again++;
        ask(call);
        return NULL;
    }
    if (!adds_up) call->is_incomplete = 1;
    return issues;
}
