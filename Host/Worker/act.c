#include "act.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "encode.h"
#include "wire.h"

/* `rule` is the broken rule's number, or 0 when the connector gave a status. */
static void call_failed(
    struct desk *desk, uint64_t id, int32_t status, uint32_t rule, const char *where, const char *what)
{
    char text[256];
    if (what != NULL) snprintf(text, sizeof text, "%s: %s", where, what);
    writer_frame(desk->writer, WIRE_CALL_FAILED, id);
    put_u32(desk->writer, (uint32_t)status);
    put_u32(desk->writer, rule);
    put_text(desk->writer, what == NULL ? NULL : text);
    if (!writer_finish(desk->writer)) worker_exit("a failure did not fit into a frame");
}

static void end_call(struct desk *desk, struct slot *slot)
{
    desk->connector->end(slot->pointer);
    slot->pointer = NULL;
}

/* Writes the step. A call that is done, or whose step breaks a rule, is ended here: the host sends no END for it. */
static void answer_step(struct desk *desk, struct slot *slot, const patchbay_step *step)
{
    bool done = false;
    writer_frame(desk->writer, WIRE_STEP, slot->id);
    encode_step(desk->writer, step, &done);
    if (!writer_finish(desk->writer)) {
        end_call(desk, slot);
        uint32_t rule = desk->writer->fault_rule;
        call_failed(desk, slot->id, PATCHBAY_STATUS_OK, rule, desk->writer->fault_where, desk->writer->fault_what);
    } else if (done) {
        end_call(desk, slot);
    }
}

static void act_open(struct desk *desk, uint64_t id, struct reader *reader)
{
    struct { patchbay_opening known; uint8_t more[SHAPE_MORE_BYTES]; } opening;
    memset(opening.more, SHAPE_MORE_FILL, sizeof opening.more);
    decode_opening(reader, &opening.known);
    if (reader->bad) worker_exit("the host sent an opening that cannot be read");
    patchbay_failure failure = { .struct_size = sizeof failure };
    patchbay_instance *instance = NULL;
    int32_t status = desk->connector->open(&opening.known, &instance, &failure);
    if (status == PATCHBAY_STATUS_OK && instance != NULL) {
        slot_make(&desk->instances, id)->pointer = instance;
        writer_frame(desk->writer, WIRE_OPENED, id);
        if (!writer_finish(desk->writer)) worker_exit("an empty frame did not fit");
        return;
    }
    bool nothing = status == PATCHBAY_STATUS_OK;
    writer_frame(desk->writer, WIRE_OPEN_FAILED, id);
    put_u32(desk->writer, (uint32_t)status);
    put_u32(desk->writer, nothing ? 5 : 0);
    put_string(desk->writer, "failure.field", failure.field);
    if (nothing) put_text(desk->writer, "open: it succeeded without an instance");
    else put_string(desk->writer, "failure.message", failure.message);
    if (writer_finish(desk->writer)) return;
    writer_frame(desk->writer, WIRE_OPEN_FAILED, id);
    put_u32(desk->writer, (uint32_t)status);
    put_u32(desk->writer, 4);
    put_text(desk->writer, NULL);
    put_text(desk->writer, "failure: a string has a length but no bytes, or is too long");
    if (!writer_finish(desk->writer)) worker_exit("a failure did not fit into a frame");
}

static void act_close(struct desk *desk, uint64_t id)
{
    struct slot *slot = slot_find(&desk->instances, id);
    if (slot == NULL) worker_exit("the host closed an instance that is not open");
    for (uint32_t index = 0; index < desk->calls.count; index++) {
        struct slot *call = &desk->calls.entries[index];
        if (call->pointer != NULL && call->owner == slot->pointer) end_call(desk, call);
    }
    desk->connector->close(slot->pointer);
    slot->pointer = NULL;
}

static void act_begin(struct desk *desk, uint64_t id, struct reader *reader)
{
    struct slot *instance = slot_find(&desk->instances, get_u64(reader));
    struct { patchbay_operation known; uint8_t more[SHAPE_MORE_BYTES]; } operation;
    memset(operation.more, SHAPE_MORE_FILL, sizeof operation.more);
    decode_operation(reader, &operation.known);
    if (instance == NULL || reader->bad) worker_exit("the host began a call that cannot be read");
    patchbay_call *call = NULL;
    const patchbay_step *step = NULL;
    int32_t status = desk->connector->begin(instance->pointer, &operation.known, &call, &step);
    if (status != PATCHBAY_STATUS_OK) {
        call_failed(desk, id, status, 0, NULL, NULL);
    } else if (call == NULL) {
        call_failed(desk, id, status, 5, "begin", "it succeeded without a call");
    } else {
        struct slot *slot = slot_make(&desk->calls, id);
        slot->pointer = call;
        slot->owner = instance->pointer;
        answer_step(desk, slot, step);
    }
}

static void act_resume(struct desk *desk, uint64_t id, struct reader *reader)
{
    struct slot *slot = slot_find(&desk->calls, id);
    struct { patchbay_response known; uint8_t more[SHAPE_MORE_BYTES]; } response;
    memset(response.more, SHAPE_MORE_FILL, sizeof response.more);
    decode_response(reader, &response.known);
    if (slot == NULL || reader->bad) worker_exit("the host resumed a call that is not open");
    const patchbay_step *step = NULL;
    int32_t status = desk->connector->resume(slot->pointer, &response.known, &step);
    if (status == PATCHBAY_STATUS_OK) {
        answer_step(desk, slot, step);
    } else {
        end_call(desk, slot);
        call_failed(desk, id, status, 0, NULL, NULL);
    }
}

/* Says how much memory is in use, for whoever looks for a leak. */
static void act_ping(struct desk *desk, uint64_t id)
{
    struct mallinfo2 memory = mallinfo2();
    writer_frame(desk->writer, WIRE_PONG, id);
    put_u64(desk->writer, memory.uordblks + memory.hblkhd);
    if (!writer_finish(desk->writer)) worker_exit("a number did not fit");
}

static void act_end(struct desk *desk, uint64_t id)
{
    struct slot *slot = slot_find(&desk->calls, id);
    if (slot != NULL) end_call(desk, slot);
}

void act(struct desk *desk, uint16_t kind, uint64_t id, const uint8_t *payload, size_t length)
{
    arena_prepare(
        &desk->arena, desk->shape == SHAPE_LARGER ? length * 2 : length); /* a larger pair is 72 bytes, not 40 */
    struct reader reader = { .bytes = payload, .length = length, .shape = desk->shape, .arena = &desk->arena };
    switch (kind) {
    case WIRE_OPEN: act_open(desk, id, &reader); break;
    case WIRE_CLOSE: act_close(desk, id); break;
    case WIRE_BEGIN: act_begin(desk, id, &reader); break;
    case WIRE_RESUME: act_resume(desk, id, &reader); break;
    case WIRE_END: act_end(desk, id); break;
    case WIRE_PING: act_ping(desk, id); break;
    case WIRE_SHAPE: desk->shape = (enum shape)get_u32(&reader); break;
    default: worker_exit("the host sent a frame of an unknown kind");
    }
}
