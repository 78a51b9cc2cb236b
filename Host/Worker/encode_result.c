/* encode_result.c: how a call ended: outcomes, discovered ids, the account. */
#include "encode.h"
#include "sizes.h"

static void put_notice(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_notice notice;
    if (!take_struct(writer, where, element, stride, &notice, sizeof notice, V1_NOTICE)) return;
    put_words(writer, where, notice.code, NAME_BYTES_MAX);
    put_words(writer, where, notice.field, NAME_BYTES_MAX);
    put_told_words(writer, where, notice.text, MESSAGE_BYTES_MAX);
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
    put_first(writer, "outcome.remote.labels", &remote.labels, sizeof(patchbay_string), REMOTE_LABELS_MAX,
        put_string_element);
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
    put_words(writer, "outcome.display_id", outcome.display_id, NAME_BYTES_MAX);
    put_string(writer, "outcome.url", outcome.url);
    put_words(writer, "outcome.vendor_request_id", outcome.vendor_request_id, NAME_BYTES_MAX);
    put_words(writer, "outcome.code", outcome.code, NAME_BYTES_MAX);
    put_words(writer, "outcome.field", outcome.field, NAME_BYTES_MAX);
    put_words(writer, "outcome.message", outcome.message, MESSAGE_BYTES_MAX);
    put_first(writer, "outcome.warnings", &outcome.warnings, V1_NOTICE, WARNINGS_MAX, put_notice);
    put_u32(writer, outcome.used_window);
    put_u32(writer, outcome.marker_missing);
    put_first(writer, "outcome.candidates", &outcome.candidates, V1_CANDIDATE, CANDIDATES_MAX, put_candidate);
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
    put_words(writer, "result.account.name", account.name, NAME_BYTES_MAX);
    put_words(writer, "result.account.email", account.email, NAME_BYTES_MAX);
    put_words(writer, "result.account.place", account.place, NAME_BYTES_MAX);
    put_i64(writer, account.expires_unix_ms);
    put_first(writer, "result.account.problems", &account.problems, V1_NOTICE, WARNINGS_MAX, put_notice);
    put_first(writer, "result.account.facts", &account.facts, V1_PAIR, BEYOND(FACTS_MAX), put_pair);
    put_u32(writer, account.lookups);
    put_u32(writer, account.is_untold);
    put_words(writer, "result.account.lookups_reason", account.lookups_reason, MESSAGE_BYTES_MAX);
}

void encode_result(struct writer *writer, const patchbay_result *source)
{
    patchbay_result result;
    if (!take_struct(writer, "step.result", source, SIZE_MAX, &result, sizeof result, V1_RESULT)) return;
    put_u32(writer, result.call);
    put_u32(writer, result.auth_reason);
    put_i64(writer, result.retry_after_ms);
    put_i64(writer, result.retry_at_unix_ms);
    put_words(writer, "step.result.code", result.code, NAME_BYTES_MAX);
    put_words(writer, "step.result.field", result.field, NAME_BYTES_MAX);
    put_words(writer, "step.result.message", result.message, MESSAGE_BYTES_MAX);
    put_words(writer, "step.result.vendor_request_id", result.vendor_request_id, NAME_BYTES_MAX);
    put_first(writer, "step.result.outcomes", &result.outcomes, V1_TASK_OUTCOME, BEYOND(BATCH_TASKS_MAX), put_outcome);
    put_first(
        writer, "step.result.discovered", &result.discovered, V1_DISCOVERED, DISCOVERED_MAX, put_discovered);
    encode_account(writer, result.account);
}
