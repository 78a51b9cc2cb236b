/* encode_result.c: how a call ended: outcomes, discovered ids, the account. */
#include "encode.h"
#include "sizes.h"

static void put_notice(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_notice notice;
    if (!take_struct(writer, where, element, stride, &notice, sizeof notice, V1_NOTICE)) return;
    put_string(writer, where, notice.code);
    put_string(writer, where, notice.field);
    put_string(writer, where, notice.text);
}

static void encode_remote(struct writer *writer, const patchbay_remote_task *source)
{
    patchbay_remote_task remote;
    put_u32(writer, source == NULL ? 0 : 1);
    if (source == NULL
        || !take_struct(writer, "outcome.remote", source, SIZE_MAX, &remote, sizeof remote, V1_REMOTE_TASK))
        return;
    put_u32(writer, remote.priority);
    put_u32(writer, remote.status);
    put_u32(writer, remote.deleted);
    put_string(writer, "outcome.remote.title", remote.title);
    put_string(writer, "outcome.remote.description", remote.description);
    put_string(writer, "outcome.remote.due_date", remote.due_date);
    put_string(writer, "outcome.remote.assignee", remote.assignee);
    put_string(writer, "outcome.remote.assignee_id", remote.assignee_id);
    put_array(writer, "outcome.remote.labels", &remote.labels, sizeof(patchbay_string), put_string_element);
    put_i64(writer, remote.modified_unix_ms);
}

static void put_candidate(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_candidate candidate;
    if (!take_struct(writer, where, element, stride, &candidate, sizeof candidate, V1_CANDIDATE)) return;
    put_u32(writer, candidate.edited);
    put_string(writer, "outcome.candidates.external_id", candidate.external_id);
    put_string(writer, "outcome.candidates.display_id", candidate.display_id);
    put_string(writer, "outcome.candidates.title", candidate.title);
    put_string(writer, "outcome.candidates.url", candidate.url);
}

static void put_outcome(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_task_outcome outcome;
    if (!take_struct(writer, where, element, stride, &outcome, sizeof outcome, V1_TASK_OUTCOME)) return;
    put_u32(writer, outcome.kind);
    put_u32(writer, outcome.task_index);
    put_u32(writer, outcome.exhaustive);
    put_string(writer, "outcome.external_id", outcome.external_id);
    put_string(writer, "outcome.display_id", outcome.display_id);
    put_string(writer, "outcome.url", outcome.url);
    put_string(writer, "outcome.vendor_request_id", outcome.vendor_request_id);
    put_string(writer, "outcome.code", outcome.code);
    put_string(writer, "outcome.field", outcome.field);
    put_string(writer, "outcome.message", outcome.message);
    put_array(writer, "outcome.warnings", &outcome.warnings, V1_NOTICE, put_notice);
    put_u32(writer, outcome.used_window);
    put_u32(writer, outcome.marker_missing);
    put_array(writer, "outcome.candidates", &outcome.candidates, V1_CANDIDATE, put_candidate);
    encode_remote(writer, outcome.remote);
}

static void put_discovered(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_discovered found;
    if (!take_struct(writer, where, element, stride, &found, sizeof found, V1_DISCOVERED)) return;
    put_string(writer, "discovered.setting", found.setting);
    put_string(writer, "discovered.kind", found.kind);
    put_string(writer, "discovered.id", found.id);
    put_string(writer, "discovered.name", found.name);
    put_string(writer, "discovered.detail", found.detail);
}

static void encode_account(struct writer *writer, const patchbay_account *source)
{
    patchbay_account account;
    put_u32(writer, source == NULL ? 0 : 1);
    if (source == NULL
        || !take_struct(writer, "result.account", source, SIZE_MAX, &account, sizeof account, V1_ACCOUNT))
        return;
    put_string(writer, "result.account.id", account.id);
    put_string(writer, "result.account.name", account.name);
    put_string(writer, "result.account.email", account.email);
    put_string(writer, "result.account.place", account.place);
    put_i64(writer, account.expires_unix_ms);
    put_array(writer, "result.account.problems", &account.problems, V1_NOTICE, put_notice);
    put_array(writer, "result.account.facts", &account.facts, V1_PAIR, put_pair);
    put_u32(writer, account.lookups);
    put_u32(writer, account.is_untold);
    put_string(writer, "result.account.lookups_reason", account.lookups_reason);
}

void encode_result(struct writer *writer, const patchbay_result *source)
{
    patchbay_result result;
    if (!take_struct(writer, "step.result", source, SIZE_MAX, &result, sizeof result, V1_RESULT)) return;
    put_u32(writer, result.call);
    put_u32(writer, result.auth_reason);
    put_i64(writer, result.retry_after_ms);
    put_i64(writer, result.retry_at_unix_ms);
    put_string(writer, "step.result.code", result.code);
    put_string(writer, "step.result.field", result.field);
    put_string(writer, "step.result.message", result.message);
    put_string(writer, "step.result.vendor_request_id", result.vendor_request_id);
    put_array(writer, "step.result.outcomes", &result.outcomes, V1_TASK_OUTCOME, put_outcome);
    put_array(writer, "step.result.discovered", &result.discovered, V1_DISCOVERED, put_discovered);
    encode_account(writer, result.account);
}
