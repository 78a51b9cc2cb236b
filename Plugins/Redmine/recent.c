/*
 * recent.c: when a find has missed something, looks through all issues that were made since shortly before the attempt.
 * An issue whose marker a person removed shows there as a candidate. And numbers that no list shows are asked for one
 * by one: Redmine says 404 to what is not there, and 403 to what this key may not see, because it was moved to another
 * project, or its role may add and not see. That could be the one that is looked for, so then nothing is certain.
 */
#include "operations.h"

#define ROWS 50
#define PAGES_MAX 40
#define CANDIDATES_MAX 20
/* Clocks may be in different time zones, and wrong by a little more. */
#define CLOCK_DIFFERENCE_MS (INT64_C(27) * 3600 * 1000)
/* So many numbers in a row that are not there are the end: some are never used, because what was to have them failed.
 */
#define TOP_MISSES 5
/* Requests of one call, of the 256 that it may make (R12). */
#define ASKED_MAX 250

static void page_taken(patchbay_call *call, const struct answer *answer);
static void probed(patchbay_call *call, const struct answer *answer);

/* When the attempt began by the host's clock, or a little before; 0 = not told. */
static int64_t attempt_began(const patchbay_task *task)
{
    return task->attempt != NULL && task->attempt->started_unix_ms > 0 ? task->attempt->started_unix_ms
                                                                       : task->attempted_unix_ms;
}

static int is_missed(const patchbay_call *call, uint64_t task)
{
    return call->outcomes[task].kind == PATCHBAY_OUTCOME_NOT_FOUND;
}

/* Whether a person may have made of the issue that is looked for what this row is. */
static int is_candidate(patchbay_call *call, const patchbay_task *task, json_object *issue)
{
    const patchbay_string id_of_attempt = task->attempt == NULL ? (patchbay_string){ 0 } : task->attempt->account;
    int64_t author = member_id(member_object(issue, "author"), "id");
    int64_t created = text_time(member_text(issue, "created_on")), began = attempt_began(task);
    if (task->is_witness || author == 0 || holds_some_marker(member_text(issue, "description"))) return 0;
    if (author != call->look.account_id &&
        !text_equal(text_print(&call->memory, "%lld", (long long)author), id_of_attempt)) return 0;
    if (began > 0 && (created < began - CLOCK_DIFFERENCE_MS || created > began + CLOCK_DIFFERENCE_MS)) return 0;
    int is_edited = !text_equal(member_text(issue, "created_on"), member_text(issue, "updated_on"));
    patchbay_string title =
        text_is_empty(task->title) ? LITERAL(NO_TITLE) : text_cut(task->title, SUBJECT_CHARACTERS_MAX);
    return is_edited || text_equal(text_line(&call->memory, member_text(issue, "subject")), title);
}

static void add_candidate(patchbay_call *call, patchbay_task_outcome *outcome, json_object *issue)
{
    uint64_t count = outcome->candidates.count;
    int64_t id = member_id(issue, "id");
    patchbay_candidate *list = (patchbay_candidate *)outcome->candidates.elements;
    if (count == CANDIDATES_MAX) return;
    if (count == 0) list = memory_take_many(&call->memory, CANDIDATES_MAX, sizeof *list);
    if (list == NULL) return;
    list[count] = (patchbay_candidate){ .struct_size = sizeof *list,
        .title = member_line(&call->memory, issue, "subject"),
        .external_id = text_print(&call->memory, "%lld", (long long)id),
        .display_id = text_print(&call->memory, "#%lld", (long long)id),
        .url = issue_url(call, id) };
    list[count].edited = !text_equal(member_text(issue, "created_on"), member_text(issue, "updated_on"));
    outcome->candidates = (patchbay_array){ list, count + 1, sizeof *list, 0 };
}

/* What one issue means to each task that was missed. The marker is looked for as well: it may have come meanwhile. */
static void judge(patchbay_call *call, json_object *issue)
{
    for (uint64_t task = 0; task < call->task_count; task++) {
        patchbay_task_outcome *outcome = &call->outcomes[task];
        if (!is_missed(call, task)) continue;
        if (holds_marker(member_text(issue, "description"), call->look.markers[task])) {
            outcome->exhaustive = 0;
            outcome->candidates = (patchbay_array){ 0 };
            outcome_of_issue(call, task, PATCHBAY_OUTCOME_FOUND, member_id(issue, "id"));
        } else if (is_candidate(call, &call->tasks[task], issue)) {
            add_candidate(call, outcome, issue);
        }
    }
}

/* Ends the call. `why` is absent when all that there is was seen. */
static void end_recent(patchbay_call *call, patchbay_string why)
{
    if (why.bytes == NULL && call->is_incomplete) {
        why = LITERAL("Redmine's list of recent issues could not be read to its end, or does not add up.");
    }
    for (uint64_t task = 0; why.bytes != NULL && task < call->task_count; task++) {
        if (!is_missed(call, task)) continue;
        call->outcomes[task].exhaustive = 0;
        call->outcomes[task].message = why;
    }
    if (why.bytes != NULL) call->diagnostic = why;
    finish(call);
}

static void ask_next_unseen(patchbay_call *call)
{
    struct look_up *look = &call->look;
    int is_over = look->unseen_next == look->unseen_count && look->top_misses == TOP_MISSES;
    if (!is_over && call->asked >= ASKED_MAX) call->is_incomplete = 1;
    if (is_over || call->is_incomplete) {
        end_recent(call, (patchbay_string){ 0 });
        return;
    }
    look->probed_id = look->unseen_next < look->unseen_count ? look->unseen[look->unseen_next++]
                                                             : look->top_id + 1 + look->top_misses;
    ask(call, PATCHBAY_EFFECT_NONE, "GET", text_print(&call->memory, "/issues/%lld.json", (long long)look->probed_id),
        probed);
}

static void probed(patchbay_call *call, const struct answer *answer)
{
    struct look_up *look = &call->look;
    json_object *issue = member_object(answer->body, "issue");
    if (!answer->is_page && answer->status == 403) {
        end_recent(call,
            text_print(&call->memory,
                "Issue #%lld was made since the attempt, or shortly before, and this API key may not see it: it may be "
                "the one that is looked for.",
                (long long)look->probed_id));
        return;
    }
    if (!answer->is_page && answer->status == 404) {
        if (look->probed_id > look->top_id) look->top_misses++;
    } else if (!answer_succeeded(answer)) {
        finish_failed(call, answer);
        return;
    } else if (!is_readable_issue(issue) || member_id(issue, "id") != look->probed_id) {
        finish_unclear(call, LITERAL("Redmine's answer is not the issue that was asked for."));
        return;
    } else {
        judge(call, issue);
        if (look->probed_id > look->top_id) {
            look->top_id = look->probed_id;
            look->top_misses = 0;
        }
    }
    ask_next_unseen(call);
}

/* Notes the numbers between two that are known. */
static void note_unseen(patchbay_call *call, int64_t above, int64_t below)
{
    struct look_up *look = &call->look;
    for (int64_t id = above + 1; id < below; id++) {
        if (look->unseen_count == UNSEEN_MAX) {
            call->is_incomplete = 1;
            return;
        }
        look->unseen[look->unseen_count++] = id;
    }
}

/* Takes rows, newest first. Gives 1 at one that is older than every attempt. */
static int take_rows(patchbay_call *call, json_object *issues)
{
    struct look_up *look = &call->look;
    for (size_t index = 0; index < json_object_array_length(issues); index++) {
        json_object *issue = json_object_array_get_idx(issues, index);
        int64_t id = member_id(issue, "id"), created = text_time(member_text(issue, "created_on"));
        if (!is_readable_issue(issue) || created == 0 || member_id(member_object(issue, "author"), "id") == 0) {
            call->is_incomplete = 1;
            continue;
        }
        if (look->last_id > 0 && id >= look->last_id) continue; /* again, because new ones have moved it to this page */
        if (look->last_id > 0) note_unseen(call, id, look->last_id);
        if (look->last_id == 0) look->top_id = id;
        look->last_id = id;
        if (created < look->since_unix_ms) return 1;
        judge(call, issue);
    }
    return 0;
}

static void ask_recent(patchbay_call *call)
{
    ask_page(call, LITERAL("/issues.json"), ROWS, page_taken);
    ask_with(call, "status_id", LITERAL("*"));
    ask_with(call, "sort", LITERAL("id:desc"));
}

static void page_taken(patchbay_call *call, const struct answer *answer)
{
    if (!answer->is_page && (answer->status == 403 || answer->status == 404)) {
        end_recent(call, LITERAL("This API key may see no issues at all."));
        return;
    }
    json_object *issues = rows_of(call, answer, ROWS, ask_recent);
    if (issues == NULL) return;
    uint64_t count = json_object_array_length(issues);
    /* A list that was not filtered must have been all of them. */
    int is_all = !call->look.is_unfiltered || member_number(answer->body, "total_count") == call->look.unfiltered_total;
    if (call->page == 0 && !is_all) call->is_incomplete = 1;
    int is_over = take_rows(call, issues);
    if (!is_over && call->page < PAGES_MAX && page_read(call, answer, count, ROWS)) {
        ask_recent(call);
        return;
    }
    if (call->page == PAGES_MAX) call->is_incomplete = 1;
    if (!is_over && call->look.last_id > 0) note_unseen(call, 0, call->look.last_id);
    ask_next_unseen(call);
}

void recent_begin(patchbay_call *call)
{
    int64_t since = INT64_MAX;
    for (uint64_t task = 0; task < call->task_count; task++) {
        if (!is_missed(call, task) || call->tasks[task].is_witness) continue;
        int64_t began = attempt_began(&call->tasks[task]);
        if (began - CLOCK_DIFFERENCE_MS < since) since = began - CLOCK_DIFFERENCE_MS;
    }
    call->look.since_unix_ms = since;
    call->look.last_id = 0;
    call->page = call->seen = 0;
    call->is_incomplete = 0;
    ask_recent(call);
}
