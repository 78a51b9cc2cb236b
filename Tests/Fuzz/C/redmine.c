/*
 * redmine.c: how the Redmine connector reads answers, under libFuzzer.
 *
 * The first byte chooses the operation, the second the task. Then follow answers, each ended by a record separator
 * (0x1E): its first byte chooses the status, or that the recorded answer is given instead; the rest is the body. When
 * the input is used up, recorded answers are given. Each call is made twice, and must come out the same (R8).
 */
#include "answers.h"
#include "judge.h"

#include "fuzz.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define SEPARATOR 0x1E
#define STEPS_MAX 256

struct input { const uint8_t *bytes; size_t count; };

static patchbay_instance *opened(const patchbay_entry *entry)
{
    static const patchbay_pair people[] = { { sizeof *people, 0, TEXT("Alice@example.com"), TEXT("5") } };
    static const patchbay_pair priorities[] = { { sizeof *priorities, 0, TEXT("low"), TEXT("1") } };
    static const patchbay_setting_value settings[] = {
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_URL,
            .name = TEXT("host"),
            .text = TEXT("http://127.0.0.1:1/redmine/") },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_STRING,
            .name = TEXT("projectId"),
            .text = TEXT("demo") },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_MAP,
            .name = TEXT("assigneeMapping"),
            .entries = { people, 1, sizeof *people, 0 } },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_MAP,
            .name = TEXT("priorityMapping"),
            .entries = { priorities, 1, sizeof *priorities, 0 } },
    };
    static const patchbay_pair facts[] = { { sizeof *facts, 0, TEXT("account"), TEXT("5") } };
    const patchbay_opening opening = { .struct_size = sizeof opening,
        .facts = { facts, 1, sizeof *facts, 0 },
        .settings = { settings, COUNT(settings), sizeof *settings, 0 } };
    patchbay_failure failure = { .struct_size = sizeof failure };
    patchbay_instance *instance = NULL;
    HOLDS(entry->open(&opening, &instance, &failure) == PATCHBAY_STATUS_OK);
    return instance;
}

static const char *recorded(const patchbay_request *request, uint32_t *status)
{
    *status = request->method.length > 1 && request->method.bytes[1] == 'U' ? 204 : 201;
    if (request->method.bytes[0] != 'G') return *status == 204 ? "" : CREATED;
    for (size_t index = 0; index < COUNT(RECORDED); index++) {
        size_t known = strlen(RECORDED[index].path);
        if (request->path.length < known || memcmp(request->path.bytes, RECORDED[index].path, known) != 0) continue;
        *status = RECORDED[index].status;
        return RECORDED[index].body;
    }
    return NONE;
}

/* The next answer, in memory of exactly its size, so that a byte too far is seen. */
static char *answer(struct input *input, const patchbay_request *request, uint32_t *status, size_t *length)
{
    const char *body = recorded(request, status);
    *length = strlen(body);
    if (input->count > 0) {
        uint8_t choice = *input->bytes++;
        input->count--;
        const uint8_t *end = memchr(input->bytes, SEPARATOR, input->count);
        size_t count = end == NULL ? input->count : (size_t)(end - input->bytes);
        if (choice < 0xF0) {
            *status = STATUS_CODES[choice % COUNT(STATUS_CODES)];
            *length = count;
            body = (const char *)input->bytes;
        }
        count += end != NULL;
        input->bytes += count;
        input->count -= count;
    }
    char *copy = malloc(*length + (*length == 0));
    memcpy(copy, body, *length);
    return copy;
}

static uint64_t one_call(const patchbay_entry *entry, struct input input, uint32_t number, uint8_t choice)
{
    static const patchbay_pair headers[] = { { sizeof *headers, 0, TEXT("x-request-id"), TEXT("r\xff-1") },
        { sizeof *headers, 0, TEXT("location"), TEXT("http://127.0.0.1:1/issues/31") },
        { sizeof *headers, 0, TEXT("retry-after"), TEXT("7") } };
    static const patchbay_string labels[] = { TEXT("label") };
    const patchbay_attempt attempt = { .struct_size = sizeof attempt,
        .number = 1,
        .window_is_sure = choice & 1,
        .started_unix_ms = INT64_C(1795000000000),
        .account = TEXT("5") };
    patchbay_task tasks[2] = { { .struct_size = sizeof *tasks,
        .priority = choice % 5,
        .status = 1 + (choice >> 1) % 2,
        .changes = choice,
        .delivery_id = TEXT(DELIVERY),
        .external_id = TEXT("7"),
        .title = TEXT("a\tb"),
        .description = TEXT("text \"quoted\""),
        .due_date = TEXT("2026-01-01"),
        .assignee = TEXT("alice@EXAMPLE.com"),
        .labels = { labels, 1, sizeof *labels, 0 },
        .attempted_unix_ms = INT64_C(1795000000000),
        .attempt = choice & 2 ? &attempt : NULL } };
    tasks[1] = tasks[0];
    tasks[1].delivery_id = (patchbay_string)TEXT(ANOTHER_DELIVERY);
    tasks[1].is_witness = choice >> 2 & 1;
    const uint64_t task_count = number < PATCHBAY_OPERATION_FIND ? 1 : 1 + (choice >> 3) % 2;
    patchbay_operation operation = {
        .struct_size = sizeof operation, .number = number, .now_unix_ms = INT64_C(1795000000000)
    };
    if (number > PATCHBAY_OPERATION_DISCOVER) operation.tasks = (patchbay_array){ tasks, task_count, sizeof *tasks, 0 };
    struct judge judge = { .sum = 1 };
    patchbay_instance *instance = opened(entry);
    patchbay_call *call = NULL;
    const patchbay_step *step = NULL;
    HOLDS(entry->begin(instance, &operation, &call, &step) == PATCHBAY_STATUS_OK);
    for (size_t steps = 0; judge_step(&judge, step, operation.tasks.count); steps++) {
        HOLDS(steps < STEPS_MAX);
        uint32_t status;
        size_t length;
        char *body = answer(&input, step->request, &status, &length);
        const patchbay_response response = { .struct_size = sizeof response,
            .status = status,
            .headers = { headers, choice >> 4 & 3, sizeof *headers, 0 },
            .body = { body, length } };
        HOLDS(entry->resume(call, &response, &step) == PATCHBAY_STATUS_OK);
        free(body);
    }
    entry->end(call);
    entry->close(instance);
    return judge.sum;
}

static void one_input(const uint8_t *bytes, size_t count)
{
    if (count < 2) return;
    const struct input input = { bytes + 2, count - 2 };
    const patchbay_entry *entry = patchbay_connector_v1();
    uint32_t number = 1 + bytes[0] % 6;
    HOLDS(one_call(entry, input, number, bytes[1]) == one_call(entry, input, number, bytes[1]));
}
