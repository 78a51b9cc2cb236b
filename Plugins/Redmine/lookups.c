/*
 * lookups.c: the last part of a check: whether what this account adds can be found again. That a look-up can never be
 * certain is told by settings that Redmine shows (a description that is off, a role without the right to see). That it
 * can be is proved only by an issue: the newest that this account made in the project, with a marker in it. A read-only
 * description, which Redmine shows nowhere, would have kept it out.
 */
#include <string.h>

#include "operations.h"

static void never(patchbay_call *call, const char *code, const char *field, patchbay_string reason)
{
    for (uint32_t index = 0; index < call->notice_count; index++) { /* once is enough, however it was noticed */
        if (text_equal(call->notices[index].code, (patchbay_string){ code, strlen(code) })) return;
    }
    if (call->account.lookups != PATCHBAY_LOOKUPS_NEVER) call->account.lookups_reason = reason;
    call->account.lookups = PATCHBAY_LOOKUPS_NEVER;
    notice(call, code, field, reason);
}

static void newest_read(patchbay_call *call, const struct answer *answer);

static void ask_newest(patchbay_call *call)
{
    call->page = call->seen = 0;
    ask_page(call, project_path(call, "/issues.json"), 1, newest_read);
    ask_with(call, "status_id", LITERAL("*"));
    ask_with(call, "sort", LITERAL("id:desc"));
    ask_with(call, "author_id", text_print(&call->memory, "%lld", (long long)call->look.account_id));
    if (call->instance->tracker_id > 0) {
        ask_with(call, "tracker_id", text_print(&call->memory, "%lld", (long long)call->instance->tracker_id));
    }
}

static void newest_read(patchbay_call *call, const struct answer *answer)
{
    if (!answer->is_page && (answer->status == 403 || answer->status == 404)) {
        never(call, "issues_not_visible", "projectId",
            LITERAL("This user may not see issues of the project, so that one whose answer is lost could not be found "
                    "again."));
        finish(call);
        return;
    }
    json_object *issues = rows_of(call, answer, 1, ask_newest);
    if (issues == NULL) return;
    json_object *newest = json_object_array_get_idx(issues, 0);
    int is_ours = member_id(member_object(newest, "author"), "id") == call->look.account_id;
    int is_there = member_id(member_object(newest, "project"), "id") == call->proof.project_id;
    int is_proof =
        is_readable_issue(newest) && is_ours && is_there && holds_some_marker(member_text(newest, "description"));
    if (is_proof && !call->is_incomplete && call->account.lookups == PATCHBAY_LOOKUPS_NOT_TOLD) {
        call->account.lookups = PATCHBAY_LOOKUPS_PROVED;
    }
    finish(call);
}

static int has_word(json_object *permissions, const char *name)
{
    const patchbay_string wanted = { name, strlen(name) };
    for (size_t index = 0; index < json_object_array_length(permissions); index++) {
        json_object *word = json_object_array_get_idx(permissions, index);
        if (!json_object_is_type(word, json_type_string)) continue;
        const patchbay_string given = { json_object_get_string(word), (uint64_t)json_object_get_string_len(word) };
        if (text_equal(given, wanted)) return 1;
    }
    return 0;
}

static void role_read(patchbay_call *call, const struct answer *answer);

static void ask_next_role(patchbay_call *call)
{
    struct proof *proof = &call->proof;
    if (proof->role_next < proof->role_count) {
        int64_t role = proof->roles[proof->role_next++];
        ask(call, PATCHBAY_EFFECT_NONE, "GET", text_print(&call->memory, "/roles/%lld.json", (long long)role),
            role_read);
        return;
    }
    int is_told = proof->role_count > 0 && !proof->is_role_untold;
    if (is_told && !proof->may_see) {
        never(call, "issues_not_visible", "projectId",
            LITERAL("The role of this user may not see issues, so that one whose answer is lost could not be found "
                    "again: give it the permission View issues."));
    }
    if (is_told && !proof->may_add) {
        notice(call, "issues_not_addable", "projectId",
            LITERAL("The role of this user may not add issues: give it the permission Add issues."));
    }
    ask_newest(call);
}

/* What a role may do is more of a help than a must: a Redmine that does not show it (before 2.2) leaves it open. */
static void role_read(patchbay_call *call, const struct answer *answer)
{
    json_object *permissions = member_list(member_object(answer->body, "role"), "permissions");
    if (!answer_succeeded(answer) || permissions == NULL) {
        call->proof.is_role_untold = 1;
    } else {
        call->proof.may_see |= has_word(permissions, "view_issues");
        call->proof.may_add |= has_word(permissions, "add_issues");
    }
    ask_next_role(call);
}

static void memberships_read(patchbay_call *call, const struct answer *answer)
{
    struct proof *proof = &call->proof;
    json_object *memberships = member_list(member_object(answer->body, "user"), "memberships");
    if (account_of(call, answer) == 0) return;
    for (size_t index = 0; memberships != NULL && index < json_object_array_length(memberships); index++) {
        json_object *membership = json_object_array_get_idx(memberships, index);
        json_object *roles = member_list(membership, "roles");
        if (member_id(member_object(membership, "project"), "id") != proof->project_id || roles == NULL) continue;
        for (size_t role = 0; role < json_object_array_length(roles); role++) {
            int64_t id = member_id(json_object_array_get_idx(roles, role), "id");
            int is_room = proof->role_count < sizeof proof->roles / sizeof *proof->roles;
            if (id == 0 || !is_room) proof->is_role_untold = 1;
            if (id > 0 && is_room) proof->roles[proof->role_count++] = id;
        }
    }
    ask_next_role(call);
}

static void judge_tracker(patchbay_call *call, json_object *tracker)
{
    json_object *fields = member_list(tracker, "enabled_standard_fields"); /* not told before Redmine 4 */
    if (fields == NULL || has_word(fields, "description")) return;
    never(call, "description_off", "trackerId",
        text_print(&call->memory,
            "The description is turned off in the tracker %.*s, so that an issue whose answer is lost could not be "
            "found again: turn it on (Administration, Trackers), or set another trackerId.",
            SHOWN(member_line(&call->memory, tracker, "name"))));
}

static void trackers_read(patchbay_call *call, const struct answer *answer)
{
    json_object *trackers = member_list(answer->body, "trackers");
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    }
    for (size_t index = 0; trackers != NULL && index < json_object_array_length(trackers); index++) {
        json_object *tracker = json_object_array_get_idx(trackers, index);
        if (member_id(tracker, "id") == call->proof.tracker_id) judge_tracker(call, tracker);
    }
    if (call->proof.is_admin) { /* sees all, whatever its roles */
        ask_newest(call);
        return;
    }
    ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/users/current.json"), memberships_read);
    ask_with(call, "include", LITERAL("memberships"));
}

void lookups_begin(patchbay_call *call)
{
    if (call->proof.project_id > 0) {
        ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/trackers.json"), trackers_read);
        return;
    }
    call->account.lookups = PATCHBAY_LOOKUPS_NEVER; /* what stands in the way is among the problems */
    call->account.lookups_reason = LITERAL("The project cannot be read, and so neither can what was made in it.");
    finish(call);
}
