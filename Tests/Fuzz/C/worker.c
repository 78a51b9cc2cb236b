/*
 * worker.c: the worker's reader of frames, with all that acts on them, under libFuzzer.
 *
 * The first byte says how the rest arrives: through the loop, a few bytes at a time, or each frame by itself in memory
 * of exactly its size, so that a byte too far is seen. Behind it is a connector that reads every byte that it is given
 * and answers with structs made of it. A frame that is refused ends the worker with its sentence; that is all right,
 * unless the sentence is about the worker's own memory.
 */
#include <setjmp.h>
#include <sys/socket.h>

#include "act.h"
#include "fuzz.h"
#include "loop.h"
#include "wire.h"

#define FRAME_BYTES_MAX (64u << 10)

/* ---- Memory: the worker keeps what it has until it ends, and here it ends with each input. ---- */

#define BLOCKS_MAX 65536
static void *blocks[BLOCKS_MAX];
static size_t block_count;
void *__real_malloc(size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void __real_free(void *block);

static void *noted(void *block)
{
    HOLDS(block_count < BLOCKS_MAX);
    if (block != NULL) blocks[block_count++] = block;
    return block;
}

static void forget(const void *block)
{
    for (size_t index = block_count; block != NULL && index-- > 0;) {
        if (blocks[index] != block) continue;
        blocks[index] = blocks[--block_count];
        return;
    }
}

void *__wrap_malloc(size_t bytes) { return noted(__real_malloc(bytes)); }
void __wrap_free(void *block)
{
    forget(block);
    __real_free(block);
}
void *__wrap_realloc(void *old, size_t bytes)
{
    forget(old);
    return noted(__real_realloc(old, bytes));
}

/* ---- The host's end of the socket ---- */

static struct { const uint8_t *bytes; size_t count, piece; } incoming;

ssize_t __wrap_recv(int socket, void *bytes, size_t room, int flags)
{
    (void)socket, (void)flags;
    HOLDS(room > 0);
    size_t count = incoming.count < incoming.piece ? incoming.count : incoming.piece;
    if (count > room) count = room;
    memcpy(bytes, incoming.bytes, count);
    incoming.bytes += count;
    incoming.count -= count;
    return (ssize_t)count;
}

/* What leaves must be whole frames of kinds that the host knows. */
static void judge_frames(const uint8_t *bytes, size_t count)
{
    while (count > 0) {
        uint32_t payload, kind;
        HOLDS(count >= WIRE_HEADER_BYTES);
        memcpy(&payload, bytes, sizeof payload);
        memcpy(&kind, bytes + 4, sizeof kind);
        HOLDS(payload <= FRAME_BYTES_MAX && kind >= WIRE_OPENED && kind <= WIRE_PONG);
        HOLDS(count - WIRE_HEADER_BYTES >= payload);
        bytes += WIRE_HEADER_BYTES + payload;
        count -= WIRE_HEADER_BYTES + payload;
    }
}

ssize_t __wrap_send(int socket, const void *bytes, size_t count, int flags)
{
    (void)socket, (void)flags;
    judge_frames(bytes, count);
    return (ssize_t)count;
}

/* ---- The end of the worker ---- */

static jmp_buf ended;

_Noreturn void worker_exit(const char *sentence)
{
    static const char *const own[] = { "an operation outgrew its memory", "no memory for an operation",
        "no memory for a frame", "no memory for an answer", "no memory for a call",
        "a failure did not fit into a frame", "an empty frame did not fit", "a number did not fit" };
    for (size_t index = 0; index < COUNT(own); index++) HOLDS(strcmp(sentence, own[index]) != 0);
    longjmp(ended, 1);
}

/* ---- A connector that reads everything ---- */

static uint64_t sum;

static void read_string(patchbay_string string)
{
    HOLDS(string.bytes != NULL || string.length == 0);
    for (uint64_t index = 0; index < string.length; index++) sum = sum * 31 + (uint8_t)string.bytes[index];
}

static const void *element(patchbay_array array, uint64_t index)
{
    return (const uint8_t *)array.elements + index * array.stride;
}

static void read_strings(patchbay_array array)
{
    HOLDS(array.count == 0 || array.stride == sizeof(patchbay_string));
    for (uint64_t index = 0; index < array.count; index++) {
        read_string(*(const patchbay_string *)element(array, index));
    }
}

static void read_pairs(patchbay_array array)
{
    for (uint64_t index = 0; index < array.count; index++) {
        const patchbay_pair *pair = element(array, index);
        read_string(pair->name);
        read_string(pair->value);
        sum += pair->struct_size;
    }
}

struct instance { uint64_t opened; };
struct call {
    patchbay_step step;
    patchbay_request request;
    patchbay_result result;
    patchbay_account account;
    patchbay_task_outcome outcomes[3];
    patchbay_pair pairs[2];
    patchbay_budget_fact fact;
    char text[64];
};

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **made, patchbay_failure *failure)
{
    read_string(opening->token_kind);
    for (uint64_t index = 0; index < opening->settings.count; index++) {
        const patchbay_setting_value *value = element(opening->settings, index);
        read_string(value->name);
        read_string(value->text);
        read_pairs(value->entries);
    }
    read_pairs(opening->facts);
    read_string(opening->attempted_token_kind);
    read_string(opening->account);
    read_string(opening->origin);
    if (opening->partial == 7) return PATCHBAY_STATUS_OK; /* without an instance */
    if (opening->partial > 7) {
        failure->message = opening->account;
        failure->field = (patchbay_string){ NULL, opening->partial == 9 };
        return PATCHBAY_STATUS_INVALID_SETTINGS;
    }
    *made = malloc(sizeof(struct instance));
    return PATCHBAY_STATUS_OK;
}

static void close_instance(patchbay_instance *instance) { free(instance); }

/* A step made of a number: honest, or with one thing that no step has. */
static const patchbay_step *make_step(struct call *call, uint64_t dice)
{
    const patchbay_string text = { call->text, dice % sizeof call->text };
    call->step = (patchbay_step){ .struct_size = sizeof call->step,
        .kind = 1 + (dice >> 8) % 3,
        .request = dice >> 10 & 1 ? &call->request : NULL,
        .result = &call->result,
        .budget_facts = { &call->fact, dice >> 11 & 1, sizeof call->fact, 0 },
        .diagnostic = text };
    call->fact = (patchbay_budget_fact){ .struct_size = sizeof call->fact, .scope = text };
    call->request = (patchbay_request){ .struct_size = sizeof call->request - (dice >> 12 & 1) * 24,
        .effect = 1,
        .method = text,
        .path = text,
        .query = { call->pairs, (dice >> 13) % 3, sizeof *call->pairs - (dice >> 15 & 1) * 8, 0 } };
    for (size_t index = 0; index < COUNT(call->pairs); index++)
        call->pairs[index] = (patchbay_pair){ .struct_size = sizeof(patchbay_pair), .name = text, .value = text };
    call->account = (patchbay_account){ .struct_size = sizeof call->account, .id = text };
    call->result = (patchbay_result){ .struct_size = sizeof call->result,
        .call = 1,
        .message = { dice >> 16 & 1 ? NULL : call->text, dice >> 17 & 1 ? 0 : 5 },
        .outcomes = { dice >> 18 & 1 ? NULL : call->outcomes, (dice >> 19) % 4, sizeof *call->outcomes, 0 },
        .account = dice >> 21 & 1 ? &call->account : NULL };
    for (size_t index = 0; index < COUNT(call->outcomes); index++) {
        call->outcomes[index] = (patchbay_task_outcome){ .struct_size = sizeof *call->outcomes,
            .warnings = { call->outcomes, dice >> 22 & 1, (dice >> 23) % 64, 0 },
            .external_id = text };
    }
    if (dice >> 29 & 1) call->result.outcomes.count = UINT64_C(1) << (dice >> 32) % 64;
    return dice >> 30 & 1 ? NULL : &call->step;
}

static int32_t begin_call(patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **made,
    const patchbay_step **step)
{
    HOLDS(instance != NULL);
    for (uint64_t index = 0; index < operation->tasks.count; index++) {
        const patchbay_task *task = element(operation->tasks, index);
        const patchbay_string texts[] = { task->delivery_id, task->external_id, task->meeting_id, task->title,
            task->description, task->due_date, task->due_time, task->assignee };
        for (size_t text = 0; text < COUNT(texts); text++) read_string(texts[text]);
        read_strings(task->labels);
        if (task->attempt != NULL) read_string(task->attempt->account);
    }
    if (operation->number == 77) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    if (operation->number == 78) return PATCHBAY_STATUS_OK;
    struct call *call = malloc(sizeof *call);
    memset(call, 'x', sizeof *call);
    *made = (patchbay_call *)call;
    /* A count of elements that are not there would be the connector's lie, which no reader can find out. */
    uint64_t dice = (uint64_t)operation->now_unix_ms & ~(UINT64_C(1) << 29);
    *step = make_step(call, dice);
    return PATCHBAY_STATUS_OK;
}

static int32_t resume_call(patchbay_call *made, const patchbay_response *response, const patchbay_step **step)
{
    read_pairs(response->headers);
    read_string(response->body);
    if (response->status == 77) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    *step = make_step((struct call *)made, response->status);
    return PATCHBAY_STATUS_OK;
}

static void end_call(patchbay_call *call) { free(call); }

static const struct connector CONNECTOR = { .open = open_instance,
    .close = close_instance,
    .begin = begin_call,
    .resume = resume_call,
    .end = end_call };

/* ---- One input ---- */

static void one_by_one(const uint8_t *bytes, size_t count, struct desk *desk)
{
    while (count >= WIRE_HEADER_BYTES) {
        uint32_t payload, kind;
        uint64_t id;
        memcpy(&payload, bytes, sizeof payload);
        memcpy(&kind, bytes + 4, sizeof kind);
        memcpy(&id, bytes + 8, sizeof id);
        bytes += WIRE_HEADER_BYTES;
        count -= WIRE_HEADER_BYTES;
        if (payload > count) payload = (uint32_t)count;
        uint8_t *copy = malloc(payload + (payload == 0));
        memcpy(copy, bytes, payload);
        act(desk, (uint16_t)kind, id, copy, payload);
        free(copy);
        bytes += payload;
        count -= payload;
        judge_frames(desk->writer->bytes, desk->writer->length);
        writer_empty(desk->writer);
    }
}

static void one_input(const uint8_t *bytes, size_t count)
{
    if (count < 1) return;
    struct writer writer = { .frame_bytes_max = FRAME_BYTES_MAX };
    struct desk desk = { .connector = &CONNECTOR, .writer = &writer };
    if (setjmp(ended) == 0) {
        if (bytes[0] % 2 == 0) {
            incoming.bytes = bytes + 1;
            incoming.count = count - 1;
            incoming.piece = bytes[0] < 2 ? 1u << 20 : bytes[0];
            serve(0, &CONNECTOR, &writer);
        } else {
            one_by_one(bytes + 1, count - 1, &desk);
        }
    }
    while (block_count > 0) __real_free(blocks[--block_count]);
}
