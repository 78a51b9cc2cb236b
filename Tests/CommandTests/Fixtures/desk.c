/*
 * desk.c: a connector for tests that says too much of its creates. It speaks with a desk that makes a ticket for each
 * POST:
 *
 *     GET  /me       ->  account ID
 *     POST /tokens   ->  token NUMBER; the same token twice makes one ticket, but each call asks for a token of its own
 *     POST /tickets  marker, and token where there is one, a line each  ->  ticket NUMBER
 *     GET  /tickets  ->  tickets COUNT, then NUMBER MARKER a line, then end
 *
 * Without TOKEN its creating POST is marked as EFFECT says; with it the connector fetches a token first. PATCHBAY_DRAFT
 * as 0 makes a connector of 1.0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patchbay.h"

#ifndef EFFECT
#define EFFECT PATCHBAY_EFFECT_NONE
#endif
#ifdef TOKEN
#define HAS_TOKEN 1
#else
#define HAS_TOKEN 0
#endif
#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define FIND_MAX 20
#define MARKER_BYTES 36

struct patchbay_instance {
    int unused;
};

enum { READ_ACCOUNT, READ_TOKEN, READ_TICKET, READ_LIST };

struct patchbay_call {
    uint32_t operation, reads, count;
    char markers[FIND_MAX][MARKER_BYTES + 1], ids[FIND_MAX][16], body[256], words[64];
    patchbay_request request;
    patchbay_task_outcome outcomes[FIND_MAX];
    patchbay_account account;
    patchbay_result result;
    patchbay_step step;
};

static patchbay_string text(const char *bytes) { return (patchbay_string){ bytes, strlen(bytes) }; }

static const patchbay_descriptor *describe(void)
{
    static const patchbay_string types[] = { TEXT("desk") };
    static const patchbay_operation_support operations[] = {
        { .struct_size = sizeof *operations, .operation = PATCHBAY_OPERATION_CHECK },
        { .struct_size = sizeof *operations, .operation = PATCHBAY_OPERATION_CREATE, .batch_max = 1 },
        { .struct_size = sizeof *operations, .operation = PATCHBAY_OPERATION_FIND, .batch_max = FIND_MAX } };
    static const patchbay_token_kind kinds[] = {
        { .struct_size = sizeof *kinds, .scheme = PATCHBAY_SCHEME_BEARER, .name = TEXT("api-key") } };
    static const patchbay_descriptor descriptor = { .struct_size = sizeof descriptor,
        .origin_kind = PATCHBAY_ORIGIN_FIXED,
        .id = TEXT("org.example.desk"),
        .name = TEXT("Desk"),
        .version = TEXT("1.0.0"),
        .vendor = TEXT("Tests"),
        .origin = TEXT("https://desk.example"),
        .integration_types = { types, 1, sizeof *types, 0 },
        .operations = { operations, 3, sizeof *operations, 0 },
        .token_kinds = { kinds, 1, sizeof *kinds, 0 } };
    return &descriptor;
}

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    (void)opening;
    (void)failure;
    return (*instance = calloc(1, sizeof **instance)) == NULL ? PATCHBAY_STATUS_OUT_OF_MEMORY : PATCHBAY_STATUS_OK;
}

static void close_instance(patchbay_instance *instance) { free(instance); }

static int32_t ask(patchbay_call *call, uint32_t reads, const char *method, const char *path, uint32_t effect,
    const patchbay_step **step)
{
    call->reads = reads;
    call->request = (patchbay_request){
        .struct_size = sizeof call->request, .effect = effect, .method = text(method), .path = text(path)
    };
    if (strcmp(method, "POST") == 0) call->request.body = text(call->body);
    call->step =
        (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_REQUEST, .request = &call->request };
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

static int32_t finish(patchbay_call *call, uint32_t ending, const patchbay_step **step)
{
    call->result = (patchbay_result){ .struct_size = sizeof call->result,
        .call = ending,
        .auth_reason = PATCHBAY_AUTH_REJECTED,
        .retry_after_ms = -1,
        .outcomes = { call->count > 0 ? call->outcomes : NULL, call->count, sizeof *call->outcomes, 0 },
        .account = call->operation == PATCHBAY_OPERATION_CHECK ? &call->account : NULL };
    call->step =
        (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_DONE, .result = &call->result };
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

static int32_t ask_create(patchbay_call *call, const char *token, const patchbay_step **step)
{
    snprintf(call->body, sizeof call->body, "marker %s\n%s%s", call->markers[0], HAS_TOKEN ? "token " : "", token);
    return ask(call, READ_TICKET, "POST", "/tickets", EFFECT, step);
}

static int32_t begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    (void)instance;
    int is_create = operation->number == PATCHBAY_OPERATION_CREATE;
    if (!is_create && operation->number != PATCHBAY_OPERATION_CHECK && operation->number != PATCHBAY_OPERATION_FIND) {
        return PATCHBAY_STATUS_UNSUPPORTED;
    }
    if (operation->tasks.count > FIND_MAX || (is_create && operation->tasks.count != 1))
        return PATCHBAY_STATUS_INVALID_ARGUMENT;
    patchbay_call *made = *call = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    made->operation = operation->number;
    made->count = (uint32_t)operation->tasks.count;
    for (uint32_t index = 0; index < made->count; index++) {
        const patchbay_task *task =
            (const void *)((const char *)operation->tasks.elements + index * operation->tasks.stride);
        if (task->delivery_id.length == MARKER_BYTES)
            memcpy(made->markers[index], task->delivery_id.bytes, MARKER_BYTES);
    }
    if (operation->number == PATCHBAY_OPERATION_CHECK)
        return ask(made, READ_ACCOUNT, "GET", "/me", PATCHBAY_EFFECT_NONE, step);
    if (operation->number == PATCHBAY_OPERATION_FIND)
        return ask(made, READ_LIST, "GET", "/tickets", PATCHBAY_EFFECT_NONE, step);
    if (HAS_TOKEN) return ask(made, READ_TOKEN, "POST", "/tokens", PATCHBAY_EFFECT_REPEATABLE, step);
    return ask_create(made, "", step);
}

static void tell(patchbay_call *call, uint32_t index, uint32_t kind)
{
    call->outcomes[index] = (patchbay_task_outcome){ .struct_size = sizeof *call->outcomes,
        .kind = kind,
        .task_index = index,
        .exhaustive = kind == PATCHBAY_OUTCOME_NOT_FOUND };
    if (kind != PATCHBAY_OUTCOME_NOT_FOUND) call->outcomes[index].external_id = text(call->ids[index]);
}

/* The whole list or nothing: as many lines as it says, and its end. */
static int32_t read_list(patchbay_call *call, const char *body, const patchbay_step **step)
{
    int count = 0, used = 0;
    if (sscanf(body, "tickets %d\n%n", &count, &used) != 1 || used == 0)
        return finish(call, PATCHBAY_CALL_PROTOCOL_ERROR, step);
    for (uint32_t index = 0; index < call->count; index++) tell(call, index, PATCHBAY_OUTCOME_NOT_FOUND);
    for (int line = 0; line < count; line++) {
        char id[16], marker[MARKER_BYTES + 1];
        int length = 0;
        body += used;
        if (sscanf(body, "%15s %36s\n%n", id, marker, &length) != 2 || length == 0)
            return finish(call, PATCHBAY_CALL_PROTOCOL_ERROR, step);
        used = length;
        for (uint32_t index = 0; index < call->count; index++) {
            if (strcmp(marker, call->markers[index]) != 0) continue;
            strcpy(call->ids[index], id);
            tell(call, index, PATCHBAY_OUTCOME_FOUND);
        }
    }
    return finish(
        call, strcmp(body + used, "end\n") == 0 ? PATCHBAY_CALL_COMPLETED : PATCHBAY_CALL_PROTOCOL_ERROR, step);
}

static int32_t understand(patchbay_call *call, const char *body, const patchbay_step **step)
{
    if (call->reads == READ_LIST) return read_list(call, body, step);
    if (call->reads == READ_TOKEN && sscanf(body, "token %15[0-9]\n", call->words) == 1)
        return ask_create(call, call->words, step);
    if (call->reads == READ_TICKET && sscanf(body, "ticket %15[0-9]\n", call->ids[0]) == 1) {
        tell(call, 0, PATCHBAY_OUTCOME_CREATED);
        return finish(call, PATCHBAY_CALL_COMPLETED, step);
    }
    if (call->reads == READ_ACCOUNT && sscanf(body, "account %15[a-z]\n", call->words) == 1) {
        call->account = (patchbay_account){ .struct_size = sizeof call->account, .id = text(call->words) };
        return finish(call, PATCHBAY_CALL_COMPLETED, step);
    }
    return finish(call, PATCHBAY_CALL_PROTOCOL_ERROR, step);
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    if (response->status == 401) return finish(call, PATCHBAY_CALL_AUTH_FAILED, step);
    if (response->status >= 500) return finish(call, PATCHBAY_CALL_VENDOR_FAULT, step);
    if (response->status >= 300) return finish(call, PATCHBAY_CALL_PROTOCOL_ERROR, step);
    char *body = malloc(response->body.length + 1);
    if (body == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    if (response->body.length > 0) memcpy(body, response->body.bytes, response->body.length);
    body[response->body.length] = '\0';
    int32_t status = understand(call, body, step);
    free(body);
    return status;
}

static void end(patchbay_call *call) { free(call); }

__attribute__((visibility("default"))) const patchbay_entry *patchbay_connector_v1(void)
{
    static const patchbay_entry entry = { .struct_size = sizeof entry,
        .magic = PATCHBAY_MAGIC,
        .abi_major = PATCHBAY_ABI_MAJOR,
        .describe = describe,
        .open = open_instance,
        .close = close_instance,
        .begin = begin,
        .resume = resume,
        .end = end };
    return &entry;
}
