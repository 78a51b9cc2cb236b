/*
 * fragile.c: a connector whose worker dies. Its setting says when: "begin" before it has asked for anything, "resume"
 * with the answer to a request in its hands that must happen once. What else is set makes it report success.
 */
#include <stdlib.h>
#include <string.h>

#include "patchbay.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }

struct patchbay_instance {
    char when[16];
};

struct patchbay_call {
    patchbay_instance *instance;
    patchbay_request request;
    patchbay_task_outcome outcome;
    patchbay_result result;
    patchbay_step step;
};

static const patchbay_descriptor *describe(void)
{
    static const patchbay_string types[] = { TEXT("fragile") };
    static const patchbay_operation_support operations[] = { { sizeof *operations, PATCHBAY_OPERATION_CREATE, 1, 0 } };
    static const patchbay_setting settings[] = {
        { .struct_size = sizeof *settings, .kind = PATCHBAY_SETTING_STRING, .required = 1, .name = TEXT("when") },
    };
    static const patchbay_token_kind kinds[] = {
        { .struct_size = sizeof *kinds, .scheme = PATCHBAY_SCHEME_BEARER, .name = TEXT("api-key") },
    };
    static const patchbay_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .origin_kind = PATCHBAY_ORIGIN_FIXED,
        .id = TEXT("org.example.fragile"),
        .name = TEXT("Fragile"),
        .version = TEXT("1.0.0"),
        .vendor = TEXT("Example"),
        .origin = TEXT("https://fragile.example.org"),
        .integration_types = { types, 1, sizeof *types, 0 },
        .operations = { operations, 1, sizeof *operations, 0 },
        .settings = { settings, 1, sizeof *settings, 0 },
        .token_kinds = { kinds, 1, sizeof *kinds, 0 },
    };
    return &descriptor;
}

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    (void)failure;
    const patchbay_setting_value *when = opening->settings.elements;
    if ((*instance = calloc(1, sizeof **instance)) == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    if (opening->settings.count > 0 && when->text.length < sizeof(*instance)->when) {
        memcpy((*instance)->when, when->text.bytes, when->text.length);
    }
    return PATCHBAY_STATUS_OK;
}

static void close_instance(patchbay_instance *instance) { free(instance); }

static int32_t begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    if (operation->number != PATCHBAY_OPERATION_CREATE) return PATCHBAY_STATUS_UNSUPPORTED;
    if (strcmp(instance->when, "begin") == 0) abort();
    patchbay_call *made = *call = calloc(1, sizeof *made);
    if (made == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    made->instance = instance;
    made->request = (patchbay_request){ .struct_size = sizeof made->request,
        .effect = PATCHBAY_EFFECT_ONCE,
        .method = TEXT("POST"),
        .path = TEXT("/v1/tasks"),
        .body = TEXT("{}") };
    made->step =
        (patchbay_step){ .struct_size = sizeof made->step, .kind = PATCHBAY_STEP_REQUEST, .request = &made->request };
    *step = &made->step;
    return PATCHBAY_STATUS_OK;
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    (void)response;
    if (strcmp(call->instance->when, "resume") == 0) abort();
    call->outcome = (patchbay_task_outcome){
        .struct_size = sizeof call->outcome, .kind = PATCHBAY_OUTCOME_CREATED, .external_id = TEXT("F-1")
    };
    call->result = (patchbay_result){ .struct_size = sizeof call->result,
        .call = PATCHBAY_CALL_COMPLETED,
        .retry_after_ms = -1,
        .outcomes = { &call->outcome, 1, sizeof call->outcome, 0 } };
    call->step =
        (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_DONE, .result = &call->result };
    *step = &call->step;
    return PATCHBAY_STATUS_OK;
}

static void end(patchbay_call *call) { free(call); }

__attribute__((visibility("default"))) const patchbay_entry *patchbay_connector_v1(void)
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
