/*
 * marker.c: the one line of an issue that tells which delivery made it. An issue's number is not enough: on SQLite
 * Redmine gives the number of a deleted issue to the next one.
 */
#include <string.h>

#include "operations.h"

/* Of a UUID in its text form. */
#define DELIVERY_ID_BYTES 36

static int is_id_character(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-';
}

patchbay_string marker(patchbay_call *call, const patchbay_task *task)
{
    patchbay_string id = task->delivery_id;
    if (text_is_empty(id) || id.length > 64) return (patchbay_string){ 0 };
    for (uint64_t index = 0; index < id.length; index++) {
        if (!is_id_character(id.bytes[index])) return (patchbay_string){ 0 };
    }
    return text_print(&call->memory, MARKER "%.*s", SHOWN(id));
}

/* What of `text` comes after the first `part`; absent when there is none. */
static patchbay_string after(patchbay_string text, patchbay_string part)
{
    if (text_is_empty(text) || text_is_empty(part)) return (patchbay_string){ 0 };
    const char *place = memmem(text.bytes, text.length, part.bytes, part.length);
    if (place == NULL) return (patchbay_string){ 0 };
    const char *rest = place + part.length;
    return (patchbay_string){ rest, (uint64_t)(text.bytes + text.length - rest) };
}

int holds_marker(patchbay_string description, patchbay_string wanted)
{
    patchbay_string rest = after(description, wanted);
    while (rest.bytes != NULL && rest.length > 0 && is_id_character(rest.bytes[0]))
        rest = after(rest, wanted); /* a longer id */
    return rest.bytes != NULL;
}

static int begins_with_delivery_id(patchbay_string text)
{
    if (text.length < DELIVERY_ID_BYTES) return 0;
    for (int index = 0; index < DELIVERY_ID_BYTES; index++) {
        char byte = text.bytes[index];
        int is_hyphen_due = index == 8 || index == 13 || index == 18 || index == 23;
        if (is_hyphen_due ? byte != '-' : !((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f'))) return 0;
    }
    return text.length == DELIVERY_ID_BYTES || !is_id_character(text.bytes[DELIVERY_ID_BYTES]);
}

int holds_some_marker(patchbay_string description)
{
    patchbay_string rest = after(description, LITERAL(MARKER));
    while (rest.bytes != NULL && !begins_with_delivery_id(rest)) rest = after(rest, LITERAL(MARKER));
    return rest.bytes != NULL;
}

enum belonging belonging(patchbay_call *call, const patchbay_task *task, json_object *issue)
{
    patchbay_string description = member_text(issue, "description");
    if (holds_marker(description, marker(call, task))) return OURS;
    return holds_some_marker(description) ? ANOTHERS : UNMARKED;
}
