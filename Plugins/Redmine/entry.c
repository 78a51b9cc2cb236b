/* entry.c: the one exported function, and the six that it gives. Everything else of this connector is behind them. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"

/* Sizes in version 1.0 of what 1.1 made longer: no host gives less (R2). */
#define OPENING_BYTES_MIN offsetof(patchbay_opening, attempted_token_kind)
#define TASK_BYTES_MIN offsetof(patchbay_task, is_witness)
#define OPERATION_BYTES_MIN offsetof(patchbay_operation, cursor)

static int32_t open_instance(const patchbay_opening *given, patchbay_instance **instance, patchbay_failure *failure)
{
    if (given->struct_size < OPENING_BYTES_MIN) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    patchbay_opening opening = { 0 };
    sized_copy(&opening, sizeof opening, given, given->struct_size);
    patchbay_instance *made = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    int32_t status = settings_read(made, &opening, failure);
    if (status == PATCHBAY_STATUS_OK) {
        *instance = made;
    } else {
        memory_free(&made->memory);
        free(made);
    }
    return status;
}

static void close_instance(patchbay_instance *instance)
{
    memory_free(&instance->memory);
    free(instance);
}

static void end(patchbay_call *call)
{
    json_object_put(call->issue);
    memory_free(&call->memory);
    free(call);
}

/* What is longer could not be sent in one step together with all the rest (R12). */
#define DESCRIPTION_BYTES_MAX ((uint64_t)1 << 20)
/* Far more than is used of a title, an id or an address; it only keeps nonsense from filling the memory. */
#define NAME_BYTES_MAX ((uint64_t)1 << 14)

static patchbay_string bounded(patchbay_string text)
{
    return (patchbay_string){ text.bytes, text.length > NAME_BYTES_MAX ? NAME_BYTES_MAX : text.length };
}

/* Null when there is none. */
static const patchbay_attempt *taken_attempt(patchbay_call *call, const patchbay_attempt *from)
{
    if (from == NULL || from->struct_size < sizeof from->struct_size) return NULL;
    patchbay_attempt *attempt = memory_take(&call->memory, sizeof *attempt);
    if (attempt == NULL) return NULL;
    sized_copy(attempt, sizeof *attempt, from, from->struct_size);
    attempt->account = text_line(&call->memory, bounded(attempt->account));
    return attempt;
}

/* Copies what a call needs of its tasks, because the host's are gone when `begin` returns (R5). */
static int32_t take_tasks(patchbay_call *call, const patchbay_array *tasks)
{
    call->task_count = tasks->count;
    call->tasks = memory_take_many(&call->memory, tasks->count, sizeof *call->tasks);
    call->outcomes = memory_take_many(&call->memory, tasks->count, sizeof *call->outcomes);
    if (call->memory.failed) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    for (uint64_t index = 0; index < tasks->count; index++) {
        const patchbay_task *from = element(tasks, index, TASK_BYTES_MIN);
        patchbay_task *task = &call->tasks[index];
        if (from == NULL || from->struct_size < TASK_BYTES_MIN) return PATCHBAY_STATUS_INVALID_ARGUMENT;
        sized_copy(task, sizeof *task, from, from->struct_size);
        task->struct_size = sizeof *task;
        task->attempt = taken_attempt(call, task->attempt);
        /* Cleaned here once, so that whatever came in, what goes out is UTF-8 without zero bytes. */
        task->delivery_id = text_clean(&call->memory, bounded(task->delivery_id));
        task->external_id = text_clean(&call->memory, bounded(task->external_id));
        task->title = text_line(&call->memory, bounded(task->title));
        int is_sent = call->operation == PATCHBAY_OPERATION_CREATE || call->operation == PATCHBAY_OPERATION_UPDATE;
        if (!is_sent) task->description = (patchbay_string){ 0 };
        call->is_too_long |= task->description.length > DESCRIPTION_BYTES_MAX;
        task->description = call->is_too_long ? (patchbay_string){ 0 } : text_clean(&call->memory, task->description);
        task->due_date = text_line(&call->memory, bounded(task->due_date));
        task->due_time = text_line(&call->memory, bounded(task->due_time));
        task->assignee = text_line(&call->memory, bounded(task->assignee));
        task->labels.elements = NULL; /* only their number is looked at */
        task->meeting_id = (patchbay_string){ 0 };
        call->outcomes[index] = (patchbay_task_outcome){
            .struct_size = sizeof *call->outcomes, .kind = PATCHBAY_OUTCOME_UNKNOWN, .task_index = (uint32_t)index
        };
    }
    return call->memory.failed ? PATCHBAY_STATUS_OUT_OF_MEMORY : PATCHBAY_STATUS_OK;
}

static void (*beginning(uint32_t operation, uint64_t *batch_max))(patchbay_call *)
{
    *batch_max = 0;
    switch (operation) {
    case PATCHBAY_OPERATION_CHECK: return check_begin;
    case PATCHBAY_OPERATION_DISCOVER: return discover_begin;
    case PATCHBAY_OPERATION_CREATE: *batch_max = CREATE_BATCH_MAX; return create_begin;
    case PATCHBAY_OPERATION_UPDATE: *batch_max = UPDATE_BATCH_MAX; return update_begin;
    case PATCHBAY_OPERATION_FIND: *batch_max = FIND_BATCH_MAX; return find_begin;
    case PATCHBAY_OPERATION_FETCH: *batch_max = FETCH_BATCH_MAX; return fetch_begin;
    default: return NULL; /* a number of a later version (R11) */
    }
}

static int32_t begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    uint64_t batch_max;
    if (operation->struct_size < OPERATION_BYTES_MIN) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    void (*first)(patchbay_call *) = beginning(operation->number, &batch_max);
    if (first == NULL) return PATCHBAY_STATUS_UNSUPPORTED;
    if (operation->tasks.count > batch_max || (batch_max > 0 && operation->tasks.count == 0))
        return PATCHBAY_STATUS_INVALID_ARGUMENT;
    patchbay_call *made = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    made->instance = instance;
    made->learnt = &instance->learnt;
    made->operation = operation->number;
    made->now_unix_ms = operation->now_unix_ms;
    int32_t status = take_tasks(made, &operation->tasks);
    if (status == PATCHBAY_STATUS_OK) first(made);
    if (status == PATCHBAY_STATUS_OK && made->memory.failed) status = PATCHBAY_STATUS_OUT_OF_MEMORY;
    if (status != PATCHBAY_STATUS_OK) {
        end(made);
        return status;
    }
    *call = made;
    *step = &made->step;
    return PATCHBAY_STATUS_OK;
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    if (call->next == NULL || response->struct_size < sizeof *response) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    struct answer answer = answer_read(&call->memory, response);
    continuation next = call->next;
    call->next = NULL;
    next(call, &answer);
    answer_free(&answer);
    if (call->memory.failed) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const patchbay_entry *patchbay_connector_v1(void)
{
    static const patchbay_entry entry = { .struct_size = sizeof entry,
        .magic = PATCHBAY_MAGIC,
        .abi_major = PATCHBAY_ABI_MAJOR,
        .abi_minor = 0,
        .describe = describe,
        .open = open_instance,
        .close = close_instance,
        .begin = begin,
        .resume = resume,
        .end = end };
    return &entry;
}
