/*
 * assignee.c: a user who is locked, or no member any more, refuses an issue as its assignee. Redmine gives its reasons
 * in the language of the key's user, so a create that was refused with an assignee is tried once more without, by a
 * call of its own (R10): when that is taken, the assignee was it.
 */
#include <string.h>

#include "operations.h"

int is_sent_without_assignee(const patchbay_call *call)
{
    patchbay_string id = call->task_count > 0 ? call->tasks[0].delivery_id : (patchbay_string){ 0 };
    if (call->operation != PATCHBAY_OPERATION_CREATE || text_is_empty(id)) return 0;
    for (size_t place = 0; place < WITHOUT_MAX; place++) {
        if (call->learnt->without_lengths[place] != id.length) continue;
        if (memcmp(call->learnt->without[place], id.bytes, id.length) == 0) return 1;
    }
    return 0;
}

int is_assignee_refused(const patchbay_call *call, int64_t id)
{
    for (uint32_t place = 0; place < call->learnt->refused_count; place++) {
        if (call->learnt->refused[place] == id) return 1;
    }
    return is_sent_without_assignee(call);
}

int ask_without_assignee(patchbay_call *call, const struct answer *answer)
{
    patchbay_string id = call->tasks[0].delivery_id;
    json_object *errors = member_list(answer->body, "errors");
    int is_worded = errors != NULL && json_object_array_length(errors) > 0;
    if (answer->status != 422 || !is_worded || call->assignee_id == 0 || id.length > DELIVERY_BYTES_MAX) return 0;
    uint32_t place = call->learnt->without_next++ % WITHOUT_MAX;
    memcpy(call->learnt->without[place], id.bytes, id.length);
    call->learnt->without_lengths[place] = id.length;
    call->outcomes[0].kind = PATCHBAY_OUTCOME_DEFERRED;
    call->outcomes[0].code = LITERAL("again");
    call->outcomes[0].message = answer_words(&call->memory, answer);
    call->outcomes[0].vendor_request_id = answer->request_id;
    finish(call);
    return 1;
}

void learn_refused_assignee(patchbay_call *call)
{
    struct learnt *learnt = call->learnt;
    int64_t id = map_id(&call->instance->assignees, call->tasks[0].assignee);
    if (id == 0 || learnt->refused_count == REFUSED_MAX) return;
    for (uint32_t place = 0; place < learnt->refused_count; place++) {
        if (learnt->refused[place] == id) return;
    }
    learnt->refused[learnt->refused_count++] = id;
}
