/*
 * wrong.c: the template's connector with one thing wrong, named by WRONG. It stands before the sound functions and
 * spoils what they are given, or what they give.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "patchbay.h"

/* The sound entry stays inside: only ours is exported. */
#define patchbay_connector_v1 sound_entry
#define visibility(kind) unused
#include "tasklist.c"
#undef visibility
#undef patchbay_connector_v1

enum {
    NOTHING,
    TAKES_SMALL,
    REFUSES_LARGER,
    OWN_SIZE,
    OWN_STRIDE,
    FLAG,
    NOT_JSON,
    NOT_UTF8,
    NULL_STEP,
    LEAK,
    SHARED,
    CRASH,
    INTERNAL,
    COUNTS,
    ADDRESS,
    ORIGIN,
    HEADER,
    METHOD,
    BODY_TO_GET,
    TWICE_ONCE,
    TAKES_ANY,
    EFFECT,
    HANG,
    HUGE,
    SIGNS_IN,
    TAKES_404,
    TAKES_409,
    NO_WAIT,
    SURE_OF_500,
    BELIEVES,
    MAGIC,
    CHANGES,
    ENDLESS,
    CONNECTS,
    READS,
    SURE
};

#ifndef FORBIDDEN
#define FORBIDDEN "Authorization"
#endif
#ifndef FORBIDDEN_PATH
#define FORBIDDEN_PATH "https://elsewhere.example/v1/me"
#endif

static int counter;
static patchbay_call *last;
static patchbay_request request;
static patchbay_step asked;
static patchbay_pair header;
static char text[64];

static patchbay_string words(const char *bytes) { return (patchbay_string){ bytes, strlen(bytes) }; }

/* Spoils a request on its way out. */
static const patchbay_step *spoil_request(const patchbay_step *step)
{
    request = *step->request;
    asked = *step;
    asked.request = &request;
    header = (patchbay_pair){ .struct_size = sizeof header, .name = words("X-Count"), .value = words(text) };
    if (WRONG == OWN_SIZE) request.struct_size = 8;
    if (WRONG == OWN_STRIDE) request.query = (patchbay_array){ &header, 1, 8, 0 };
    if (WRONG == NOT_JSON && request.body.bytes != NULL) ((char *)request.body.bytes)[0] = '(';
    if (WRONG == NOT_UTF8) request.path = words("/\xff\xfe");
    if (WRONG == ORIGIN) request.path = words(FORBIDDEN_PATH);
    if (WRONG == METHOD) request.method = words("TRACE");
    if (WRONG == BODY_TO_GET) { request.method = words("GET"); request.body = words("{}"); }
    if (WRONG == EFFECT) request.effect = 9;
    if (WRONG == READS) request.effect = PATCHBAY_EFFECT_NONE;
    if (WRONG == TWICE_ONCE || WRONG == ENDLESS)
        request.effect = WRONG == ENDLESS ? PATCHBAY_EFFECT_NONE : PATCHBAY_EFFECT_ONCE;
    if (WRONG == HUGE) {
        static char huge[17 << 20];
        memset(huge, 'x', sizeof huge);
        request.body = (patchbay_string){ huge, sizeof huge };
    }
    if (WRONG == HEADER) header.name = words(FORBIDDEN);
    snprintf(text, sizeof text, "%d",
        WRONG == COUNTS        ? counter++
            : WRONG == ADDRESS ? (int)((uintptr_t)&counter >> 12)
                               : 0);
    header.value = words(text);
    if (WRONG == COUNTS || WRONG == ADDRESS || WRONG == HEADER)
        request.headers = (patchbay_array){ &header, 1, sizeof header, 0 };
    return WRONG == NULL_STEP ? NULL : &asked;
}

static int32_t wrong_open(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    if (WRONG == LEAK && malloc(64) == NULL) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    return open_instance(opening, instance, failure);
}

static int32_t wrong_begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    patchbay_operation copy = *operation;
    if (WRONG == CONNECTS) (void)socket(AF_INET, SOCK_STREAM, 0);
    if (WRONG == TAKES_SMALL) copy.struct_size = sizeof copy;
    if (WRONG == REFUSES_LARGER && operation->struct_size > sizeof copy) return PATCHBAY_STATUS_INVALID_ARGUMENT;
    if (WRONG == TAKES_ANY && copy.number != PATCHBAY_OPERATION_CREATE) copy.number = PATCHBAY_OPERATION_CHECK;
    int32_t status = begin(instance, &copy, call, step);
    if (status != PATCHBAY_STATUS_OK) return status;
    last = *call;
    if ((*step)->kind == PATCHBAY_STEP_REQUEST) *step = spoil_request(*step);
    return status;
}

static int32_t create_anyway(patchbay_call *call, const patchbay_step **step)
{
    strcpy(call->ids[0], "1");
    return finish_well(call, step);
}

static int32_t wrong_resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    uint32_t status = response->status;
    if (WRONG == SHARED) call = last;
    if (WRONG == CRASH && status == 401) abort();
    if (WRONG == INTERNAL && status == 422) return PATCHBAY_STATUS_INTERNAL;
    if (WRONG == HANG && status == 503) for (volatile int forever = 1; forever;) continue;
    if (WRONG == TWICE_ONCE || WRONG == ENDLESS) { *step = &asked; return PATCHBAY_STATUS_OK; }
    if ((WRONG == SIGNS_IN && status == 401) || (WRONG == TAKES_404 && status == 404)
        || (WRONG == TAKES_409 && status == 409) || (WRONG == BELIEVES && status == 201))
        return create_anyway(call, step);
    if (WRONG == SURE_OF_500 && status == 500) return finish(call, PATCHBAY_CALL_REFUSED, step);
    int32_t result = resume(call, response, step);
    if (WRONG == NO_WAIT && status == 429) call->result.retry_after_ms = 10;
    if (WRONG == SURE && call->operation == PATCHBAY_OPERATION_FIND && status == 200
        && call->result.call != PATCHBAY_CALL_COMPLETED) {
        call->outcomes[0].exhaustive = 1;
        return finish(call, PATCHBAY_CALL_COMPLETED, step);
    }
    if (WRONG == FLAG) call->outcomes[0].exhaustive = 7;
    return result;
}

static const patchbay_descriptor *wrong_describe(void)
{
    static patchbay_descriptor copy;
    int64_t lag = copy.find_lag_ms;
    copy = *describe();
    if (WRONG == CHANGES) copy.find_lag_ms = lag + 1;
    if (WRONG == READS) copy.create_repeatable = 0;
    return &copy;
}

#ifdef EXPORTS_MORE
__attribute__((visibility("default"))) int exported_by_mistake = 1;
#endif
#ifdef CONNECTS_AT_LOAD
__attribute__((constructor)) static void connect_at_load(void) { (void)socket(AF_INET, SOCK_STREAM, 0); }
#endif

__attribute__((visibility("default"))) const patchbay_entry *patchbay_connector_v1(void)
{
    static const patchbay_entry entry = { .struct_size = sizeof entry,
        .magic = WRONG == MAGIC ? 1 : PATCHBAY_MAGIC,
        .abi_major = PATCHBAY_ABI_MAJOR,
        .describe = wrong_describe,
        .open = wrong_open,
        .close = close_instance,
        .begin = wrong_begin,
        .resume = wrong_resume,
        .end = end };
    return &entry;
}
