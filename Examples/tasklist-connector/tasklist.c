/*
 * tasklist.c: a whole connector in C, for an imaginary service named Tasklist. It needs patchbay.h and libc.
 *
 *     POST /v1/tasks   {"key": "...", "list": "...", "title": "...", "due": "..."}   ->   201 {"id":"..."}
 *
 * The service keeps `key` unique, so the same create twice makes one task: the request is repeatable.
 * docs/connectors.md walks through this file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patchbay.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }

struct patchbay_instance {
    char list[65];
};

struct patchbay_call {
    char body[32768], id[256], message[512]; /* what the step points to lives as long as the call */
    patchbay_request request;
    patchbay_task_outcome outcome;
    patchbay_result result;
    patchbay_step step;
};

static const patchbay_descriptor *describe(void)
{
    static const patchbay_string types[] = { TEXT("tasklist") };
    static const patchbay_operation_support operations[] = { { sizeof *operations, PATCHBAY_OPERATION_CREATE, 1, 0 } };
    static const patchbay_setting settings[] = { { .struct_size = sizeof *settings, .kind = PATCHBAY_SETTING_STRING, .required = 1,
        .name = TEXT("list"), .help = TEXT("The list that receives the tasks.") } };
    static const patchbay_token_kind kinds[] = {
        { .struct_size = sizeof *kinds, .scheme = PATCHBAY_SCHEME_BEARER, .name = TEXT("api-key") } };
    static const patchbay_descriptor descriptor = { .struct_size = sizeof descriptor, .origin_kind = PATCHBAY_ORIGIN_FIXED,
        .id = TEXT("org.example.tasklist"), .name = TEXT("Tasklist"), .version = TEXT("1.0.0"), .vendor = TEXT("Example authors"),
        .origin = TEXT("https://api.tasklist.example"), .integration_types = { types, 1, sizeof *types, 0 },
        .operations = { operations, 1, sizeof *operations, 0 }, .settings = { settings, 1, sizeof *settings, 0 },
        .token_kinds = { kinds, 1, sizeof *kinds, 0 }, .create_repeatable = 1 };
    return &descriptor;
}

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    const patchbay_setting_value *list = opening->settings.elements; /* the only setting, and the host has checked that it is there */
    if (opening->settings.count != 1 || list->text.length >= sizeof(*instance)->list) {
        failure->field = (patchbay_string)TEXT("list");
        failure->message = (patchbay_string)TEXT("a list's name has at most 64 bytes");
        return PATCHBAY_STATUS_INVALID_SETTINGS;
    }
    if ((*instance = calloc(1, sizeof **instance)) == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    memcpy((*instance)->list, list->text.bytes, list->text.length);
    return PATCHBAY_STATUS_OK;
}

static void close_instance(patchbay_instance *instance) { free(instance); }

/* Appends `"name":"value",` with what JSON wants escaped. Returns 0 when it does not fit. */
static int put_field(char *body, size_t capacity, const char *name, patchbay_string value)
{
    size_t used = strlen(body) + strlen(name) + 6;
    if (used + value.length * 6 >= capacity) return 0; /* an escaped byte is at most six */
    char *end = body + strlen(body);
    end += sprintf(end, "\"%s\":\"", name);
    for (uint64_t index = 0; index < value.length; index++) {
        unsigned char byte = (unsigned char)value.bytes[index];
        if (byte == '"' || byte == '\\') *end++ = '\\';
        if (byte < 0x20) end += sprintf(end, "\\u%04x", byte);
        else *end++ = (char)byte;
    }
    strcpy(end, "\",");
    return 1;
}

/* The last step of every call. The outcome counts only when the call is completed. */
static const patchbay_step *finish(patchbay_call *call, uint32_t ending)
{
    call->outcome.struct_size = sizeof call->outcome;
    call->outcome.message = (patchbay_string){ call->message, strlen(call->message) };
    call->result = (patchbay_result){ .struct_size = sizeof call->result, .call = ending, .auth_reason = PATCHBAY_AUTH_REJECTED,
        .retry_after_ms = -1, .message = call->outcome.message, .outcomes = { &call->outcome, 1, sizeof call->outcome, 0 } };
    call->step = (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_DONE, .result = &call->result };
    return &call->step;
}

static int32_t begin(patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    const patchbay_task *task = operation->tasks.elements;
    if (operation->number != PATCHBAY_OPERATION_CREATE) return PATCHBAY_STATUS_UNSUPPORTED;
    if (operation->tasks.count != 1) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    patchbay_call *made = *call = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    strcpy(made->body, "{");
    if (!put_field(made->body, sizeof made->body, "key", task->delivery_id)
        || !put_field(made->body, sizeof made->body, "list", (patchbay_string){ instance->list, strlen(instance->list) })
        || !put_field(made->body, sizeof made->body, "title", task->title)
        || (task->due_date.bytes != NULL && !put_field(made->body, sizeof made->body, "due", task->due_date))) {
        made->outcome = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_REFUSED, .code = TEXT("too_long"), .field = TEXT("title") };
        strcpy(made->message, "the title is too long for Tasklist");
        *step = finish(made, PATCHBAY_CALL_COMPLETED);
        return PATCHBAY_STATUS_OK;
    }
    made->body[strlen(made->body) - 1] = '}'; /* the last comma */
    static const patchbay_pair headers[] = {
        { .struct_size = sizeof *headers, .name = TEXT("Content-Type"), .value = TEXT("application/json") } };
    made->request = (patchbay_request){ .struct_size = sizeof made->request, .effect = PATCHBAY_EFFECT_REPEATABLE, .method = TEXT("POST"),
        .path = TEXT("/v1/tasks"), .headers = { headers, 1, sizeof *headers, 0 }, .body = { made->body, strlen(made->body) } };
    made->step = (patchbay_step){ .struct_size = sizeof made->step, .kind = PATCHBAY_STEP_REQUEST, .request = &made->request };
    *step = &made->step;
    return PATCHBAY_STATUS_OK;
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    size_t length = response->body.length < sizeof call->message ? response->body.length : sizeof call->message - 1;
    memcpy(call->message, response->body.bytes, length); /* the service's own words, terminated by calloc */
    switch (response->status) {
    case 201:
        if (sscanf(call->message, " { \"id\" : \"%255[A-Za-z0-9-]\"", call->id) != 1) break;
        call->outcome = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_CREATED, .external_id = { call->id, strlen(call->id) } };
        call->message[0] = '\0';
        *step = finish(call, PATCHBAY_CALL_COMPLETED);
        return PATCHBAY_STATUS_OK;
    case 400: case 422:
        call->outcome = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_REFUSED, .code = TEXT("rejected") };
        *step = finish(call, PATCHBAY_CALL_COMPLETED);
        return PATCHBAY_STATUS_OK;
    case 401: *step = finish(call, PATCHBAY_CALL_AUTH_FAILED); return PATCHBAY_STATUS_OK;
    case 403: case 404: *step = finish(call, PATCHBAY_CALL_REFUSED); return PATCHBAY_STATUS_OK;
    case 429: *step = finish(call, PATCHBAY_CALL_THROTTLED); return PATCHBAY_STATUS_OK;
    }
    *step = finish(call, response->status >= 500 ? PATCHBAY_CALL_VENDOR_FAULT : PATCHBAY_CALL_PROTOCOL_ERROR);
    return PATCHBAY_STATUS_OK;
}

static void end(patchbay_call *call) { free(call); }

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const patchbay_entry *patchbay_connector_v1(void)
{
    static const patchbay_entry entry = { .struct_size = sizeof entry, .magic = PATCHBAY_MAGIC, .abi_major = PATCHBAY_ABI_MAJOR,
        .abi_minor = 0, .describe = describe, .open = open_instance, .close = close_instance, .begin = begin, .resume = resume,
        .end = end };
    return &entry;
}
