/* encode_descriptor.c: what the connector says it is. The host judges it; here only its form is checked. */
#include "encode.h"
#include "sizes.h"

static void put_operation(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_operation_support support;
    if (!take_struct(writer, where, element, stride, &support, sizeof support, V1_OPERATION_SUPPORT)) return;
    put_u32(writer, support.operation);
    put_u32(writer, support.batch_max);
}

static void put_setting(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_setting setting;
    if (!take_struct(writer, where, element, stride, &setting, sizeof setting, V1_SETTING)) return;
    put_u32(writer, setting.kind);
    put_u32(writer, setting.required);
    put_string(writer, "descriptor.settings.name", setting.name);
    put_string(writer, "descriptor.settings.default_value", setting.default_value);
    put_string(writer, "descriptor.settings.help", setting.help);
    put_u32(writer, setting.is_target);
}

static void encode_oauth(struct writer *writer, const patchbay_oauth *source)
{
    patchbay_oauth oauth;
    put_u32(writer, source == NULL ? 0 : 1);
    if (source == NULL
        || !take_struct(writer, "descriptor.token_kinds.oauth", source, SIZE_MAX, &oauth, sizeof oauth, V1_OAUTH))
        return;
    put_u32(writer, oauth.refresh_rotates);
    put_i64(writer, oauth.reuse_window_ms);
    put_i64(writer, oauth.refresh_idle_ms);
    put_u32(writer, oauth.token_request_json);
    put_string(writer, "descriptor.token_kinds.oauth.authorize_url", oauth.authorize_url);
    put_string(writer, "descriptor.token_kinds.oauth.token_url", oauth.token_url);
    put_string(writer, "descriptor.token_kinds.oauth.revoke_url", oauth.revoke_url);
    put_string(writer, "descriptor.token_kinds.oauth.scopes", oauth.scopes);
}

static void put_token_kind(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_token_kind kind;
    if (!take_struct(writer, where, element, stride, &kind, sizeof kind, V1_TOKEN_KIND)) return;
    put_u32(writer, kind.scheme);
    put_string(writer, "descriptor.token_kinds.name", kind.name);
    put_string(writer, "descriptor.token_kinds.user_setting", kind.user_setting);
    put_string(writer, "descriptor.token_kinds.header", kind.header);
    put_string(writer, "descriptor.token_kinds.origin", kind.origin);
    encode_oauth(writer, kind.oauth);
}

static void put_budget(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_budget budget;
    if (!take_struct(writer, where, element, stride, &budget, sizeof budget, V1_BUDGET)) return;
    put_string(writer, "descriptor.budgets.scope", budget.scope);
    put_i64(writer, budget.limit);
    put_i64(writer, budget.window_ms);
}

void encode_descriptor(struct writer *writer, const patchbay_descriptor *source)
{
    patchbay_descriptor descriptor;
    if (!take_struct(writer, "descriptor", source, SIZE_MAX, &descriptor, sizeof descriptor, V1_DESCRIPTOR)) return;
    put_u32(writer, descriptor.struct_size > V1_DESCRIPTOR ? 1 : 0); /* the minor that it was built with */
    put_u32(writer, descriptor.origin_kind);
    put_string(writer, "descriptor.id", descriptor.id);
    put_string(writer, "descriptor.name", descriptor.name);
    put_string(writer, "descriptor.version", descriptor.version);
    put_string(writer, "descriptor.vendor", descriptor.vendor);
    put_string(writer, "descriptor.origin", descriptor.origin);
    put_first(writer, "descriptor.integration_types", &descriptor.integration_types, sizeof(patchbay_string),
        BEYOND(DESCRIPTOR_ENTRIES_MAX), put_string_element);
    put_first(writer, "descriptor.operations", &descriptor.operations, V1_OPERATION_SUPPORT, DESCRIPTOR_ENTRIES_MAX,
        put_operation);
    put_first(writer, "descriptor.settings", &descriptor.settings, V1_SETTING, BEYOND(DESCRIPTOR_ENTRIES_MAX),
        put_setting);
    put_first(writer, "descriptor.token_kinds", &descriptor.token_kinds, V1_TOKEN_KIND,
        BEYOND(DESCRIPTOR_ENTRIES_MAX), put_token_kind);
    put_first(writer, "descriptor.budgets", &descriptor.budgets, V1_BUDGET, BUDGETS_MAX, put_budget);
    put_u32(writer, descriptor.requests_concurrent_max);
    put_u32(writer, descriptor.writes_concurrent_max);
    put_u32(writer, descriptor.create_repeatable);
    put_u32(writer, descriptor.throttles_by_status);
    put_i64(writer, descriptor.find_lag_ms);
    put_first(writer, "descriptor.reading_paths", &descriptor.reading_paths, sizeof(patchbay_string),
        DESCRIPTOR_ENTRIES_MAX, put_string_element);
    put_u32(writer, writer->left_out);
}
