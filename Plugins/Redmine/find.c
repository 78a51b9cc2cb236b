/*
 * find.c: looks for the issues of deliveries by their markers, first in the project and then everywhere, because a
 * person may have moved them; over everything there is, because Redmine's clock is told by nothing that it answers. The
 * server is asked to compare; one that is too old to do so (before 3.2) gives whole lists, so each description is
 * compared here as well, and such a list is read once for all. A person who copies an issue copies its marker, so the
 * oldest counts.
 */
#include "operations.h"

/* So few because each comes with its whole description. */
#define ROWS 25

enum { IN_PROJECT, EVERYWHERE };

static void listed(patchbay_call *call, const struct answer *answer);

static int is_looked_for(const patchbay_call *call, uint64_t task)
{
    return call->outcomes[task].kind == PATCHBAY_OUTCOME_UNKNOWN && !text_is_empty(call->look.markers[task]);
}

static void ask_list(patchbay_call *call)
{
    ask_page(
        call, call->stage == IN_PROJECT ? project_path(call, "/issues.json") : LITERAL("/issues.json"), ROWS, listed);
    ask_with(call, "status_id", LITERAL("*"));
    ask_with(call, "sort", LITERAL("id"));
    ask_with(
        call, "description", text_join(&call->memory, LITERAL("~"), call->look.markers[call->look.task], LITERAL("")));
}

static void begin_list(patchbay_call *call, int stage)
{
    call->stage = stage;
    call->page = call->seen = 0;
    call->look.last_id = 0;
    ask_list(call);
}

/* The lists of the next task; after the last one what is left to say of those that were missed. */
static void next_task(patchbay_call *call)
{
    int is_missed = 0;
    while (call->look.task < call->task_count && !is_looked_for(call, call->look.task)) call->look.task++;
    if (call->look.task < call->task_count) {
        call->is_incomplete = 0;
        begin_list(call, IN_PROJECT);
        return;
    }
    for (uint64_t task = 0; task < call->task_count; task++) {
        is_missed |= call->outcomes[task].kind == PATCHBAY_OUTCOME_NOT_FOUND && !call->tasks[task].is_witness;
    }
    if (is_missed) {
        recent_begin(call);
    } else {
        finish(call);
    }
}

static void miss(patchbay_call *call, uint64_t task)
{
    call->outcomes[task].kind = PATCHBAY_OUTCOME_NOT_FOUND;
    call->outcomes[task].exhaustive = !call->is_incomplete;
}

/* Both lists were read as far as they go. A list that is not filtered was everybody's. */
static void lists_read(patchbay_call *call)
{
    for (uint64_t task = 0; task < call->task_count; task++) {
        if (is_looked_for(call, task) && (call->look.is_unfiltered || task == call->look.task)) miss(call, task);
    }
    next_task(call);
}

static void take_row(patchbay_call *call, json_object *issue)
{
    struct look_up *look = &call->look;
    patchbay_string description = member_text(issue, "description");
    int64_t id = member_id(issue, "id");
    if (!is_readable_issue(issue) || id <= look->last_id) { /* or it is not in the order that was asked for */
        call->is_incomplete = 1;
        if (!is_readable_issue(issue)) return;
    }
    look->last_id = id;
    if (!holds_marker(description, look->markers[look->task])) look->is_unfiltered = 1;
    for (uint64_t task = 0; task < call->task_count; task++) {
        if (!is_looked_for(call, task) || !holds_marker(description, look->markers[task])) continue;
        outcome_of_issue(call, task, PATCHBAY_OUTCOME_FOUND, id);
    }
}

/* Whether all that this list is read for was found. */
static int is_satisfied(const patchbay_call *call)
{
    if (!call->look.is_unfiltered) return !is_looked_for(call, call->look.task);
    for (uint64_t task = 0; task < call->task_count; task++) {
        if (is_looked_for(call, task)) return 0;
    }
    return 1;
}

static void listed(patchbay_call *call, const struct answer *answer)
{
    if (call->stage == IN_PROJECT && !answer->is_page && (answer->status == 403 || answer->status == 404)) {
        call->is_incomplete =
            1; /* the project is gone, archived, or closed to this user; what was moved away may still show */
        begin_list(call, EVERYWHERE);
        return;
    }
    json_object *issues = rows_of(call, answer, ROWS, ask_list);
    if (issues == NULL) return;
    uint64_t count = json_object_array_length(issues);
    for (uint64_t index = 0; index < count; index++) take_row(call, json_object_array_get_idx(issues, index));
    if (is_satisfied(call)) {
        next_task(call);
    } else if (page_read(call, answer, count, ROWS)) {
        ask_list(call);
    } else if (call->stage == IN_PROJECT) {
        begin_list(call, EVERYWHERE);
    } else {
        call->look.unfiltered_total = member_number(answer->body, "total_count");
        lists_read(call);
    }
}

/* A key that is not taken any more reads what guests may see, and that is no miss. */
static void account_read(patchbay_call *call, const struct answer *answer)
{
    call->look.account_id = account_of(call, answer);
    if (call->look.account_id > 0) next_task(call);
}

void find_begin(patchbay_call *call)
{
    int can_look = 0;
    call->look.markers = memory_take_many(&call->memory, call->task_count, sizeof *call->look.markers);
    for (uint64_t task = 0; call->look.markers != NULL && task < call->task_count; task++) {
        call->look.markers[task] = marker(call, &call->tasks[task]);
        can_look |= !text_is_empty(call->look.markers[task]);
        if (!text_is_empty(call->look.markers[task])) continue;
        call->outcomes[task].message =
            LITERAL("The delivery id is not made of letters, digits and hyphens; nothing was made with it.");
    }
    if (can_look) {
        ask(call, PATCHBAY_EFFECT_NONE, "GET", LITERAL("/users/current.json"), account_read);
    } else {
        finish(call); /* as unknown */
    }
}
