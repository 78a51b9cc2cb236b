/* A library that touches every struct of the interface, so that its debug information holds them all for abidiff. */
#include "patchbay.h"

const patchbay_entry *patchbay_connector_v1(void)
{
    return 0;
}

uint64_t probe_string(const patchbay_string *value);
uint64_t probe_string(const patchbay_string *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_array(const patchbay_array *value);
uint64_t probe_array(const patchbay_array *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_setting(const patchbay_setting *value);
uint64_t probe_setting(const patchbay_setting *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_oauth(const patchbay_oauth *value);
uint64_t probe_oauth(const patchbay_oauth *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_token_kind(const patchbay_token_kind *value);
uint64_t probe_token_kind(const patchbay_token_kind *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_operation_support(const patchbay_operation_support *value);
uint64_t probe_operation_support(const patchbay_operation_support *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_budget(const patchbay_budget *value);
uint64_t probe_budget(const patchbay_budget *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_descriptor(const patchbay_descriptor *value);
uint64_t probe_descriptor(const patchbay_descriptor *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_pair(const patchbay_pair *value);
uint64_t probe_pair(const patchbay_pair *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_setting_value(const patchbay_setting_value *value);
uint64_t probe_setting_value(const patchbay_setting_value *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_opening(const patchbay_opening *value);
uint64_t probe_opening(const patchbay_opening *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_failure(const patchbay_failure *value);
uint64_t probe_failure(const patchbay_failure *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_task(const patchbay_task *value);
uint64_t probe_task(const patchbay_task *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_operation(const patchbay_operation *value);
uint64_t probe_operation(const patchbay_operation *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_request(const patchbay_request *value);
uint64_t probe_request(const patchbay_request *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_response(const patchbay_response *value);
uint64_t probe_response(const patchbay_response *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_budget_fact(const patchbay_budget_fact *value);
uint64_t probe_budget_fact(const patchbay_budget_fact *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_notice(const patchbay_notice *value);
uint64_t probe_notice(const patchbay_notice *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_remote_task(const patchbay_remote_task *value);
uint64_t probe_remote_task(const patchbay_remote_task *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_task_outcome(const patchbay_task_outcome *value);
uint64_t probe_task_outcome(const patchbay_task_outcome *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_account(const patchbay_account *value);
uint64_t probe_account(const patchbay_account *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_discovered(const patchbay_discovered *value);
uint64_t probe_discovered(const patchbay_discovered *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_result(const patchbay_result *value);
uint64_t probe_result(const patchbay_result *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_step(const patchbay_step *value);
uint64_t probe_step(const patchbay_step *value)
{
    return value ? sizeof(*value) : 0;
}

uint64_t probe_entry(const patchbay_entry *value);
uint64_t probe_entry(const patchbay_entry *value)
{
    return value ? sizeof(*value) : 0;
}
