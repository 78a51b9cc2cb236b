/* decode.c: openings, operations and responses. Bytes left over or missing mark the reader as bad. */
#include "decode.h"

#include "sizes.h"

/* The fewest bytes that each can be on the wire, so that a count is believed only as far as the frame goes. */
#define WIRE_STRING_BYTES 4u
#define WIRE_PAIR_BYTES 8u
#define WIRE_SETTING_BYTES 24u
#define WIRE_TASK_BYTES 64u
#define WIRE_ATTEMPT_BYTES 28u

/* What a struct of `bytes`, in version 1 of `v1_bytes`, says of its size. */
static uint32_t told_size(const struct reader *reader, size_t bytes, uint32_t v1_bytes, bool is_element)
{
    if (reader->shape == SHAPE_LARGER) return (uint32_t)bytes + SHAPE_MORE_BYTES;
    bool is_small = reader->shape == (is_element ? SHAPE_ELEMENTS_TOO_SMALL : SHAPE_TOO_SMALL);
    return is_small ? v1_bytes - 8 : (uint32_t)bytes;
}

static void get_pairs(struct reader *reader, patchbay_array *array)
{
    get_array(reader, sizeof(patchbay_pair), WIRE_PAIR_BYTES, array);
    for (uint64_t index = 0; index < array->count; index++) {
        patchbay_pair *pair = element_at(array, index);
        pair->struct_size = told_size(reader, sizeof *pair, V1_PAIR, true);
        pair->name = get_string(reader);
        pair->value = get_string(reader);
    }
}

static void get_strings(struct reader *reader, patchbay_array *array)
{
    get_array(reader, sizeof(patchbay_string), WIRE_STRING_BYTES, array);
    for (uint64_t index = 0; index < array->count; index++)
        *(patchbay_string *)element_at(array, index) = get_string(reader);
}

static void finish(struct reader *reader)
{
    if (reader->position != reader->length) reader->bad = true;
}

void decode_opening(struct reader *reader, patchbay_opening *opening)
{
    *opening = (patchbay_opening){ .struct_size = told_size(reader, sizeof *opening, V1_OPENING, false) };
    opening->partial = get_u32(reader);
    opening->token_kind = get_string(reader);
    get_array(reader, sizeof(patchbay_setting_value), WIRE_SETTING_BYTES, &opening->settings);
    for (uint64_t index = 0; index < opening->settings.count; index++) {
        patchbay_setting_value *value = element_at(&opening->settings, index);
        value->struct_size = told_size(reader, sizeof *value, V1_SETTING_VALUE, true);
        value->kind = get_u32(reader);
        value->name = get_string(reader);
        value->text = get_string(reader);
        value->integer = get_i64(reader);
        get_pairs(reader, &value->entries);
    }
    get_pairs(reader, &opening->facts);
    opening->attempted_token_kind = get_string(reader);
    opening->account = get_string(reader);
    opening->origin = get_string(reader);
    finish(reader);
}

/* None, or one as an array of one. */
static const patchbay_attempt *get_attempt(struct reader *reader)
{
    patchbay_array array;
    get_array(reader, sizeof(patchbay_attempt), WIRE_ATTEMPT_BYTES, &array);
    if (array.count == 0) return NULL;
    patchbay_attempt *attempt = element_at(&array, 0);
    attempt->struct_size = told_size(reader, sizeof *attempt, V1_ATTEMPT, true);
    attempt->number = get_u32(reader);
    attempt->window_is_sure = get_u32(reader);
    attempt->started_unix_ms = get_i64(reader);
    attempt->vendor_unix_ms = get_i64(reader);
    attempt->account = get_string(reader);
    return attempt;
}

static void get_task(struct reader *reader, patchbay_task *task)
{
    task->struct_size = told_size(reader, sizeof *task, V1_TASK, true);
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
    task->is_witness = get_u32(reader);
    task->attempt = get_attempt(reader);
}

void decode_operation(struct reader *reader, patchbay_operation *operation)
{
    *operation = (patchbay_operation){ .struct_size = told_size(reader, sizeof *operation, V1_OPERATION, false) };
    operation->number = get_u32(reader);
    operation->now_unix_ms = get_i64(reader);
    get_array(reader, sizeof(patchbay_task), WIRE_TASK_BYTES, &operation->tasks);
    for (uint64_t index = 0; index < operation->tasks.count; index++)
        get_task(reader, element_at(&operation->tasks, index));
    finish(reader);
}

void decode_response(struct reader *reader, patchbay_response *response)
{
    *response = (patchbay_response){ .struct_size = told_size(reader, sizeof *response, V1_RESPONSE, false) };
    response->status = get_u32(reader);
    get_pairs(reader, &response->headers);
    response->body = get_string(reader);
    finish(reader);
}
