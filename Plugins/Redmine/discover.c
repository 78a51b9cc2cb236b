/* discover.c: the numbers that a person needs for the settings, list after list. */
#include <string.h>

#include "operations.h"

#define ROWS 100

/* One list: where it is, what its rows fill in. */
struct list {
    const char *path, *name, *setting, *kind;
    int is_paged;
};

static const struct list LISTS[] = {
    { "/projects.json", "projects", "projectId", "project", 1 },
    { "/trackers.json", "trackers", "trackerId", "tracker", 0 },
    { "/enumerations/issue_priorities.json", "issue_priorities", "priorityMapping", "priority", 0 },
    { "/users.json", "users", "assigneeMapping", "user",
        1 }, /* for administrators only; it alone has e-mail addresses */
    { "/memberships.json", "memberships", "assigneeMapping", "user", 1 }, /* of the project: for all others */
};
enum { PROJECTS = 0, USERS = 3, MEMBERSHIPS = 4 };

static void listed(patchbay_call *call, const struct answer *answer);

static void ask_list(patchbay_call *call, int which)
{
    const struct list *list = &LISTS[which];
    patchbay_string path = { list->path, strlen(list->path) };
    if (which == MEMBERSHIPS) path = project_path(call, list->path);
    call->stage = which;
    if (list->is_paged) {
        ask_page(call, path, ROWS, listed);
    } else {
        ask(call, PATCHBAY_EFFECT_NONE, "GET", path, listed);
    }
}

static void ask_next_list(patchbay_call *call)
{
    int next = call->stage + 1;
    int has_project = !text_is_empty(call->instance->project_id);
    call->page = call->seen = 0;
    if (next < MEMBERSHIPS || (next == MEMBERSHIPS && has_project)) {
        ask_list(call, next);
    } else {
        finish(call);
    }
}

static void take_row(patchbay_call *call, json_object *row)
{
    const struct list *list = &LISTS[call->stage];
    json_object *named = call->stage == MEMBERSHIPS ? member_object(row, "user") : row; /* a group has none */
    patchbay_string id = text_print(&call->memory, "%lld", (long long)member_id(named, "id"));
    patchbay_string name = member_line(&call->memory, named, "name"), detail = { 0 };
    if (member_id(named, "id") == 0) return;
    if (call->stage == PROJECTS) {
        patchbay_string identifier = member_line(&call->memory, row, "identifier");
        if (!text_is_empty(identifier)) id = identifier;
    } else if (call->stage == USERS) {
        name = text_line(&call->memory,
            text_print(&call->memory, "%.*s %.*s", SHOWN(member_line(&call->memory, row, "firstname")),
                SHOWN(member_line(&call->memory, row, "lastname"))));
        detail = member_line(&call->memory, row, "mail");
    }
    discovered(call, list->setting, list->kind, id, name, detail);
}

static void listed(patchbay_call *call, const struct answer *answer)
{
    const struct list *list = &LISTS[call->stage];
    json_object *rows = member_list(answer->body, list->name);
    int may_be_closed = call->stage == USERS || call->stage == MEMBERSHIPS;
    if (may_be_closed && !answer->is_page && (answer->status == 403 || answer->status == 404)) {
        ask_next_list(call);
        return;
    }
    if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    }
    if (rows == NULL) {
        finish_unclear(call, text_print(&call->memory, "Redmine's answer holds no list of %s.", list->name));
        return;
    }
    uint64_t count = json_object_array_length(rows);
    for (uint64_t index = 0; index < count; index++) take_row(call, json_object_array_get_idx(rows, index));
    if (list->is_paged && page_read(call, answer, count, ROWS)) {
        ask_list(call, call->stage);
    } else if (call->stage == USERS) {
        finish(call); /* the members are among them */
    } else {
        ask_next_list(call);
    }
}

void discover_begin(patchbay_call *call) { ask_list(call, PROJECTS); }
