/* A connector that works, until it dies in the function and at the call that its setting `trap` names.
 *
 * The setting decides, because a worker has no environment. The first opening of a process decides for all of them. */
#include "ctrap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS_MAX 64

static const patchbay_entry *real;
static patchbay_entry table;
static patchbay_descriptor described;
static patchbay_setting settings[SETTINGS_MAX];

static char trapped_function[16];
static long calls_left;

static patchbay_string text(const char *bytes)
{
    patchbay_string made = { bytes, strlen(bytes) };
    return made;
}

static void meet(const char *function)
{
    if (calls_left == 0 || strcmp(function, trapped_function) != 0 || --calls_left != 0) return;
    const char *words[] = { "trapped in ", function, "\n" };
    for (size_t i = 0; i < 3; i++) {
        if (write(STDERR_FILENO, words[i], strlen(words[i])) < 0) break;
    }
    __builtin_trap();
}

static void arm(const patchbay_opening *opening)
{
    static int armed;
    const char *at = opening->settings.elements;
    for (uint64_t i = 0; i < opening->settings.count && !armed; i++, at += opening->settings.stride) {
        const patchbay_setting_value *value = (const void *)at;
        char words[32] = { 0 };
        if (value->name.length != 4 || memcmp(value->name.bytes, "trap", 4) != 0) continue;
        if (value->text.length == 0 || value->text.length >= sizeof words) continue;
        memcpy(words, value->text.bytes, value->text.length);
        char *colon = strchr(words, ':');
        if (!colon || (size_t)(colon - words) >= sizeof trapped_function) continue;
        memcpy(trapped_function, words, (size_t)(colon - words));
        calls_left = strtol(colon + 1, NULL, 10);
    }
    armed = 1;
}

static const patchbay_descriptor *describe(void)
{
    const patchbay_descriptor *inner = real->describe();
    if (described.struct_size || !inner || inner->settings.count >= SETTINGS_MAX)
        return described.struct_size ? &described : inner;
    memcpy(&described, inner, inner->struct_size < sizeof described ? inner->struct_size : sizeof described);
    const char *at = inner->settings.elements;
    uint64_t count = inner->settings.count;
    for (uint64_t i = 0; i < count; i++, at += inner->settings.stride) memcpy(&settings[i], at, sizeof settings[i]);
    settings[count] = (patchbay_setting) {
        .struct_size = sizeof settings[count], .kind = PATCHBAY_SETTING_STRING, .name = text("trap"),
        .help = text("Where to die, such as begin:3."),
    };
    described.settings = (patchbay_array) { .elements = settings, .count = count + 1, .stride = sizeof settings[0] };
    return &described;
}

static int32_t open_instance(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    arm(opening);
    meet("open");
    return real->open(opening, instance, failure);
}

static void close_instance(patchbay_instance *instance)
{
    meet("close");
    real->close(instance);
}

static int32_t begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    meet("begin");
    return real->begin(instance, operation, call, step);
}

static int32_t resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    meet("resume");
    return real->resume(call, response, step);
}

static void end(patchbay_call *call)
{
    meet("end");
    real->end(call);
}

const patchbay_entry *patchbay_trap(const patchbay_entry *inner)
{
    real = inner;
    table = *inner;
    table.describe = describe;
    table.open = open_instance;
    table.close = close_instance;
    table.begin = begin;
    table.resume = resume;
    table.end = end;
    return &table;
}
