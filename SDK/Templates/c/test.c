/* test.c: plays the host: one call at a time, with answers made up here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patchbay.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define EXPECT(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

static int is(patchbay_string string, const char *text)
{
    return string.length == strlen(text) && memcmp(string.bytes, text, string.length) == 0;
}

static patchbay_instance *open_house(void)
{
    patchbay_setting_value list = {
        .struct_size = sizeof list, .kind = PATCHBAY_SETTING_STRING, .name = TEXT("list"), .text = TEXT("house")
    };
    patchbay_opening opening = {
        .struct_size = sizeof opening, .settings = { &list, 1, sizeof list, 0 }, .token_kind = TEXT("api-key")
    };
    patchbay_failure failure = { .struct_size = sizeof failure };
    patchbay_instance *instance = NULL;
    EXPECT(patchbay_connector_v1()->open(&opening, &instance, &failure) == PATCHBAY_STATUS_OK && instance != NULL);
    return instance;
}

/* Makes one call with one answer, and looks at its end with `judge`. */
static void call(uint32_t operation, patchbay_string title, uint32_t status, const char *body,
    void (*judge)(const patchbay_result *))
{
    const patchbay_entry *entry = patchbay_connector_v1();
    patchbay_instance *instance = open_house();
    patchbay_task task = {
        .struct_size = sizeof task, .status = PATCHBAY_TASK_OPEN, .delivery_id = TEXT("d-1"), .title = title
    };
    patchbay_operation asked = { .struct_size = sizeof asked, .number = operation, .now_unix_ms = 1 };
    if (operation != PATCHBAY_OPERATION_CHECK) asked.tasks = (patchbay_array){ &task, 1, sizeof task, 0 };
    patchbay_call *begun = NULL;
    const patchbay_step *step = NULL;
    EXPECT(entry->begin(instance, &asked, &begun, &step) == PATCHBAY_STATUS_OK);
    if (step->kind == PATCHBAY_STEP_REQUEST) {
        patchbay_response response = {
            .struct_size = sizeof response, .status = status, .body = { body, strlen(body) }
        };
        EXPECT(entry->resume(begun, &response, &step) == PATCHBAY_STATUS_OK);
    }
    EXPECT(step->kind == PATCHBAY_STEP_DONE);
    judge(step->result);
    entry->end(begun);
    entry->close(instance);
}

static const patchbay_task_outcome *first(const patchbay_result *result) { return result->outcomes.elements; }
static void is_created(const patchbay_result *result)
{
    EXPECT(result->call == PATCHBAY_CALL_COMPLETED && first(result)->kind == PATCHBAY_OUTCOME_CREATED
        && is(first(result)->external_id, "T-9"));
}
static void is_account(const patchbay_result *result)
{
    EXPECT(result->call == PATCHBAY_CALL_COMPLETED && is(result->account->id, "ann"));
}
static void is_not_understood(const patchbay_result *result) { EXPECT(result->call == PATCHBAY_CALL_PROTOCOL_ERROR); }
static void is_refused(const patchbay_result *result)
{
    EXPECT(result->call == PATCHBAY_CALL_COMPLETED && first(result)->kind == PATCHBAY_OUTCOME_REFUSED);
}
static void is_found(const patchbay_result *result)
{
    EXPECT(result->call == PATCHBAY_CALL_COMPLETED && first(result)->kind == PATCHBAY_OUTCOME_FOUND
        && is(first(result)->external_id, "T-9"));
}
static void is_surely_missing(const patchbay_result *result)
{
    EXPECT(result->call == PATCHBAY_CALL_COMPLETED && first(result)->kind == PATCHBAY_OUTCOME_NOT_FOUND
        && first(result)->exhaustive == 1);
}
static void is_perhaps_missing(const patchbay_result *result)
{
    EXPECT(result->call == PATCHBAY_CALL_COMPLETED && first(result)->kind == PATCHBAY_OUTCOME_NOT_FOUND
        && first(result)->exhaustive == 0);
}
static void is_unauthorised(const patchbay_result *result) { EXPECT(result->call == PATCHBAY_CALL_AUTH_FAILED); }

int main(void)
{
    patchbay_string title = TEXT("Say \"hi\"\n");
    call(PATCHBAY_OPERATION_CHECK, title, 200, "{\"id\":\"ann\"}", is_account);
    call(PATCHBAY_OPERATION_CREATE, title, 201, "{\"id\":\"T-9\"}", is_created);
    call(PATCHBAY_OPERATION_CREATE, title, 201, "{\"id\":\"T-", is_not_understood);
    call(PATCHBAY_OPERATION_CREATE, title, 422, "no", is_refused);
    call(PATCHBAY_OPERATION_CREATE, title, 401, "", is_unauthorised);
    call(
        PATCHBAY_OPERATION_FIND, title, 200, "{\"tasks\":[{\"id\":\"T-9\",\"key\":\"d-1\"}],\"more\":false}", is_found);
    call(PATCHBAY_OPERATION_FIND, title, 200, "{\"tasks\":[],\"more\":false}", is_surely_missing);
    call(PATCHBAY_OPERATION_FIND, title, 200, "{\"tasks\":[],\"more\":true}", is_perhaps_missing);
    /* None of these says that the task is not there. */
    static const char *const silent[] = { "{}", "null", "[]", "{\"tasks\":null,\"more\":false}", "{\"tasks\":[]}",
        "{\"tasks\":[{}],\"more\":false}", "{\"tasks\":[],\"more\":false,\"errors\":[{}]}" };
    for (size_t index = 0; index < sizeof silent / sizeof *silent; index++) {
        call(PATCHBAY_OPERATION_FIND, title, 200, silent[index], is_not_understood);
    }
    puts("all as expected");
    return 0;
}
