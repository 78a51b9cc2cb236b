#include "operations.h"

#define LIST(elements) { elements, sizeof(elements) / sizeof *(elements), sizeof *(elements), 0 }
#define SUPPORT(number, batch) \
    { .struct_size = sizeof(patchbay_operation_support), .operation = number, .batch_max = batch }
#define SETTING(kind_, required_, is_target_, name_, help_) \
    { .struct_size = sizeof(patchbay_setting), \
        .kind = kind_, \
        .required = required_, \
        .is_target = is_target_, \
        .name = TEXT(name_), \
        .help = TEXT(help_) }

const patchbay_descriptor *describe(void)
{
    static const patchbay_string types[] = { TEXT("redmine") };
    static const patchbay_operation_support operations[] = {
        SUPPORT(PATCHBAY_OPERATION_CHECK, 0),
        SUPPORT(PATCHBAY_OPERATION_DISCOVER, 0),
        SUPPORT(PATCHBAY_OPERATION_CREATE, CREATE_BATCH_MAX),
        SUPPORT(PATCHBAY_OPERATION_UPDATE, UPDATE_BATCH_MAX),
        SUPPORT(PATCHBAY_OPERATION_FIND, FIND_BATCH_MAX),
        SUPPORT(PATCHBAY_OPERATION_FETCH, FETCH_BATCH_MAX),
    };
    static const patchbay_setting settings[] = {
        SETTING(PATCHBAY_SETTING_URL, 1, 1, "host",
            "The address of Redmine, such as https://redmine.example.org or https://example.org/redmine."),
        SETTING(PATCHBAY_SETTING_STRING, 1, 1, "projectId",
            "The identifier (as in its address) or number of the project that gets the issues."),
        /* Not part of the target: whatever tracker an issue has, it is in the project's list. */
        SETTING(PATCHBAY_SETTING_INTEGER, 0, 0, "trackerId",
            "The number of the tracker of new issues; without it the project's first."),
        SETTING(PATCHBAY_SETTING_MAP, 0, 0, "priorityMapping",
            "Priorities (none, low, medium, high, urgent) to Redmine's priority numbers; what is not named gets "
            "Redmine's default."),
        SETTING(PATCHBAY_SETTING_MAP, 0, 0, "assigneeMapping",
            "E-mail addresses to Redmine user numbers; who is not named is left unassigned."),
    };
    static const patchbay_token_kind kinds[] = {
        { .struct_size = sizeof *kinds,
            .scheme = PATCHBAY_SCHEME_HEADER,
            .name = TEXT("api-key"),
            .header = TEXT("X-Redmine-API-Key") },
    };
    static const patchbay_descriptor descriptor = {
        .struct_size = sizeof descriptor,
        .origin_kind = PATCHBAY_ORIGIN_SETTING,
        .id = TEXT("org.patchbay.redmine"),
        .name = TEXT("Redmine"),
        .version = TEXT("1.1.0"),
        .vendor = TEXT("Patchbay"),
        .origin = TEXT("host"),
        .integration_types = LIST(types),
        .operations = LIST(operations),
        .settings = LIST(settings),
        .token_kinds = LIST(kinds),
        /* Redmine has no rate limit, and is often one small machine with a handful of processes that answer. */
        .requests_concurrent_max = 4,
        .writes_concurrent_max = 2,
        .throttles_by_status = 1,
    };
    return &descriptor;
}
