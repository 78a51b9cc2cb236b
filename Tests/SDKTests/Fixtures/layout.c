/* Prints the layout of every struct of the interface: its size, and where each field stands. */
#include <stddef.h>
#include <stdio.h>

#include "patchbay.h"

#define SIZE(type) printf("%s %zu\n", #type, sizeof(type))
#define FIELD(type, field) printf("%s.%s %zu\n", #type, #field, offsetof(type, field))

static void print_string(void)
{
    SIZE(patchbay_string);
    FIELD(patchbay_string, bytes);
    FIELD(patchbay_string, length);
}

static void print_array(void)
{
    SIZE(patchbay_array);
    FIELD(patchbay_array, elements);
    FIELD(patchbay_array, count);
    FIELD(patchbay_array, stride);
    FIELD(patchbay_array, reserved);
}

static void print_setting(void)
{
    SIZE(patchbay_setting);
    FIELD(patchbay_setting, struct_size);
    FIELD(patchbay_setting, kind);
    FIELD(patchbay_setting, required);
    FIELD(patchbay_setting, reserved);
    FIELD(patchbay_setting, name);
    FIELD(patchbay_setting, default_value);
    FIELD(patchbay_setting, help);
}

static void print_oauth(void)
{
    SIZE(patchbay_oauth);
    FIELD(patchbay_oauth, struct_size);
    FIELD(patchbay_oauth, refresh_rotates);
    FIELD(patchbay_oauth, reuse_window_ms);
    FIELD(patchbay_oauth, refresh_idle_ms);
    FIELD(patchbay_oauth, token_request_json);
    FIELD(patchbay_oauth, reserved);
    FIELD(patchbay_oauth, authorize_url);
    FIELD(patchbay_oauth, token_url);
    FIELD(patchbay_oauth, revoke_url);
    FIELD(patchbay_oauth, scopes);
}

static void print_token_kind(void)
{
    SIZE(patchbay_token_kind);
    FIELD(patchbay_token_kind, struct_size);
    FIELD(patchbay_token_kind, scheme);
    FIELD(patchbay_token_kind, name);
    FIELD(patchbay_token_kind, user_setting);
    FIELD(patchbay_token_kind, header);
    FIELD(patchbay_token_kind, origin);
    FIELD(patchbay_token_kind, oauth);
}

static void print_operation_support(void)
{
    SIZE(patchbay_operation_support);
    FIELD(patchbay_operation_support, struct_size);
    FIELD(patchbay_operation_support, operation);
    FIELD(patchbay_operation_support, batch_max);
    FIELD(patchbay_operation_support, reserved);
}

static void print_budget(void)
{
    SIZE(patchbay_budget);
    FIELD(patchbay_budget, struct_size);
    FIELD(patchbay_budget, reserved);
    FIELD(patchbay_budget, scope);
    FIELD(patchbay_budget, limit);
    FIELD(patchbay_budget, window_ms);
}

static void print_descriptor(void)
{
    SIZE(patchbay_descriptor);
    FIELD(patchbay_descriptor, struct_size);
    FIELD(patchbay_descriptor, origin_kind);
    FIELD(patchbay_descriptor, id);
    FIELD(patchbay_descriptor, name);
    FIELD(patchbay_descriptor, version);
    FIELD(patchbay_descriptor, vendor);
    FIELD(patchbay_descriptor, origin);
    FIELD(patchbay_descriptor, integration_types);
    FIELD(patchbay_descriptor, operations);
    FIELD(patchbay_descriptor, settings);
    FIELD(patchbay_descriptor, token_kinds);
    FIELD(patchbay_descriptor, budgets);
    FIELD(patchbay_descriptor, requests_concurrent_max);
    FIELD(patchbay_descriptor, writes_concurrent_max);
    FIELD(patchbay_descriptor, create_repeatable);
    FIELD(patchbay_descriptor, throttles_by_status);
    FIELD(patchbay_descriptor, find_lag_ms);
}

static void print_pair(void)
{
    SIZE(patchbay_pair);
    FIELD(patchbay_pair, struct_size);
    FIELD(patchbay_pair, reserved);
    FIELD(patchbay_pair, name);
    FIELD(patchbay_pair, value);
}

static void print_setting_value(void)
{
    SIZE(patchbay_setting_value);
    FIELD(patchbay_setting_value, struct_size);
    FIELD(patchbay_setting_value, kind);
    FIELD(patchbay_setting_value, name);
    FIELD(patchbay_setting_value, text);
    FIELD(patchbay_setting_value, integer);
    FIELD(patchbay_setting_value, entries);
}

static void print_opening(void)
{
    SIZE(patchbay_opening);
    FIELD(patchbay_opening, struct_size);
    FIELD(patchbay_opening, partial);
    FIELD(patchbay_opening, settings);
    FIELD(patchbay_opening, token_kind);
    FIELD(patchbay_opening, facts);
}

static void print_failure(void)
{
    SIZE(patchbay_failure);
    FIELD(patchbay_failure, struct_size);
    FIELD(patchbay_failure, reserved);
    FIELD(patchbay_failure, field);
    FIELD(patchbay_failure, message);
}

static void print_task(void)
{
    SIZE(patchbay_task);
    FIELD(patchbay_task, struct_size);
    FIELD(patchbay_task, priority);
    FIELD(patchbay_task, status);
    FIELD(patchbay_task, changes);
    FIELD(patchbay_task, delivery_id);
    FIELD(patchbay_task, external_id);
    FIELD(patchbay_task, meeting_id);
    FIELD(patchbay_task, title);
    FIELD(patchbay_task, description);
    FIELD(patchbay_task, due_date);
    FIELD(patchbay_task, due_time);
    FIELD(patchbay_task, assignee);
    FIELD(patchbay_task, labels);
    FIELD(patchbay_task, attempted_unix_ms);
}

static void print_operation(void)
{
    SIZE(patchbay_operation);
    FIELD(patchbay_operation, struct_size);
    FIELD(patchbay_operation, number);
    FIELD(patchbay_operation, now_unix_ms);
    FIELD(patchbay_operation, tasks);
}

static void print_request(void)
{
    SIZE(patchbay_request);
    FIELD(patchbay_request, struct_size);
    FIELD(patchbay_request, effect);
    FIELD(patchbay_request, write_cost);
    FIELD(patchbay_request, reserved);
    FIELD(patchbay_request, method);
    FIELD(patchbay_request, path);
    FIELD(patchbay_request, query);
    FIELD(patchbay_request, headers);
    FIELD(patchbay_request, body);
}

static void print_response(void)
{
    SIZE(patchbay_response);
    FIELD(patchbay_response, struct_size);
    FIELD(patchbay_response, status);
    FIELD(patchbay_response, headers);
    FIELD(patchbay_response, body);
}

static void print_budget_fact(void)
{
    SIZE(patchbay_budget_fact);
    FIELD(patchbay_budget_fact, struct_size);
    FIELD(patchbay_budget_fact, reserved);
    FIELD(patchbay_budget_fact, scope);
    FIELD(patchbay_budget_fact, limit);
    FIELD(patchbay_budget_fact, remaining);
    FIELD(patchbay_budget_fact, resets_unix_ms);
}

static void print_notice(void)
{
    SIZE(patchbay_notice);
    FIELD(patchbay_notice, struct_size);
    FIELD(patchbay_notice, reserved);
    FIELD(patchbay_notice, code);
    FIELD(patchbay_notice, field);
    FIELD(patchbay_notice, text);
}

static void print_remote_task(void)
{
    SIZE(patchbay_remote_task);
    FIELD(patchbay_remote_task, struct_size);
    FIELD(patchbay_remote_task, priority);
    FIELD(patchbay_remote_task, status);
    FIELD(patchbay_remote_task, deleted);
    FIELD(patchbay_remote_task, title);
    FIELD(patchbay_remote_task, description);
    FIELD(patchbay_remote_task, due_date);
    FIELD(patchbay_remote_task, assignee);
    FIELD(patchbay_remote_task, assignee_id);
    FIELD(patchbay_remote_task, labels);
    FIELD(patchbay_remote_task, modified_unix_ms);
}

static void print_task_outcome(void)
{
    SIZE(patchbay_task_outcome);
    FIELD(patchbay_task_outcome, struct_size);
    FIELD(patchbay_task_outcome, kind);
    FIELD(patchbay_task_outcome, task_index);
    FIELD(patchbay_task_outcome, exhaustive);
    FIELD(patchbay_task_outcome, external_id);
    FIELD(patchbay_task_outcome, display_id);
    FIELD(patchbay_task_outcome, url);
    FIELD(patchbay_task_outcome, vendor_request_id);
    FIELD(patchbay_task_outcome, code);
    FIELD(patchbay_task_outcome, field);
    FIELD(patchbay_task_outcome, message);
    FIELD(patchbay_task_outcome, warnings);
    FIELD(patchbay_task_outcome, remote);
}

static void print_account(void)
{
    SIZE(patchbay_account);
    FIELD(patchbay_account, struct_size);
    FIELD(patchbay_account, reserved);
    FIELD(patchbay_account, id);
    FIELD(patchbay_account, name);
    FIELD(patchbay_account, email);
    FIELD(patchbay_account, place);
    FIELD(patchbay_account, expires_unix_ms);
    FIELD(patchbay_account, problems);
    FIELD(patchbay_account, facts);
}

static void print_discovered(void)
{
    SIZE(patchbay_discovered);
    FIELD(patchbay_discovered, struct_size);
    FIELD(patchbay_discovered, reserved);
    FIELD(patchbay_discovered, setting);
    FIELD(patchbay_discovered, kind);
    FIELD(patchbay_discovered, id);
    FIELD(patchbay_discovered, name);
    FIELD(patchbay_discovered, detail);
}

static void print_result(void)
{
    SIZE(patchbay_result);
    FIELD(patchbay_result, struct_size);
    FIELD(patchbay_result, call);
    FIELD(patchbay_result, auth_reason);
    FIELD(patchbay_result, reserved);
    FIELD(patchbay_result, retry_after_ms);
    FIELD(patchbay_result, retry_at_unix_ms);
    FIELD(patchbay_result, code);
    FIELD(patchbay_result, field);
    FIELD(patchbay_result, message);
    FIELD(patchbay_result, vendor_request_id);
    FIELD(patchbay_result, outcomes);
    FIELD(patchbay_result, discovered);
    FIELD(patchbay_result, account);
}

static void print_step(void)
{
    SIZE(patchbay_step);
    FIELD(patchbay_step, struct_size);
    FIELD(patchbay_step, kind);
    FIELD(patchbay_step, request);
    FIELD(patchbay_step, result);
    FIELD(patchbay_step, budget_facts);
    FIELD(patchbay_step, diagnostic);
}

static void print_entry(void)
{
    SIZE(patchbay_entry);
    FIELD(patchbay_entry, struct_size);
    FIELD(patchbay_entry, magic);
    FIELD(patchbay_entry, abi_major);
    FIELD(patchbay_entry, abi_minor);
    FIELD(patchbay_entry, describe);
    FIELD(patchbay_entry, open);
    FIELD(patchbay_entry, close);
    FIELD(patchbay_entry, begin);
    FIELD(patchbay_entry, resume);
    FIELD(patchbay_entry, end);
}

int main(void)
{
    print_string();
    print_array();
    print_setting();
    print_oauth();
    print_token_kind();
    print_operation_support();
    print_budget();
    print_descriptor();
    print_pair();
    print_setting_value();
    print_opening();
    print_failure();
    print_task();
    print_operation();
    print_request();
    print_response();
    print_budget_fact();
    print_notice();
    print_remote_task();
    print_task_outcome();
    print_account();
    print_discovered();
    print_result();
    print_step();
    print_entry();
    return 0;
}
