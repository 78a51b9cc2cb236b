/*
 * echo.c: a connector for tests. It answers a create with one request that carries the titles, and makes external ids
 * of the response and the titles. Its setting `behaviour` names a rule to break; the macros below make files that are
 * broken from the start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "patchbay.h"

#ifndef TYPE
#define TYPE "echo"
#endif
#ifndef MARK
#define MARK "first"
#endif
#ifndef MAGIC
#define MAGIC PATCHBAY_MAGIC
#endif
#ifndef MAJOR
#define MAJOR PATCHBAY_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR PATCHBAY_ABI_MINOR
#endif
#ifndef ENTRY_SIZE
#define ENTRY_SIZE sizeof(patchbay_entry)
#endif
#ifndef BATCH_MAX
#define BATCH_MAX 100
#endif

#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define TASKS_MAX 1000
/* For what is built around it. */
#define IS_ECHO 1

#ifdef STRANGER
#include "stranger.h"
#endif

struct patchbay_instance {
    char behaviour[64];
};

/* As a later version might have it: larger than the host knows. */
struct grown_outcome {
    patchbay_task_outcome known;
    uint64_t later[4];
};

struct patchbay_call {
    patchbay_instance *instance;
    uint64_t count;
    uint32_t steps;
    char *titles;
    char *ids;
    patchbay_step step;
    patchbay_request request;
    patchbay_result result;
    patchbay_task_outcome *outcomes;
    struct grown_outcome *grown;
    patchbay_account account;
    patchbay_discovered discovered;
    patchbay_budget_fact fact;
#ifdef STRANGER
    struct stranger_words words;
#endif
};

static patchbay_string text(const char *bytes) { return (patchbay_string){ bytes, strlen(bytes) }; }
static int is(const patchbay_call *call, const char *behaviour)
{
    return strcmp(call->instance->behaviour, behaviour) == 0;
}

static const patchbay_descriptor *describe(void)
{
    static const patchbay_string types[] = { TEXT(TYPE) };
    static const patchbay_operation_support operations[] = {
        { sizeof *operations, PATCHBAY_OPERATION_CHECK, 0, 0 },
        { sizeof *operations, PATCHBAY_OPERATION_DISCOVER, 0, 0 },
        { sizeof *operations, PATCHBAY_OPERATION_CREATE, BATCH_MAX, 0 },
        { sizeof *operations, 4711, 3, 0 }, /* of a later version */
    };
    static const patchbay_setting settings[] = {
        { .struct_size = sizeof *settings, .kind = PATCHBAY_SETTING_STRING, .required = 1, .name = TEXT("project") },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_STRING,
            .name = TEXT("behaviour"),
            .default_value = TEXT("good") },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_INTEGER,
            .name = TEXT("weight"),
            .default_value = TEXT("7") },
        { .struct_size = sizeof *settings, .kind = PATCHBAY_SETTING_MAP, .name = TEXT("mapping") },
    };
    static const patchbay_token_kind kinds[] = {
#ifdef TOKEN_HEADER
        { .struct_size = sizeof *kinds,
            .scheme = PATCHBAY_SCHEME_HEADER,
            .name = TEXT("api-key"),
            .header = TEXT(TOKEN_HEADER) },
#else
        { .struct_size = sizeof *kinds, .scheme = PATCHBAY_SCHEME_BEARER, .name = TEXT("api-key") },
#endif
    };
    static const patchbay_budget budgets[] = {
        { .struct_size = sizeof *budgets, .scope = TEXT("minute"), .limit = 150, .window_ms = 60000 },
    };
    static patchbay_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .origin_kind = PATCHBAY_ORIGIN_FIXED,
        .id = TEXT("org.example." TYPE),
        .name = TEXT("Echo"),
        .version = TEXT("1.0.0"),
        .vendor = TEXT("Example"),
        .origin = TEXT("https://echo.example.org"),
        .integration_types = { types, 1, sizeof *types, 0 },
        .operations = { operations, 4, sizeof *operations, 0 },
        .settings = { settings, 4, sizeof *settings, 0 },
        .token_kinds = { kinds, 1, sizeof *kinds, 0 },
        .budgets = { budgets, 1, sizeof *budgets, 0 },
        .requests_concurrent_max = 15,
        .find_lag_ms = 60000,
    };
#ifdef DESCRIPTOR_CHANGES
    descriptor.find_lag_ms++;
#endif
#ifdef DESCRIPTOR_WILD
    descriptor.settings = (patchbay_array){ NULL, 3, sizeof *settings, 0 };
#endif
    return &descriptor;
}

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    patchbay_instance *made = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    for (uint64_t index = 0; index < opening->settings.count; index++) {
        const patchbay_setting_value *value =
            (const void *)((const char *)opening->settings.elements + index * opening->settings.stride);
        if (value->name.length == 9 && memcmp(value->name.bytes, "behaviour", 9) == 0
            && value->text.length < sizeof made->behaviour) {
            memcpy(made->behaviour, value->text.bytes, value->text.length);
        }
    }
    if (strcmp(made->behaviour, "refuse-open") == 0) {
        failure->field = text("project");
        failure->message = text("no such project");
        free(made);
        return PATCHBAY_STATUS_INVALID_SETTINGS;
    }
    if (strcmp(made->behaviour, "no-instance") == 0) return PATCHBAY_STATUS_OK;
    *instance = made;
    return PATCHBAY_STATUS_OK;
}

static void close_instance(patchbay_instance *instance) { free(instance); }

/* What stops a process, one way or another. */
static void misbehave(const patchbay_call *call)
{
    if (is(call, "crash")) *(volatile int *)8 = 1;
    if (is(call, "abort")) abort();
    if (is(call, "exit")) exit(3);
    if (is(call, "hang")) for (volatile int forever = 1; forever;) usleep(1000);
    if (is(call, "stop-answering")) { close(3); for (volatile int forever = 1; forever;) usleep(1000); }
    if (is(call, "garbage")) { ssize_t ignored = send(3, "0123456789abcdef", 16, 0); (void)ignored; }
    if (is(call, "last-words")) { fputs("the \033[31mend\n", stderr); abort(); }
}

static const patchbay_step *ask(patchbay_call *call)
{
    call->request = (patchbay_request){ .struct_size = sizeof call->request,
        .effect = PATCHBAY_EFFECT_ONCE,
        .method = text("POST"),
        .path = text("/tasks"),
        .body = text(call->titles) };
    call->step =
        (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_REQUEST, .request = &call->request };
#ifdef STRANGER
    speak(&call->request, &call->words, call->titles);
#endif
    if (is(call, "endless")) call->request.effect = PATCHBAY_EFFECT_NONE;
    if (is(call, "unknown-effect")) call->request.effect = 9;
    if (is(call, "unknown-kind")) call->step.kind = 7;
    if (is(call, "put-in-check")) {
        call->request.effect = PATCHBAY_EFFECT_NONE;
        call->request.method = text("PUT");
    }
    if (is(call, "numbers")) call->request.write_cost = UINT32_MAX;
    if (is(call, "null-request")) call->step.request = NULL;
    if (is(call, "huge-length")) call->request.body.length = UINT64_MAX - 3;
    if (is(call, "large-step")) call->request.body = (patchbay_string){ calloc(1, 17u << 20), 17u << 20 };
    if (is(call, "length-of-nothing")) call->request.path = (patchbay_string){ NULL, 12 };
    if (is(call, "null-array")) call->request.headers = (patchbay_array){ NULL, 3, sizeof(patchbay_pair), 0 };
    if (is(call, "huge-count"))
        call->request.headers = (patchbay_array){ call, UINT64_MAX / 2, sizeof(patchbay_pair), 0 };
    if (is(call, "small-struct")) call->request.struct_size = 8;
    if (is(call, "small-stride")) call->request.headers = (patchbay_array){ call, 1, 8, 0 };
    if (is(call, "not-utf8")) call->request.path = text("/\xff\xfe");
    if (is(call, "talkative")) {
        char *words = malloc(10000);
        memset(words, 'x', 10000);
        call->step.diagnostic = (patchbay_string){ words, 10000 };
    }
    return is(call, "null-step") ? NULL : &call->step;
}

static void fill_outcomes(patchbay_call *call, const patchbay_string *answer)
{
    size_t used = 0;
    const char *title = call->titles;
    for (uint64_t index = 0; index < call->count; index++, title += strlen(title) + 1) {
        char *id = call->ids + used;
        used += (size_t)sprintf(id, "%.*s:%s", (int)answer->length, answer->bytes, title) + 1;
        patchbay_task_outcome *outcome = &call->outcomes[call->count - 1 - index]; /* any order is legal */
        *outcome = (patchbay_task_outcome){ .struct_size = sizeof *outcome,
            .kind = PATCHBAY_OUTCOME_CREATED,
            .task_index = (uint32_t)index,
            .external_id = text(id),
            .url = text(is(call, "bad-url") ? "javascript:alert(1)" : "https://echo.example.org/1") };
        if (is(call, "no-id")) outcome->external_id = (patchbay_string){ 0 };
        if (is(call, "unknown-outcome")) outcome->kind = 99;
        if (is(call, "out-of-range")) outcome->task_index = 70000;
        if (is(call, "twice")) outcome->task_index = 0;
        call->grown[call->count - 1 - index].known = *outcome;
        call->grown[call->count - 1 - index].known.struct_size = sizeof(struct grown_outcome);
    }
}

static const patchbay_step *done(patchbay_call *call, const patchbay_string *answer)
{
#ifdef STRANGER
    patchbay_string id = hear(answer);
    answer = &id;
#endif
    fill_outcomes(call, answer);
    call->result = (patchbay_result){ .struct_size = sizeof call->result,
        .call = PATCHBAY_CALL_COMPLETED,
        .retry_after_ms = -1,
        .outcomes = { call->outcomes, call->count, sizeof *call->outcomes, 0 } };
    if (is(call, "grown")) call->result.outcomes = (patchbay_array){ call->grown, call->count, sizeof *call->grown, 0 };
    if (is(call, "missing")) call->result.outcomes.count--;
    if (is(call, "unknown-call")) call->result.call = 99;
    if (is(call, "throttled")) { call->result.call = PATCHBAY_CALL_THROTTLED; call->result.retry_after_ms = 1500; }
    if (is(call, "auth")) {
        call->result.call = PATCHBAY_CALL_AUTH_FAILED;
        call->result.auth_reason = PATCHBAY_AUTH_EXPIRED;
    }
    call->fact = (patchbay_budget_fact){
        .struct_size = sizeof call->fact, .scope = text("minute"), .limit = 150, .remaining = 3, .resets_unix_ms = 0
    };
#ifdef STRANGER
    /* Many strangers share one token, and none is to wait for another. */
    call->fact.remaining = call->fact.limit;
#endif
    if (is(call, "numbers")) {
        call->result.call = PATCHBAY_CALL_THROTTLED;
        call->result.retry_after_ms = call->result.retry_at_unix_ms = INT64_MAX;
        call->fact.limit = call->fact.remaining = call->fact.resets_unix_ms = INT64_MAX;
    }
    call->step = (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_DONE, .result = &call->result,
        .budget_facts = { &call->fact, 1, sizeof call->fact, 0 }, .diagnostic = text("done") };
    return &call->step;
}

static const patchbay_step *introduce(patchbay_call *call, uint32_t operation)
{
    done(call, &(patchbay_string){ 0 });
    call->account = (patchbay_account){ .struct_size = sizeof call->account, .id = text("7"), .name = text("Ann") };
    call->discovered = (patchbay_discovered){ .struct_size = sizeof call->discovered,
        .setting = text("project"),
        .kind = text("project"),
        .id = text(MARK),
        .name = text("The project") };
    if (operation == PATCHBAY_OPERATION_CHECK) call->result.account = &call->account;
    else call->result.discovered = (patchbay_array){ &call->discovered, 1, sizeof call->discovered, 0 };
    return &call->step;
}

static int32_t begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    patchbay_call *made = calloc(1, sizeof *made);
    made->instance = instance;
    made->count = operation->tasks.count;
    misbehave(made);
    size_t bytes = 1;
    for (uint64_t index = 0; index < made->count; index++) {
        const patchbay_task *task =
            (const void *)((const char *)operation->tasks.elements + index * operation->tasks.stride);
        bytes += task->title.length + 1;
    }
    made->titles = calloc(1, bytes);
    made->ids = calloc(1, bytes + made->count * 64);
    made->outcomes = calloc(made->count + 1, sizeof *made->outcomes);
    made->grown = calloc(made->count + 1, sizeof *made->grown);
    size_t used = 0;
    for (uint64_t index = 0; index < made->count; index++) {
        const patchbay_task *task =
            (const void *)((const char *)operation->tasks.elements + index * operation->tasks.stride);
        memcpy(made->titles + used, task->title.bytes, task->title.length);
        used += task->title.length + 1;
    }
    if (is(made, "status")) return PATCHBAY_STATUS_INTERNAL;
    if (is(made, "no-call")) return PATCHBAY_STATUS_OK;
    *call = made;
    int is_asking = operation->number == PATCHBAY_OPERATION_CREATE || is(made, "once-in-check")
        || is(made, "put-in-check") || is(made, "endless");
    *step = is_asking ? ask(made) : introduce(made, operation->number);
    return PATCHBAY_STATUS_OK;
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    call->steps++;
    if (is(call, "status-later")) return PATCHBAY_STATUS_INTERNAL;
    if (is(call, "crash-later")) abort();
    *step = is(call, "two-once") || is(call, "endless") ? ask(call) : done(call, &response->body);
    return PATCHBAY_STATUS_OK;
}

static void end(patchbay_call *call)
{
    free(call->titles);
    free(call->ids);
    free(call->outcomes);
    free(call->grown);
    free(call);
}

#ifdef CRASH_ON_LOAD
__attribute__((constructor)) static void crash_on_load(void) { abort(); }
#endif
#ifdef HANG_ON_LOAD
__attribute__((constructor)) static void hang_on_load(void) { for (volatile int forever = 1; forever;) usleep(1000); }
#endif

#ifdef NO_SYMBOL
#define patchbay_connector_v1 some_other_name
#endif
__attribute__((visibility("default"))) const patchbay_entry *patchbay_connector_v1(void)
{
    static const patchbay_entry entry = {
        .struct_size = ENTRY_SIZE,
        .magic = MAGIC,
        .abi_major = MAJOR,
        .abi_minor = MINOR,
        .describe = describe,
        .open = open_instance,
        .close = close_instance,
        .begin = begin,
        .resume = resume,
#ifndef NO_END
        .end = end,
#endif
    };
    return &entry;
}
