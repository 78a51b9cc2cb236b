/*
 * tasklist.c: a whole connector in C, for an imaginary service named Tasklist. It needs patchbay.h and libc.
 *
 *     GET  /v1/me      ->   200 {"id":"..."}
 *     POST /v1/tasks   {"key": "...", "list": "...", "title": "...", "due": "..."}   ->   201 {"id":"..."}
 *
 * The service keeps `key` unique, so the same create twice makes one task: the request is repeatable.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patchbay.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }
/* How large a struct was in version 1.0, told by its last field then: what is smaller is refused (rule R2). */
#define SIZE_V1(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))
#define OPENING_V1 SIZE_V1(patchbay_opening, facts)
#define SETTING_V1 SIZE_V1(patchbay_setting_value, entries)
#define OPERATION_V1 SIZE_V1(patchbay_operation, tasks)
#define TASK_V1 SIZE_V1(patchbay_task, attempted_unix_ms)
#define RESPONSE_V1 SIZE_V1(patchbay_response, body)

struct patchbay_instance {
    char list[65];
};

struct patchbay_call {
    uint32_t operation;
    char body[32768], id[256], message[512]; /* what the step points to lives as long as the call */
    patchbay_request request;
    patchbay_task_outcome outcome;
    patchbay_account account;
    patchbay_result result;
    patchbay_step step;
};

static const patchbay_descriptor *describe(void)
{
    static const patchbay_string types[] = { TEXT("tasklist") };
    static const patchbay_operation_support operations[] = {
        { sizeof *operations, PATCHBAY_OPERATION_CHECK, 0, 0 }, { sizeof *operations, PATCHBAY_OPERATION_CREATE, 1, 0 } };
    static const patchbay_setting settings[] = { { .struct_size = sizeof *settings, .kind = PATCHBAY_SETTING_STRING, .required = 1,
        .name = TEXT("list"), .help = TEXT("The list that receives the tasks.") } };
    static const patchbay_token_kind kinds[] = {
        { .struct_size = sizeof *kinds, .scheme = PATCHBAY_SCHEME_BEARER, .name = TEXT("api-key") } };
    static const patchbay_descriptor descriptor = { .struct_size = sizeof descriptor, .origin_kind = PATCHBAY_ORIGIN_FIXED,
        .id = TEXT("org.example.tasklist"), .name = TEXT("Tasklist"), .version = TEXT("1.0.0"), .vendor = TEXT("Example authors"),
        .origin = TEXT("https://api.tasklist.example"), .integration_types = { types, 1, sizeof *types, 0 },
        .operations = { operations, 2, sizeof *operations, 0 }, .settings = { settings, 1, sizeof *settings, 0 },
        .token_kinds = { kinds, 1, sizeof *kinds, 0 }, .create_repeatable = 1 };
    return &descriptor;
}

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    const patchbay_setting_value *list = opening->settings.elements; /* the only setting, and the host has checked that it is there */
    if (opening->struct_size < OPENING_V1 || (opening->settings.count > 0 && list->struct_size < SETTING_V1)) {
        return PATCHBAY_STATUS_INVALID_ARGUMENT;
    }
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
static int32_t finish(patchbay_call *call, uint32_t ending, const patchbay_step **step)
{
    int with_task = call->operation == PATCHBAY_OPERATION_CREATE;
    call->outcome.struct_size = sizeof call->outcome;
    call->outcome.message = (patchbay_string){ call->message, strlen(call->message) };
    call->result.struct_size = sizeof call->result;
    call->result.call = ending;
    call->result.auth_reason = PATCHBAY_AUTH_REJECTED;
    call->result.message = call->outcome.message;
    call->result.outcomes = (patchbay_array){ with_task ? &call->outcome : NULL, with_task, sizeof call->outcome, 0 };
    call->step = (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_DONE, .result = &call->result };
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

/* Says no to the task, for a person to act on. */
static int32_t refuse(patchbay_call *call, patchbay_string code, patchbay_string field, const patchbay_step **step)
{
    call->outcome = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_REFUSED, .code = code, .field = field };
    return finish(call, PATCHBAY_CALL_COMPLETED, step);
}

static int32_t ask(patchbay_call *call, patchbay_request request, const patchbay_step **step)
{
    call->request = request;
    call->step = (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_REQUEST, .request = &call->request };
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

static int32_t ask_who(patchbay_call *call, const patchbay_step **step)
{
    return ask(call, (patchbay_request){ .struct_size = sizeof call->request, .effect = PATCHBAY_EFFECT_NONE, .method = TEXT("GET"),
        .path = TEXT("/v1/me") }, step);
}

static int32_t ask_create(patchbay_call *call, const patchbay_instance *instance, const patchbay_task *task, const patchbay_step **step)
{
    static const patchbay_pair headers[] = {
        { .struct_size = sizeof *headers, .name = TEXT("Content-Type"), .value = TEXT("application/json") } };
    strcpy(call->body, "{");
    if (!put_field(call->body, sizeof call->body, "key", task->delivery_id)
        || !put_field(call->body, sizeof call->body, "list", (patchbay_string){ instance->list, strlen(instance->list) })
        || !put_field(call->body, sizeof call->body, "title", task->title)
        || (task->due_date.bytes != NULL && !put_field(call->body, sizeof call->body, "due", task->due_date))) {
        strcpy(call->message, "the title is too long for Tasklist");
        return refuse(call, (patchbay_string)TEXT("too_long"), (patchbay_string)TEXT("title"), step);
    }
    call->body[strlen(call->body) - 1] = '}'; /* the last comma */
    return ask(call, (patchbay_request){ .struct_size = sizeof call->request, .effect = PATCHBAY_EFFECT_REPEATABLE,
        .method = TEXT("POST"), .path = TEXT("/v1/tasks"), .headers = { headers, 1, sizeof *headers, 0 },
        .body = { call->body, strlen(call->body) } }, step);
}

static int32_t begin(patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    const patchbay_task *task = operation->tasks.elements;
    if (operation->struct_size < OPERATION_V1) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    if (operation->number != PATCHBAY_OPERATION_CHECK && operation->number != PATCHBAY_OPERATION_CREATE) return PATCHBAY_STATUS_UNSUPPORTED;
    if (operation->number == PATCHBAY_OPERATION_CREATE && (operation->tasks.count != 1 || task->struct_size < TASK_V1)) {
        return PATCHBAY_STATUS_INVALID_ARGUMENT;
    }
    patchbay_call *made = *call = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    made->operation = operation->number;
    made->result.retry_after_ms = -1;
    return operation->number == PATCHBAY_OPERATION_CHECK ? ask_who(made, step) : ask_create(made, instance, task, step);
}

/* Reads {"id":"..."}; 0 when the answer is anything else, or ends too early. */
static int read_id(patchbay_call *call, patchbay_string body)
{
    int whole = 0;
    while (body.length > 0 && strchr(" \t\r\n", body.bytes[body.length - 1]) != NULL) body.length--;
    if (body.length == 0 || body.bytes[body.length - 1] != '}') return 0;
    return sscanf(call->message, " { \"id\" : \"%255[A-Za-z0-9-]\"%n", call->id, &whole) == 1 && whole > 0;
}

static int32_t finish_well(patchbay_call *call, const patchbay_step **step)
{
    patchbay_string id = { call->id, strlen(call->id) };
    call->message[0] = '\0';
    call->outcome = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_CREATED, .external_id = id };
    call->account = (patchbay_account){ .struct_size = sizeof call->account, .id = id };
    if (call->operation == PATCHBAY_OPERATION_CHECK) call->result.account = &call->account;
    return finish(call, PATCHBAY_CALL_COMPLETED, step);
}

/* How long the service asks to wait: `Retry-After` in seconds; -1 when it does not tell. */
static int64_t retry_after_ms(const patchbay_response *response)
{
    for (uint64_t index = 0; index < response->headers.count; index++) {
        const patchbay_pair *header = (const void *)((const char *)response->headers.elements + index * response->headers.stride);
        char text[12] = "";
        if (header->name.length != 11 || memcmp(header->name.bytes, "retry-after", 11) != 0) continue;
        if (header->value.length == 0 || header->value.length >= sizeof text) continue;
        memcpy(text, header->value.bytes, header->value.length);
        if (strspn(text, "0123456789") == header->value.length) return strtoll(text, NULL, 10) * 1000;
    }
    return -1;
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    if (response->struct_size < RESPONSE_V1) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    int with_task = call->operation == PATCHBAY_OPERATION_CREATE;
    size_t length = response->body.length < sizeof call->message ? response->body.length : sizeof call->message - 1;
    if (length > 0) memcpy(call->message, response->body.bytes, length); /* the service's own words, terminated by calloc */
    switch (response->status) {
    case 200: case 201:
        if (response->status == (with_task ? 201 : 200) && read_id(call, response->body)) return finish_well(call, step);
        break;
    case 400: case 422:
        if (with_task) return refuse(call, (patchbay_string)TEXT("rejected"), (patchbay_string){ 0 }, step);
        return finish(call, PATCHBAY_CALL_REFUSED, step);
    case 401: return finish(call, PATCHBAY_CALL_AUTH_FAILED, step);
    case 403: case 404: return finish(call, PATCHBAY_CALL_REFUSED, step);
    case 429:
        call->result.retry_after_ms = retry_after_ms(response);
        return finish(call, PATCHBAY_CALL_THROTTLED, step);
    }
    return finish(call, response->status >= 500 ? PATCHBAY_CALL_VENDOR_FAULT : PATCHBAY_CALL_PROTOCOL_ERROR, step);
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
