/*
 * place.c: whether a create is of any use, asked once for each instance before its first issue. Redmine answers 403 to
 * an issue for a closed project as to one that comes in while its REST interface is off, and says nothing else; asked,
 * it tells. A key that it takes for a guest's is noticed here, too, before a guest's issue is made.
 */
#include "operations.h"

/* What keeps everything from being sent, now. What else is said or not to a question keeps no issue back: gives 1 then.
 */
static int is_usable(patchbay_call *call, const struct answer *answer)
{
    uint32_t status = answer->status;
    if (!answer->is_page && status != 401 && status != 408 && status != 429 && status < 500) return 1;
    finish_failed(call, answer);
    return 0;
}

static void refuse_place(patchbay_call *call, const char *code, const char *what)
{
    finish_refused(call, code, "projectId",
        text_print(&call->memory, "The project %.*s is %s, or set another projectId; what waits is sent then.",
            SHOWN(text_cut(call->instance->project_id, 200)), what));
}

static void project_read(patchbay_call *call, const struct answer *answer)
{
    if (!is_usable(call, answer)) return;
    int64_t status = member_number(member_object(answer->body, "project"), "status");
    if (answer->status == 403 || answer->status == 404) {
        refuse_place(call, "project_not_found",
            "not there, not visible to this user, or archived. Make it visible in Redmine");
    } else if (status == 5) {
        refuse_place(call, "project_closed",
            "closed and takes no issues. Reopen it in Redmine");
    } else if (status == 9) {
        refuse_place(call, "project_archived",
            "archived and takes no issues. Unarchive it in Redmine");
    } else {
        call->learnt->is_ready = 1;
        call->go_on(call);
    }
}

static void key_read(patchbay_call *call, const struct answer *answer)
{
    if (!is_usable(call, answer)) return;
    if (answer->status == 403) { /* a wrong key gets 401 */
        finish_turned_off(call);
        return;
    }
    call->learnt->account_id = member_id(member_object(answer->body, "user"), "id");
    ask(call, PATCHBAY_EFFECT_NONE, "GET", project_path(call, ".json"), project_read);
}

void place_begin(patchbay_call *call, void (*go_on)(patchbay_call *))
{
    call->go_on = go_on;
    if (call->learnt->is_ready) {
        go_on(call);
    } else {
        ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/users/current.json"), key_read);
    }
}
