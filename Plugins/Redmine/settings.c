#include <string.h>

#include "operations.h"

static const char *const PRIORITY_WORDS[] = { "none", "low", "medium", "high", "urgent" };

static int is_named(const patchbay_setting_value *setting, const char *name)
{
    return text_equal(setting->name, (patchbay_string){ name, strlen(name) });
}

static int64_t number(patchbay_string digits)
{
    int64_t value = 0;
    if (!text_is_number(digits)) return 0;
    for (uint64_t index = 0; index < digits.length; index++) value = value * 10 + (digits.bytes[index] - '0');
    return value;
}

/* Gives 0 when an id is not a number. */
static int read_map(patchbay_instance *instance, const patchbay_setting_value *setting, struct id_map *map)
{
    const patchbay_array *entries = &setting->entries;
    map->names = memory_take_many(&instance->memory, entries->count, sizeof *map->names);
    map->ids = memory_take_many(&instance->memory, entries->count, sizeof *map->ids);
    if (map->names == NULL || map->ids == NULL) return 1;
    for (uint64_t index = 0; index < entries->count; index++) {
        const patchbay_pair *entry = element(entries, index, sizeof *entry);
        if (entry == NULL) return 0;
        map->names[index] = text_copy(&instance->memory, entry->name);
        map->ids[index] = number(entry->value);
        if (map->ids[index] == 0) return 0;
    }
    map->count = entries->count;
    return 1;
}

static int knows_priorities(const struct id_map *map)
{
    const size_t words = sizeof PRIORITY_WORDS / sizeof *PRIORITY_WORDS;
    for (uint64_t index = 0; index < map->count; index++) {
        size_t word = 0;
        while (word < words
            && !text_equal(map->names[index], (patchbay_string){ PRIORITY_WORDS[word], strlen(PRIORITY_WORDS[word]) }))
            word++;
        if (word == words) return 0;
    }
    return 1;
}

static int32_t wrong(patchbay_failure *failure, patchbay_string field, patchbay_string message)
{
    failure->field = field;
    failure->message = message;
    return PATCHBAY_STATUS_INVALID_SETTINGS;
}

/* Whose key it is: the host says so, or, if it is of 1.0, what the last check told it to keep. */
static int64_t known_account(const patchbay_opening *opening)
{
    int64_t account = number(opening->account);
    for (uint64_t index = 0; account == 0 && index < opening->facts.count; index++) {
        const patchbay_pair *fact = element(&opening->facts, index, sizeof *fact);
        if (fact != NULL && text_equal(fact->name, LITERAL(FACT_ACCOUNT))) account = number(fact->value);
    }
    return account;
}

/* Discover is to help a person who has the settings wrong or not at all, so there nothing is refused. */
int32_t settings_read(patchbay_instance *instance, const patchbay_opening *opening, patchbay_failure *failure)
{
    const patchbay_array *settings = &opening->settings;
    for (uint64_t index = 0; index < settings->count; index++) {
        const patchbay_setting_value *setting = element(settings, index, sizeof *setting);
        if (setting == NULL || setting->struct_size < sizeof *setting) return PATCHBAY_STATUS_INVALID_ARGUMENT;
        if (is_named(setting, "host")) {
            instance->host = text_copy(&instance->memory, setting->text);
        } else if (is_named(setting, "projectId")) {
            instance->project_id = text_copy(&instance->memory, setting->text);
        } else if (is_named(setting, "trackerId")) {
            instance->tracker_id = setting->integer;
        } else if (is_named(setting, "priorityMapping")) {
            if (!read_map(instance, setting, &instance->priorities) && !opening->partial) {
                return wrong(failure, LITERAL("priorityMapping"),
                    LITERAL("each priority must be mapped to the number of one of Redmine's"));
            }
        } else if (is_named(setting, "assigneeMapping")) {
            if (!read_map(instance, setting, &instance->assignees) && !opening->partial) {
                return wrong(failure, LITERAL("assigneeMapping"),
                    LITERAL("each e-mail address must be mapped to the number of a user"));
            }
        }
    }
    instance->account_id = known_account(opening);
    while (instance->host.length > 0 && instance->host.bytes[instance->host.length - 1] == '/') instance->host.length--;
    if (instance->memory.failed) return PATCHBAY_STATUS_OUT_OF_MEMORY;
    if (opening->partial) return PATCHBAY_STATUS_OK;
    if (instance->tracker_id < 0)
        return wrong(failure, LITERAL("trackerId"), LITERAL("a tracker's number is 1 or more"));
    if (text_is_empty(instance->project_id))
        return wrong(failure, LITERAL("projectId"), LITERAL("the project is missing"));
    if (!knows_priorities(&instance->priorities)) {
        return wrong(
            failure, LITERAL("priorityMapping"), LITERAL("the priorities are none, low, medium, high and urgent"));
    }
    return PATCHBAY_STATUS_OK;
}
