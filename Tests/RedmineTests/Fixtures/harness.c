/*
 * harness.c: drives the connector's sources, compiled with sanitizers, through recorded, damaged and hostile answers.
 *
 *     harness CALLS SEED [starve]
 *
 * Each call is made twice, and must come out the same (R8). With `starve`, allocations fail one after the other.
 */
#include <stddef.h>

#include "answers.h"
#include "judge.h"

#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define COUNT(list) (sizeof(list) / sizeof *(list))

static uint64_t dice;
static uint64_t roll(uint64_t sides) /* SplitMix64: the same for the same seed */
{
    uint64_t mixed = dice += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (mixed ^ (mixed >> 31)) % sides;
}

/* The allocator fails after so many allocations; -1 = never. The linker brings the connector's calls here. */
static int64_t allocations_left = -1;
static int starved(void) { return allocations_left == 0 || (allocations_left > 0 && --allocations_left == 0); }
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes) { return starved() ? NULL : __real_malloc(bytes); }
void *__wrap_calloc(size_t count, size_t bytes) { return starved() ? NULL : __real_calloc(count, bytes); }
void *__wrap_realloc(void *old, size_t bytes) { return starved() ? NULL : __real_realloc(old, bytes); }

static const patchbay_string STRINGS[] = { { NULL, 0 }, TEXT(""), TEXT("plain"),
    TEXT("a\r\nb\tc \xE2\x80\xA8 \xF0\x9F\x90\xA6"), TEXT("nul\0in it"), TEXT("\xff\xfe\xc3"),
    TEXT("\xed\xa0\x80\xf4\x90\x80\x80"), TEXT("\"quoted\" \\ </script>") };

static patchbay_string some_string(void) { return STRINGS[roll(COUNT(STRINGS))]; }

static patchbay_instance *opened(const patchbay_entry *entry)
{
    static const patchbay_pair priorities[] = { { sizeof *priorities, 0, TEXT("low"), TEXT("1") },
        { sizeof *priorities, 0, TEXT("high"), TEXT("3") } };
    static const patchbay_pair people[] = { { sizeof *people, 0, TEXT("Alice@example.com"), TEXT("5") } };
    static const patchbay_setting_value settings[] = {
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_URL,
            .name = TEXT("host"),
            .text = TEXT("http://127.0.0.1:1/redmine/") },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_STRING,
            .name = TEXT("projectId"),
            .text = TEXT("demo") },
        { .struct_size = sizeof *settings, .kind = PATCHBAY_SETTING_INTEGER, .name = TEXT("trackerId"), .integer = 2 },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_MAP,
            .name = TEXT("priorityMapping"),
            .entries = { priorities, COUNT(priorities), sizeof *priorities, 0 } },
        { .struct_size = sizeof *settings,
            .kind = PATCHBAY_SETTING_MAP,
            .name = TEXT("assigneeMapping"),
            .entries = { people, 1, sizeof *people, 0 } },
    };
    static const patchbay_pair facts[] = { { sizeof *facts, 0, TEXT("account"), TEXT("5") } };
    const patchbay_opening opening = { .struct_size = sizeof opening,
        .facts = { facts, 1, sizeof *facts, 0 },
        .settings = { settings, COUNT(settings), sizeof *settings, 0 } };
    patchbay_failure failure = { .struct_size = sizeof failure };
    patchbay_instance *instance = NULL;
    int32_t status = entry->open(&opening, &instance, &failure);
    HOLDS(status == PATCHBAY_STATUS_OK
        || (status == PATCHBAY_STATUS_OUT_OF_MEMORY && instance == NULL && allocations_left == 0));
    return instance;
}

static int asks_for(const patchbay_request *request, const char *name, const char *value)
{
    const patchbay_pair *pair = request->query.elements;
    for (uint64_t index = 0; index < request->query.count; index++) {
        if (pair[index].name.length != strlen(name) || memcmp(pair[index].name.bytes, name, strlen(name)) != 0)
            continue;
        return pair[index].value.length == strlen(value) && memcmp(pair[index].value.bytes, value, strlen(value)) == 0;
    }
    return 0;
}

/* A recorded answer, perhaps damaged, in memory of exactly its size, so that a byte too far is seen. */
static char *answer_body(const patchbay_request *request, unsigned *status, size_t *length, uint64_t damage)
{
    const char *body = CREATED;
    *status = 201;
    if (request->method.bytes[0] == 'P' && request->method.bytes[1] == 'U') {
        body = "";
        *status = 204;
    }
    for (size_t index = 0; request->method.bytes[0] == 'G' && index < COUNT(RECORDED); index++) {
        size_t known = strlen(RECORDED[index].path);
        if (request->path.length < known || memcmp(request->path.bytes, RECORDED[index].path, known) != 0) continue;
        body = RECORDED[index].body;
        *status = RECORDED[index].status;
        break;
    }
    if (asks_for(request, "sort", "id:desc") && asks_for(request, "limit", "50")) body = RECENT;
    if (asks_for(request, "description", "~patchbay:" ANOTHER_DELIVERY)) body = NONE;
    if (damage == 1) body = STRANGE[roll(COUNT(STRANGE))];
    if (damage >= 1 && roll(2) == 0) *status = STATUS_CODES[roll(COUNT(STATUS_CODES))];
    *length = strlen(body);
    if (damage == 2) *length = roll(*length + 1);
    char *copy = __real_malloc(*length + (*length == 0));
    memcpy(copy, body, *length);
    for (uint64_t flips = damage == 3 ? 1 + roll(20) : 0; flips > 0 && *length > 0; flips--)
        copy[roll(*length)] = (char)roll(256);
    return copy;
}

/* Up to three tasks for what takes many; some are witnesses, some know of their attempt, some are as in 1.0. */
static uint64_t more_tasks(patchbay_task *tasks, patchbay_attempt *attempt, uint32_t operation)
{
    uint64_t count = operation < PATCHBAY_OPERATION_FIND ? 1 : 1 + roll(3);
    for (uint64_t index = 1; index < count; index++) {
        tasks[index] = tasks[0];
        tasks[index].delivery_id = (patchbay_string)TEXT(ANOTHER_DELIVERY);
        tasks[index].title = (patchbay_string)TEXT("plain");
        tasks[index].is_witness = (uint32_t)roll(2);
    }
    for (uint64_t index = 0; index < count; index++) {
        tasks[index].attempted_unix_ms = roll(4) ? INT64_C(1795000000000) : 0;
        if (operation == PATCHBAY_OPERATION_FIND && roll(2)) tasks[index].attempt = attempt;
        if (roll(4) == 0) tasks[index].struct_size = offsetof(patchbay_task, is_witness);
    }
    attempt->started_unix_ms = INT64_C(1795000000000);
    attempt->account = some_string();
    return count;
}

static const patchbay_pair HEADERS[] = { { sizeof *HEADERS, 0, TEXT("x-request-id"), TEXT("r\xff-1") },
    { sizeof *HEADERS, 0, TEXT("location"), TEXT("http://127.0.0.1:1/issues/31") },
    { sizeof *HEADERS, 0, TEXT("retry-after"), TEXT("7") } };

/* Makes one call with everything left to the dice. */
static void one_call(const patchbay_entry *entry, patchbay_instance *instance, struct judge *judge)
{
    patchbay_task tasks[3],
        task = { .struct_size = sizeof task,
            .priority = (uint32_t)roll(5),
            .status = 1 + (uint32_t)roll(2),
            .changes = (uint32_t)roll(128),
            .delivery_id = TEXT(DELIVERY),
            .external_id = TEXT("7"),
            .title = some_string(),
            .description = some_string(),
            .due_date = TEXT("2026-01-01"),
            .assignee = roll(2) ? (patchbay_string)TEXT("alice@EXAMPLE.com") : some_string(),
            .labels = { NULL, roll(2), 16, 0 } };
    if (roll(8) == 0) task.due_date = some_string();
    if (roll(16) == 0) task.delivery_id = some_string();
    if (roll(16) == 0) task.external_id = some_string();
    const patchbay_string label = TEXT("label");
    task.labels.elements = &label;
    patchbay_operation operation = {
        .struct_size = sizeof operation, .number = 1 + (uint32_t)roll(6), .now_unix_ms = INT64_C(1795000000000)
    };
    patchbay_attempt attempt = { .struct_size = sizeof attempt, .number = 1 };
    tasks[0] = task;
    uint64_t task_count = more_tasks(tasks, &attempt, operation.number);
    if (operation.number > PATCHBAY_OPERATION_DISCOVER)
        operation.tasks = (patchbay_array){ tasks, task_count, sizeof task, 0 };
    uint64_t end_early = roll(20) == 0 ? roll(3) : 999, damage_at = roll(16), always = roll(30) == 0;
    patchbay_call *call = NULL;
    const patchbay_step *step = NULL;
    int32_t status = entry->begin(instance, &operation, &call, &step);
    judge->once_sent = 0;
    for (uint64_t steps = 0;
         status == PATCHBAY_STATUS_OK && judge_step(judge, step, operation.tasks.count) && steps < end_early; steps++) {
        HOLDS(steps < 256);
        size_t length;
        unsigned code;
        char *body = answer_body(step->request, &code, &length, always || steps == damage_at ? 1 + roll(3) : 0);
        const patchbay_response response = { .struct_size = sizeof response,
            .status = code,
            .headers = { HEADERS, roll(4), sizeof *HEADERS, 0 },
            .body = { body, length } };
        status = entry->resume(call, &response, &step);
        free(body);
    }
    HOLDS(status == PATCHBAY_STATUS_OK || (status == PATCHBAY_STATUS_OUT_OF_MEMORY && allocations_left == 0));
    if (call != NULL) entry->end(call);
}

/* Twelve mebibytes of what costs the most memory for its bytes. */
static void swallow(const patchbay_entry *entry, patchbay_instance *instance, const char *piece)
{
    const size_t size = (size_t)12 << 20, unit = strlen(piece);
    char *body = malloc(size);
    memset(body, ' ', size);
    for (size_t at = 1; at + unit < size; at += unit) memcpy(body + at, piece, unit);
    body[0] = '[';
    body[size - 1] = ']';
    patchbay_operation operation = { .struct_size = sizeof operation, .number = PATCHBAY_OPERATION_CHECK };
    patchbay_call *call = NULL;
    const patchbay_step *step = NULL;
    HOLDS(entry->begin(instance, &operation, &call, &step) == PATCHBAY_STATUS_OK);
    const patchbay_response response = { .struct_size = sizeof response, .status = 200, .body = { body, size } };
    HOLDS(entry->resume(call, &response, &step) == PATCHBAY_STATUS_OK);
    HOLDS(step->kind == PATCHBAY_STEP_DONE && step->result->call == PATCHBAY_CALL_PROTOCOL_ERROR);
    entry->end(call);
    free(body);
}

int main(int count, char **words)
{
    const uint64_t calls = count > 1 ? strtoull(words[1], NULL, 10) : 1000,
                   seed = count > 2 ? strtoull(words[2], NULL, 10) : 1;
    const int starves = count > 3;
    const patchbay_entry *entry = patchbay_connector_v1();
    struct judge total = { 0 };
    patchbay_instance *instance = opened(entry), *beside = opened(entry);
    for (uint64_t number = 0; number < calls; number++) {
        struct judge first = { .sum = 1 }, second = { .sum = 1 };
        dice = seed * 1000003 + number;
        if (starves) allocations_left = 1 + (int64_t)(number % 97);
        one_call(entry, instance, &first);
        dice = seed * 1000003 + number;
        if (starves) allocations_left = 1 + (int64_t)(number % 97);
        one_call(entry, beside, &second);
        allocations_left = -1;
        HOLDS(first.sum == second.sum);
        for (size_t kind = 0; kind < COUNT(first.results); kind++) total.results[kind] += first.results[kind];
    }
    static const char *const heavy[] = { "0,", "[],", "{},", "\"\",", "[[", "                    " };
    for (size_t piece = 0; piece < COUNT(heavy); piece++) swallow(entry, instance, heavy[piece]);
    entry->close(instance);
    entry->close(beside);
    printf("%llu calls; ended 1 to 7:", (unsigned long long)calls);
    for (size_t kind = 1; kind < COUNT(total.results); kind++) printf(" %u", total.results[kind]);
    printf("\n");
    return 0;
}
