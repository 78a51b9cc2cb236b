/*
 * flood.c: the echo connector with more than may be, by macros: BUDGETS in its descriptor, FACTS in each step, WARNINGS
 * of each task with texts of WARNING_BYTES, HELP_BYTES of help in a hundred settings, and a constructor that takes
 * LOAD_MS of time.
 */
#define patchbay_connector_v1 base_connector
#include "echo.c"
#undef patchbay_connector_v1

#include <time.h>

#ifndef WARNING_BYTES
#define WARNING_BYTES 10
#endif

static char *many(size_t length)
{
    char *bytes = malloc(length + 1);
    memset(bytes, 'x', length);
    bytes[length] = 0;
    return bytes;
}

static const patchbay_descriptor *flooding_describe(void)
{
    static patchbay_descriptor descriptor;
    if (descriptor.struct_size != 0) return &descriptor;
    descriptor = *describe();
#ifdef BUDGETS
    patchbay_budget *budgets = calloc(BUDGETS, sizeof *budgets);
    for (size_t index = 0; index < BUDGETS; index++) {
        char *scope = malloc(16);
        snprintf(scope, 16, "b%zu", index);
        budgets[index] = (patchbay_budget){
            .struct_size = sizeof *budgets, .scope = text(scope), .limit = 1000000, .window_ms = 60000
        };
    }
    descriptor.budgets = (patchbay_array){ budgets, BUDGETS, sizeof *budgets, 0 };
#endif
#ifdef HELP_BYTES
    patchbay_setting *settings = calloc(100, sizeof *settings);
    for (size_t index = 0; index < 100; index++) {
        char *name = malloc(16);
        snprintf(name, 16, "s%zu", index);
        settings[index] = (patchbay_setting){ .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_STRING,
            .name = text(name),
            .default_value = text(many(HELP_BYTES)) };
    }
    descriptor.settings = (patchbay_array){ settings, 100, sizeof *settings, 0 };
#endif
    return &descriptor;
}

static void flood(patchbay_call *call, const patchbay_step *step)
{
    patchbay_step *mine = &call->step;
    if (step != mine) return;
#ifdef FACTS
    static patchbay_budget_fact *facts;
    if (facts == NULL) {
        facts = calloc(FACTS, sizeof *facts);
        for (size_t index = 0; index < FACTS; index++) {
            facts[index] = (patchbay_budget_fact){
                .struct_size = sizeof *facts, .scope = text("minute"), .limit = 150, .remaining = 150
            };
        }
    }
    mine->budget_facts = (patchbay_array){ facts, FACTS, sizeof *facts, 0 };
#endif
#ifdef WARNINGS
    static patchbay_notice *notices;
    if (notices == NULL) {
        notices = calloc(WARNINGS, sizeof *notices);
        for (size_t index = 0; index < WARNINGS; index++) {
            notices[index] = (patchbay_notice){
                .struct_size = sizeof *notices, .code = text("odd"), .text = text(many(WARNING_BYTES))
            };
        }
    }
    if (mine->kind == PATCHBAY_STEP_DONE)
        for (uint64_t index = 0; index < call->count; index++)
            call->outcomes[index].warnings = (patchbay_array){ notices, WARNINGS, sizeof *notices, 0 };
#endif
}

static int32_t flooding_begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    int32_t status = begin(instance, operation, call, step);
    if (status == PATCHBAY_STATUS_OK) flood(*call, *step);
    return status;
}

static int32_t flooding_resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    int32_t status = resume(call, response, step);
    if (status == PATCHBAY_STATUS_OK) flood(call, *step);
    return status;
}

#ifdef LOAD_MS
static long long now_ms(void)
{
    struct timespec now = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

__attribute__((constructor)) static void load_slowly(void)
{
    for (long long end = now_ms() + LOAD_MS; now_ms() < end;) {}
}
#endif

__attribute__((visibility("default"))) const patchbay_entry *patchbay_connector_v1(void)
{
    static patchbay_entry entry;
    entry = *base_connector();
    entry.describe = flooding_describe;
    entry.begin = flooding_begin;
    entry.resume = flooding_resume;
    return &entry;
}
