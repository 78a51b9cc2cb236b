/* check.c: who the token belongs to, and what would keep issues from being made. */
#include "operations.h"

static void priorities_read(patchbay_call *call, const struct answer *answer)
{
    json_object *priorities = member_list(answer->body, "issue_priorities");
    const struct id_map *map = &call->instance->priorities;
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    }
    if (priorities == NULL) {
        finish_unclear(call, LITERAL("Redmine's answer holds no list of priorities."));
        return;
    }
    int has_default = map_id(map, LITERAL("none")) > 0;
    for (size_t index = 0; index < json_object_array_length(priorities); index++) {
        has_default |= member_flag(json_object_array_get_idx(priorities, index), "is_default");
    }
    if (!has_default) {
        notice(call, "priority_required", "priorityMapping",
            LITERAL("Redmine has no default priority, so each issue needs one: map the priority none."));
    }
    for (uint64_t entry = 0; entry < map->count; entry++) {
        int is_there = 0;
        for (size_t index = 0; index < json_object_array_length(priorities); index++) {
            is_there |= member_id(json_object_array_get_idx(priorities, index), "id") == map->ids[entry];
        }
        if (is_there) continue;
        notice(call, "priority_not_found", "priorityMapping",
            text_print(&call->memory,
                "Redmine has no priority %lld, which is mapped from %.*s. Run discover and set priorityMapping.",
                (long long)map->ids[entry], SHOWN(map->names[entry])));
    }
    lookups_begin(call);
}

static int has_named(json_object *list, patchbay_string name)
{
    for (size_t index = 0; index < json_object_array_length(list); index++) {
        if (text_equal(member_text(json_object_array_get_idx(list, index), "name"), name)) return 1;
    }
    return 0;
}

static int has_id(json_object *list, int64_t id)
{
    for (size_t index = 0; index < json_object_array_length(list); index++) {
        if (member_id(json_object_array_get_idx(list, index), "id") == id) return 1;
    }
    return 0;
}

/* Redmine's numbers for a project: 1 is active, 5 closed, which means read only, 9 archived. */
static void judge_project(patchbay_call *call, json_object *project)
{
    json_object *modules = member_list(project, "enabled_modules");
    json_object *trackers = member_list(project, "trackers");
    int64_t status = member_number(project, "status");
    call->proof.project_id = member_id(project, "id");
    call->proof.tracker_id = call->instance->tracker_id;
    if (call->proof.tracker_id == 0 && trackers != NULL)
        call->proof.tracker_id = member_id(json_object_array_get_idx(trackers, 0), "id");
    if (status == 5) notice(call, "project_closed", "projectId", LITERAL("The project is closed and takes no issues."));
    if (status == 9)
        notice(call, "project_archived", "projectId", LITERAL("The project is archived and takes no issues."));
    if (modules != NULL && !has_named(modules, LITERAL("issue_tracking"))) {
        notice(call, "issues_turned_off", "projectId",
            LITERAL("The project has no issue tracking; turn it on in the project's settings."));
    }
    if (trackers != NULL && call->instance->tracker_id > 0 && !has_id(trackers, call->instance->tracker_id)) {
        notice(call, "tracker_not_found", "trackerId",
            text_print(&call->memory,
                "The project has no tracker %lld, or this user may not see its issues. Run discover and set trackerId.",
                (long long)call->instance->tracker_id));
    }
}

static void project_read(patchbay_call *call, const struct answer *answer)
{
    if (!answer->is_page && (answer->status == 403 || answer->status == 404)) {
        notice(call, "project_not_found", "projectId",
            text_print(&call->memory,
                "The project %.*s is not there, not visible to this user, or archived. Run discover and set projectId.",
                SHOWN(text_cut(call->instance->project_id, 200))));
    } else if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    } else if (member_object(answer->body, "project") == NULL) {
        finish_unclear(call, LITERAL("Redmine's answer holds no project."));
        return;
    } else {
        judge_project(call, member_object(answer->body, "project"));
    }
    ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/enumerations/issue_priorities.json"), priorities_read);
}

int64_t account_of(patchbay_call *call, const struct answer *answer)
{
    int64_t id = member_id(member_object(answer->body, "user"), "id");
    if (answer->status == 403 && !answer->is_page) { /* a wrong key gets 401 */
        finish_turned_off(call);
        return 0;
    }
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return 0;
    }
    if (id == 0) finish_unclear(call, LITERAL("Redmine's answer does not say whose key this is."));
    return id;
}

static void user_read(patchbay_call *call, const struct answer *answer)
{
    json_object *user = member_object(answer->body, "user");
    if (account_of(call, answer) == 0) return;
    call->look.account_id = member_id(user, "id");
    call->proof.is_admin = member_flag(user, "admin");
    patchbay_string mail = member_line(&call->memory, user, "mail");
    call->account =
        (patchbay_account){ .struct_size = sizeof call->account, .email = mail, .place = call->instance->host };
    call->account.id = text_print(&call->memory, "%lld", (long long)member_id(user, "id"));
    call->account.name = text_line(&call->memory, text_print(&call->memory, "%.*s %.*s",
        SHOWN(member_line(&call->memory, user, "firstname")), SHOWN(member_line(&call->memory, user, "lastname"))));
    ask(call, PATCHBAY_EFFECT_NONE, "GET", project_path(call, ".json"), project_read);
    ask_with(call, "include", LITERAL("trackers,enabled_modules"));
}

void check_begin(patchbay_call *call)
{
    ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/users/current.json"), user_read);
}
