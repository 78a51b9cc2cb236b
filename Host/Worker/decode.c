/* decode.c: openings, operations and responses. Bytes left over or missing mark the reader as bad. */
#include "decode.h"

/* The fewest bytes that each can be on the wire, so that a count is believed only as far as the frame goes. */
#define WIRE_STRING_BYTES 4u
#define WIRE_PAIR_BYTES 8u
#define WIRE_SETTING_BYTES 24u
#define WIRE_TASK_BYTES 56u

static void get_pairs(struct reader *reader, patchbay_array *array)
{
    patchbay_pair *pairs = get_array(reader, sizeof *pairs, WIRE_PAIR_BYTES, array);
    for (uint64_t index = 0; index < array->count; index++) {
        pairs[index].struct_size = sizeof *pairs;
        pairs[index].name = get_string(reader);
        pairs[index].value = get_string(reader);
    }
}

static void get_strings(struct reader *reader, patchbay_array *array)
{
    patchbay_string *strings = get_array(reader, sizeof *strings, WIRE_STRING_BYTES, array);
    for (uint64_t index = 0; index < array->count; index++) strings[index] = get_string(reader);
}

static void finish(struct reader *reader)
{
    if (reader->position != reader->length) reader->bad = true;
}

void decode_opening(struct reader *reader, patchbay_opening *opening)
{
    *opening = (patchbay_opening){ .struct_size = sizeof *opening };
    opening->partial = get_u32(reader);
    opening->token_kind = get_string(reader);
    patchbay_setting_value *values = get_array(reader, sizeof *values, WIRE_SETTING_BYTES, &opening->settings);
    for (uint64_t index = 0; index < opening->settings.count; index++) {
        values[index].struct_size = sizeof *values;
        values[index].kind = get_u32(reader);
        values[index].name = get_string(reader);
        values[index].text = get_string(reader);
        values[index].integer = get_i64(reader);
        get_pairs(reader, &values[index].entries);
    }
    get_pairs(reader, &opening->facts);
    finish(reader);
}

static void get_task(struct reader *reader, patchbay_task *task)
{
    task->struct_size = sizeof *task;
    task->priority = get_u32(reader);
    task->status = get_u32(reader);
    task->changes = get_u32(reader);
    task->delivery_id = get_string(reader);
    task->external_id = get_string(reader);
    task->meeting_id = get_string(reader);
    task->title = get_string(reader);
    task->description = get_string(reader);
    task->due_date = get_string(reader);
    task->due_time = get_string(reader);
    task->assignee = get_string(reader);
    get_strings(reader, &task->labels);
    task->attempted_unix_ms = get_i64(reader);
}

void decode_operation(struct reader *reader, patchbay_operation *operation)
{
    *operation = (patchbay_operation){ .struct_size = sizeof *operation };
    operation->number = get_u32(reader);
    operation->now_unix_ms = get_i64(reader);
    patchbay_task *tasks = get_array(reader, sizeof *tasks, WIRE_TASK_BYTES, &operation->tasks);
    for (uint64_t index = 0; index < operation->tasks.count; index++) get_task(reader, &tasks[index]);
    finish(reader);
}

void decode_response(struct reader *reader, patchbay_response *response)
{
    *response = (patchbay_response){ .struct_size = sizeof *response };
    response->status = get_u32(reader);
    get_pairs(reader, &response->headers);
    response->body = get_string(reader);
    finish(reader);
}
