/*
 * tasklist.c: a whole connector in C, for an imaginary service named Tasklist. It needs patchbay.h and libc.
 *
 *     GET  /v1/me      ->   200 {"id":"..."}
 *     POST /v1/tasks   {"key": "...", "list": "...", "title": "...", "due": "..."}   ->   201 {"id":"..."}
 *     GET  /v1/tasks?keys=A,B   ->   200 {"tasks":[{"id":"...","key":"A"}],"more":false}
 *
 * The service keeps `key` unique, so the same create twice makes one task: the request is repeatable.
 */
#define _GNU_SOURCE /* strptime and timegm */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "patchbay.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }
/* How large a struct was in version 1.0, told by its last field then: what is smaller is refused (rule R2). */
#define SIZE_V1(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))
#define OPENING_V1 SIZE_V1(patchbay_opening, facts)
#define SETTING_V1 SIZE_V1(patchbay_setting_value, entries)
#define OPERATION_V1 SIZE_V1(patchbay_operation, tasks)
#define TASK_V1 SIZE_V1(patchbay_task, attempted_unix_ms)
#define RESPONSE_V1 SIZE_V1(patchbay_response, body)

#define FIND_MAX 10
#define KEY_BYTES 65

struct patchbay_instance {
    char list[65];
};

struct patchbay_call {
    uint32_t operation, count;
    char keys[FIND_MAX][KEY_BYTES], ids[FIND_MAX][256]; /* what the step points to lives as long as the call */
    char body[32768], message[512];
    patchbay_pair query;
    patchbay_request request;
    patchbay_task_outcome outcomes[FIND_MAX];
    patchbay_account account;
    patchbay_result result;
    patchbay_step step;
};

static const patchbay_descriptor *describe(void)
{
    static const patchbay_string types[] = { TEXT("tasklist") };
    static const patchbay_operation_support operations[] = {
        { .struct_size = sizeof *operations, .operation = PATCHBAY_OPERATION_CHECK },
        { .struct_size = sizeof *operations, .operation = PATCHBAY_OPERATION_CREATE, .batch_max = 1 },
        { .struct_size = sizeof *operations, .operation = PATCHBAY_OPERATION_FIND, .batch_max = FIND_MAX } };
    static const patchbay_setting settings[] = { { .struct_size = sizeof *settings,
        .kind = PATCHBAY_SETTING_STRING,
        .required = 1,
        .name = TEXT("list"),
        .help = TEXT("The list that receives the tasks.") } };
    static const patchbay_token_kind kinds[] = {
        { .struct_size = sizeof *kinds, .scheme = PATCHBAY_SCHEME_BEARER, .name = TEXT("api-key") } };
    static const patchbay_descriptor descriptor = { .struct_size = sizeof descriptor,
        .origin_kind = PATCHBAY_ORIGIN_FIXED,
        .id = TEXT("org.example.tasklist"),
        .name = TEXT("Tasklist"),
        .version = TEXT("1.0.0"),
        .vendor = TEXT("Example authors"),
        .origin = TEXT("https://api.tasklist.example"),
        .integration_types = { types, 1, sizeof *types, 0 },
        .operations = { operations, 3, sizeof *operations, 0 },
        .settings = { settings, 1, sizeof *settings, 0 },
        .token_kinds = { kinds, 1, sizeof *kinds, 0 },
        .create_repeatable = 1 };
    return &descriptor;
}

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    const patchbay_setting_value *list =
        opening->settings.elements; /* the only setting, and the host has checked that it is there */
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

/* The last step of every call. The outcomes count only when the call is completed. */
static int32_t finish(patchbay_call *call, uint32_t ending, const patchbay_step **step)
{
    for (uint32_t index = 0; index < call->count; index++) {
        call->outcomes[index].struct_size = sizeof *call->outcomes;
        call->outcomes[index].task_index = index;
        call->outcomes[index].message = (patchbay_string){ call->message, strlen(call->message) };
    }
    call->result.struct_size = sizeof call->result;
    call->result.call = ending;
    call->result.auth_reason = PATCHBAY_AUTH_REJECTED;
    call->result.message = (patchbay_string){ call->message, strlen(call->message) };
    call->result.outcomes =
        (patchbay_array){ call->count > 0 ? call->outcomes : NULL, call->count, sizeof *call->outcomes, 0 };
    call->step =
        (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_DONE, .result = &call->result };
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

/* Says no to the task, for a person to act on. */
static int32_t refuse(patchbay_call *call, patchbay_string code, patchbay_string field, const patchbay_step **step)
{
    call->outcomes[0] = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_REFUSED, .code = code, .field = field };
    return finish(call, PATCHBAY_CALL_COMPLETED, step);
}

static int32_t ask(patchbay_call *call, patchbay_request request, const patchbay_step **step)
{
    call->request = request;
    call->step =
        (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_REQUEST, .request = &call->request };
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

static int32_t ask_who(patchbay_call *call, const patchbay_step **step)
{
    return ask(call,
        (patchbay_request){ .struct_size = sizeof call->request,
            .effect = PATCHBAY_EFFECT_NONE,
            .method = TEXT("GET"),
            .path = TEXT("/v1/me") },
        step);
}

static int32_t ask_create(
    patchbay_call *call, const patchbay_instance *instance, const patchbay_task *task, const patchbay_step **step)
{
    static const patchbay_pair headers[] = {
        { .struct_size = sizeof *headers, .name = TEXT("Content-Type"), .value = TEXT("application/json") } };
    strcpy(call->body, "{");
    if (!put_field(call->body, sizeof call->body, "key", task->delivery_id)
        || !put_field(
            call->body, sizeof call->body, "list", (patchbay_string){ instance->list, strlen(instance->list) })
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

/* Asks for the tasks of all keys at once: those that are there come back. */
static int32_t ask_find(patchbay_call *call, const patchbay_step **step)
{
    call->body[0] = '\0';
    for (uint32_t index = 0; index < call->count; index++)
        strcat(strcat(call->body, index > 0 ? "," : ""), call->keys[index]);
    call->query = (patchbay_pair){
        .struct_size = sizeof call->query, .name = TEXT("keys"), .value = { call->body, strlen(call->body) }
    };
    return ask(call,
        (patchbay_request){ .struct_size = sizeof call->request,
            .effect = PATCHBAY_EFFECT_NONE,
            .method = TEXT("GET"),
            .path = TEXT("/v1/tasks"),
            .query = { &call->query, 1, sizeof call->query, 0 } },
        step);
}

static int32_t begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    const patchbay_array *tasks = &operation->tasks;
    if (operation->struct_size < OPERATION_V1) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    uint64_t count_max = operation->number == PATCHBAY_OPERATION_CREATE ? 1
        : operation->number == PATCHBAY_OPERATION_FIND                  ? FIND_MAX
                                                                        : 0;
    if (count_max == 0 && operation->number != PATCHBAY_OPERATION_CHECK) return PATCHBAY_STATUS_UNSUPPORTED;
    if (tasks->count > count_max || (tasks->count == 0) != (count_max == 0)) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    patchbay_call *made = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    made->operation = operation->number;
    made->result.retry_after_ms = -1;
    for (; made->count < tasks->count; made->count++) {
        const patchbay_task *task = (const void *)((const char *)tasks->elements + made->count * tasks->stride);
        if (task->struct_size < TASK_V1 || task->delivery_id.length >= KEY_BYTES) {
            free(made);
            return PATCHBAY_STATUS_INVALID_ARGUMENT;
        }
        memcpy(made->keys[made->count], task->delivery_id.bytes, task->delivery_id.length);
    }
    *call = made;
    if (operation->number == PATCHBAY_OPERATION_CHECK) return ask_who(made, step);
    return operation->number == PATCHBAY_OPERATION_FIND ? ask_find(made, step)
                                                        : ask_create(made, instance, tasks->elements, step);
}

/* Reads {"id":"..."}; 0 when the answer is anything else, or ends too early. */
static int read_id(patchbay_call *call, patchbay_string body)
{
    int whole = 0;
    while (body.length > 0 && strchr(" \t\r\n", body.bytes[body.length - 1]) != NULL) body.length--;
    if (body.length == 0 || body.bytes[body.length - 1] != '}') return 0;
    return sscanf(call->message, " { \"id\" : \"%255[A-Za-z0-9-]\"%n", call->ids[0], &whole) == 1 && whole > 0;
}

/* Reads one row and moves on past it; 0 when it is not exactly a row. What is found is noted. */
static int read_row(patchbay_call *call, const char **text)
{
    char id[256], key[KEY_BYTES];
    int length = 0;
    sscanf(*text, " { \"id\" : \"%255[A-Za-z0-9-]\" , \"key\" : \"%64[A-Za-z0-9-]\" } %n", id, key, &length);
    for (uint32_t index = 0; length > 0 && index < call->count; index++) {
        if (strcmp(key, call->keys[index]) != 0) continue;
        strcpy(call->ids[index], id);
        call->outcomes[index] = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_FOUND,
            .external_id = { call->ids[index], strlen(call->ids[index]) } };
    }
    *text += length;
    return length > 0;
}

/*
 * Reads {"tasks":[...],"more":false}: all of it, or nothing. What is surely not there is sent again, so an answer that
 * lacks a member, has one too many or ends too early is no list, and a list of which there is more does not tell that
 * anything is missing.
 */
static int32_t read_list(patchbay_call *call, patchbay_string body, const patchbay_step **step)
{
    const char *text = call->body;
    char more[6] = "";
    int length = 0, is_list = body.length < sizeof call->body;
    if (is_list && body.length > 0) memcpy(call->body, body.bytes, body.length);
    call->body[is_list ? body.length : 0] = '\0';
    for (uint32_t index = 0; index < call->count; index++) call->outcomes[index].kind = PATCHBAY_OUTCOME_NOT_FOUND;
    sscanf(text, " { \"tasks\" : [ %n", &length);
    text += length;
    is_list = length > 0;
    if (is_list && *text != ']') do is_list = read_row(call, &text); while (is_list && *text == ',' && *text++);
    length = 0;
    if (is_list) sscanf(text, " ] , \"more\" : %5[a-z] } %n", more, &length);
    int has_more = strcmp(more, "true") == 0;
    is_list = length > 0 && text + length == call->body + body.length && (has_more || strcmp(more, "false") == 0);
    for (uint32_t index = 0; index < call->count; index++) {
        call->outcomes[index].exhaustive =
            is_list && !has_more && call->outcomes[index].kind == PATCHBAY_OUTCOME_NOT_FOUND;
    }
    if (is_list) call->message[0] = '\0';
    return finish(call, is_list ? PATCHBAY_CALL_COMPLETED : PATCHBAY_CALL_PROTOCOL_ERROR, step);
}

static int32_t finish_well(patchbay_call *call, const patchbay_step **step)
{
    patchbay_string id = { call->ids[0], strlen(call->ids[0]) };
    call->message[0] = '\0';
    call->outcomes[0] = (patchbay_task_outcome){ .kind = PATCHBAY_OUTCOME_CREATED, .external_id = id };
    call->account = (patchbay_account){ .struct_size = sizeof call->account, .id = id };
    if (call->operation == PATCHBAY_OPERATION_CHECK) call->result.account = &call->account;
    return finish(call, PATCHBAY_CALL_COMPLETED, step);
}

/* A header's value by its lower-case name, terminated; empty when there is none that fits. */
static void read_header(const patchbay_response *response, const char *name, char *text, size_t size)
{
    text[0] = '\0';
    for (uint64_t index = 0; index < response->headers.count; index++) {
        const patchbay_pair *header =
            (const void *)((const char *)response->headers.elements + index * response->headers.stride);
        if (header->name.length != strlen(name) || memcmp(header->name.bytes, name, strlen(name)) != 0) continue;
        if (header->value.length == 0 || header->value.length >= size) continue;
        memcpy(text, header->value.bytes, header->value.length);
        text[header->value.length] = '\0';
        return;
    }
}

/* A time as HTTP's headers write it, in milliseconds since 1970; 0 when it is none. */
static int64_t http_time_ms(const char *text)
{
    struct tm parts = { 0 };
    const char *rest = strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return rest == NULL || *rest != '\0' ? 0 : (int64_t)timegm(&parts) * 1000;
}

/* How long the service asks to wait: `Retry-After` in seconds, or as a time, which counts from the `Date` of the same
 * answer. A connector has no clock to hold it against where there is no `Date`: then the host gets the time as it is.
 */
static void read_retry_after(const patchbay_response *response, patchbay_result *result)
{
    char text[64], date[64];
    read_header(response, "retry-after", text, sizeof text);
    read_header(response, "date", date, sizeof date);
    if (text[0] != '\0' && strlen(text) < 12 && strspn(text, "0123456789") == strlen(text)) {
        result->retry_after_ms = strtoll(text, NULL, 10) * 1000;
        return;
    }
    int64_t then = http_time_ms(text), now = http_time_ms(date);
    if (then > 0 && now > 0) result->retry_after_ms = then > now ? then - now : 0;
    if (then > 0 && now == 0) result->retry_at_unix_ms = then;
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    if (response->struct_size < RESPONSE_V1) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    int is_create = call->operation == PATCHBAY_OPERATION_CREATE;
    size_t length = response->body.length < sizeof call->message ? response->body.length : sizeof call->message - 1;
    if (length > 0)
        memcpy(call->message, response->body.bytes, length); /* the service's own words, terminated by calloc */
    switch (response->status) {
    case 200: case 201:
        if (call->operation == PATCHBAY_OPERATION_FIND) return read_list(call, response->body, step);
        if (response->status == (is_create ? 201 : 200) && read_id(call, response->body))
            return finish_well(call, step);
        break;
    case 400: case 413: case 422: /* batches of one: what is too large (413) is so alone */
        if (is_create) return refuse(call, (patchbay_string)TEXT("rejected"), (patchbay_string){ 0 }, step);
        return finish(call, PATCHBAY_CALL_REFUSED, step);
    case 401: return finish(call, PATCHBAY_CALL_AUTH_FAILED, step);
    case 403: case 404: return finish(call, PATCHBAY_CALL_REFUSED, step);
    case 429:
        read_retry_after(response, &call->result);
        return finish(call, PATCHBAY_CALL_THROTTLED, step);
    }
    read_retry_after(response, &call->result);
    return finish(call, response->status >= 500 ? PATCHBAY_CALL_VENDOR_FAULT : PATCHBAY_CALL_PROTOCOL_ERROR, step);
}

static void end(patchbay_call *call) { free(call); }

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
