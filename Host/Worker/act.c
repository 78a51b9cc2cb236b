#include "act.h"

#include <stdio.h>

#include "decode.h"
#include "encode.h"
#include "wire.h"

static void call_failed(struct desk *desk, uint64_t id, int32_t status, const char *where, const char *what)
{
    char text[256];
    if (what != NULL) snprintf(text, sizeof text, "%s: %s", where, what);
    writer_frame(desk->writer, WIRE_CALL_FAILED, id);
    put_u32(desk->writer, (uint32_t)status);
    put_u32(desk->writer, what != NULL);
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
        call_failed(desk, slot->id, PATCHBAY_STATUS_OK, desk->writer->fault_where, desk->writer->fault_what);
    } else if (done) {
        end_call(desk, slot);
    }
}

static void act_open(struct desk *desk, uint64_t id, struct reader *reader)
{
    patchbay_opening opening;
    decode_opening(reader, &opening);
    if (reader->bad) worker_exit("the host sent an opening that cannot be read");
    patchbay_failure failure = { .struct_size = sizeof failure };
    patchbay_instance *instance = NULL;
    int32_t status = desk->connector->open(&opening, &instance, &failure);
    if (status == PATCHBAY_STATUS_OK && instance != NULL) {
        slot_make(&desk->instances, id)->pointer = instance;
        writer_frame(desk->writer, WIRE_OPENED, id);
        if (!writer_finish(desk->writer)) worker_exit("an empty frame did not fit");
        return;
    }
    bool nothing = status == PATCHBAY_STATUS_OK;
    writer_frame(desk->writer, WIRE_OPEN_FAILED, id);
    put_u32(desk->writer, (uint32_t)status);
    put_u32(desk->writer, nothing);
    put_string(desk->writer, "failure.field", failure.field);
    if (nothing) put_text(desk->writer, "open: it succeeded without an instance");
    else put_string(desk->writer, "failure.message", failure.message);
    if (writer_finish(desk->writer)) return;
    writer_frame(desk->writer, WIRE_OPEN_FAILED, id);
    put_u32(desk->writer, (uint32_t)status);
    put_u32(desk->writer, 1);
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
    patchbay_operation operation;
    decode_operation(reader, &operation);
    if (instance == NULL || reader->bad) worker_exit("the host began a call that cannot be read");
    patchbay_call *call = NULL;
    const patchbay_step *step = NULL;
    int32_t status = desk->connector->begin(instance->pointer, &operation, &call, &step);
    if (status != PATCHBAY_STATUS_OK) {
        call_failed(desk, id, status, NULL, NULL);
    } else if (call == NULL) {
        call_failed(desk, id, status, "begin", "it succeeded without a call");
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
    patchbay_response response;
    decode_response(reader, &response);
    if (slot == NULL || reader->bad) worker_exit("the host resumed a call that is not open");
    const patchbay_step *step = NULL;
    int32_t status = desk->connector->resume(slot->pointer, &response, &step);
    if (status == PATCHBAY_STATUS_OK) {
        answer_step(desk, slot, step);
    } else {
        end_call(desk, slot);
        call_failed(desk, id, status, NULL, NULL);
    }
}

static void act_end(struct desk *desk, uint64_t id)
{
    struct slot *slot = slot_find(&desk->calls, id);
    if (slot != NULL) end_call(desk, slot);
}

void act(struct desk *desk, uint16_t kind, uint64_t id, const uint8_t *payload, size_t length)
{
    arena_prepare(&desk->arena, length);
    struct reader reader = { .bytes = payload, .length = length, .arena = &desk->arena };
    switch (kind) {
    case WIRE_OPEN: act_open(desk, id, &reader); break;
    case WIRE_CLOSE: act_close(desk, id); break;
    case WIRE_BEGIN: act_begin(desk, id, &reader); break;
    case WIRE_RESUME: act_resume(desk, id, &reader); break;
    case WIRE_END: act_end(desk, id); break;
    case WIRE_PING:
        writer_frame(desk->writer, WIRE_PONG, id);
        if (!writer_finish(desk->writer)) worker_exit("an empty frame did not fit");
        break;
    default: worker_exit("the host sent a frame of an unknown kind");
    }
}
