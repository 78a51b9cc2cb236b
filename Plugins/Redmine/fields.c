/* fields.c: a task's fields in Redmine's form. They are put in a fixed order, so that the same task gives the same
 * bytes (R8). */
#include <string.h>

#include "operations.h"

/* Adds a value, which is let go when that fails. Null is a value: it empties a field. */
static void put(patchbay_call *call, json_object *fields, const char *name, json_object *value)
{
    if (fields != NULL && json_object_object_add(fields, name, value) == 0) return;
    json_object_put(value);
    call->memory.failed = 1;
}

void put_text(patchbay_call *call, json_object *fields, const char *name, patchbay_string value)
{
    json_object *made = value.bytes == NULL ? NULL : json_object_new_string_len(value.bytes, (int)value.length);
    if (value.bytes != NULL && made == NULL) call->memory.failed = 1;
    put(call, fields, name, made);
}

void put_id(patchbay_call *call, json_object *fields, const char *name, int64_t id)
{
    json_object *made = id == 0 ? NULL : json_object_new_int64(id);
    if (id != 0 && made == NULL) call->memory.failed = 1;
    put(call, fields, name, made);
}

static void put_subject(patchbay_call *call, json_object *fields, const patchbay_task *task)
{
    patchbay_string subject =
        text_is_empty(task->title) ? LITERAL(NO_TITLE) : text_cut(task->title, SUBJECT_CHARACTERS_MAX);
    if (subject.length < task->title.length) {
        notice(call, "title_cut", "title", LITERAL("The title was cut to the 255 characters that Redmine takes."));
    }
    put_text(call, fields, "subject", subject);
}

/* Redmine shows Textile or Markdown by a setting of its own, so the text goes as it is. The marker is a paragraph for
 * itself. */
static void put_description(patchbay_call *call, json_object *fields, const patchbay_task *task)
{
    patchbay_string last = marker(call, task);
    int is_bare = text_is_empty(task->description) || text_is_empty(last);
    put_text(call, fields, "description",
        text_join(&call->memory, task->description, is_bare ? LITERAL("") : LITERAL("\n\n"), last));
}

static patchbay_string due(const patchbay_task *task)
{
    if (!text_is_empty(task->due_date)) return task->due_date;
    return text_is_empty(task->due_time) ? (patchbay_string){ 0 } : text_cut(task->due_time, 10);
}

/* Whether one date is after another; both as YYYY-MM-DD. */
static int is_after(patchbay_string left, patchbay_string right)
{
    return left.length == 10 && right.length == 10 && memcmp(left.bytes, right.bytes, 10) > 0;
}

static void put_assignee(patchbay_call *call, json_object *fields, const patchbay_task *task)
{
    int64_t id = map_id(&call->instance->assignees, task->assignee);
    if (text_is_empty(task->assignee)) {
        put_id(call, fields, "assigned_to_id", 0);
    } else if (id > 0 && is_assignee_refused(call, id)) {
        notice(call, "assignee_refused", "assignee",
            text_print(&call->memory,
                "Redmine does not take %.*s (%lld in assigneeMapping) as the assignee, so the issue is left without "
                "them. They may be locked, or no member of the project any more: assign the issue there, and set "
                "assigneeMapping; `discover` lists the members.",
                SHOWN(text_cut(task->assignee, 200)), (long long)id));
    } else if (id > 0) {
        put_id(call, fields, "assigned_to_id", id);
        call->assignee_id = id;
    } else {
        notice(call, "assignee_unmapped", "assignee",
            text_print(&call->memory, "%.*s is not in assigneeMapping; the issue is left as it is, without them.",
                SHOWN(text_cut(task->assignee, 200))));
    }
}

static patchbay_string priority_word(uint32_t priority)
{
    switch (priority) {
    case PATCHBAY_PRIORITY_LOW: return LITERAL("low");
    case PATCHBAY_PRIORITY_MEDIUM: return LITERAL("medium");
    case PATCHBAY_PRIORITY_HIGH: return LITERAL("high");
    case PATCHBAY_PRIORITY_URGENT: return LITERAL("urgent");
    default: return LITERAL("none");
    }
}

static void put_priority(patchbay_call *call, json_object *fields, const patchbay_task *task)
{
    patchbay_string word = priority_word(task->priority);
    int64_t id = map_id(&call->instance->priorities, word);
    if (id > 0) {
        put_id(call, fields, "priority_id", id);
    } else if (task->priority != PATCHBAY_PRIORITY_NONE) {
        notice(call, "priority_unmapped", "priority",
            text_print(
                &call->memory, "The priority %.*s is not in priorityMapping; Redmine's own stays.", SHOWN(word)));
    }
}

static void warn_of_labels(patchbay_call *call, const patchbay_task *task)
{
    if (task->labels.count == 0) return;
    notice(call, "labels_unsupported", "labels", LITERAL("Redmine's issues have no labels; they were left out."));
}

json_object *fields_new(patchbay_call *call, const patchbay_task *task)
{
    json_object *fields = json_object_new_object();
    patchbay_string end = due(task);
    /* Redmine begins an issue today, wherever its user lives, and refuses one that is due before it begins. */
    patchbay_string tomorrow = text_cut(text_of_time(&call->memory, call->now_unix_ms + 86400000), 10);
    if (call->instance->tracker_id > 0) put_id(call, fields, "tracker_id", call->instance->tracker_id);
    put_subject(call, fields, task);
    put_description(call, fields, task);
    if (!text_is_empty(end)) {
        if (is_after(tomorrow, end)) put_text(call, fields, "start_date", end);
        put_text(call, fields, "due_date", end);
    }
    if (!text_is_empty(task->assignee)) put_assignee(call, fields, task);
    put_priority(call, fields, task);
    warn_of_labels(call, task);
    return fields;
}

json_object *fields_changed(patchbay_call *call, const patchbay_task *task, json_object *issue)
{
    json_object *fields = json_object_new_object();
    if (task->changes & PATCHBAY_CHANGED_TITLE) put_subject(call, fields, task);
    if (task->changes & PATCHBAY_CHANGED_DESCRIPTION) put_description(call, fields, task);
    if (task->changes & PATCHBAY_CHANGED_DUE) {
        patchbay_string end = due(task);
        if (!text_is_empty(end) && is_after(member_text(issue, "start_date"), end)) {
            put_text(call, fields, "start_date", end);
            notice(call, "start_moved", "dueDate",
                LITERAL("The issue began after the new due date; its start date was moved to it."));
        }
        put_text(call, fields, "due_date", text_is_empty(end) ? (patchbay_string){ 0 } : end);
    }
    if (task->changes & PATCHBAY_CHANGED_ASSIGNEE) put_assignee(call, fields, task);
    if (task->changes & PATCHBAY_CHANGED_PRIORITY) put_priority(call, fields, task);
    if (task->changes & PATCHBAY_CHANGED_LABELS) warn_of_labels(call, task);
    return fields;
}
