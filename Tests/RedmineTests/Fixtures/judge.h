/* judge.h: holds what comes out of the connector against the rules of patchbay.h, and makes a number of it to compare.
 */
#ifndef REDMINE_JUDGE_H
#define REDMINE_JUDGE_H

#include <patchbay.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLDS(condition) \
    do { \
        if (!(condition)) { fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); abort(); } \
    } while (0)

struct judge {
    uint64_t sum;        /* of all bytes that came out (FNV-1a), for R8 */
    unsigned once_sent;  /* R10 */
    unsigned results[8]; /* calls by how they ended */
};

static void add(struct judge *judge, const void *bytes, size_t count)
{
    for (size_t index = 0; index < count; index++)
        judge->sum = (judge->sum ^ ((const unsigned char *)bytes)[index]) * UINT64_C(1099511628211);
}

/* R4: readable in full, UTF-8, and here also without zero bytes. */
static void judge_text(struct judge *judge, patchbay_string text)
{
    HOLDS(text.bytes != NULL || text.length == 0);
    add(judge, &text.length, sizeof text.length);
    for (uint64_t index = 0; index < text.length;) {
        unsigned char byte = (unsigned char)text.bytes[index];
        uint64_t more = byte < 0x80 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
        HOLDS(byte != 0 && (byte < 0x80 || byte >= 0xC2) && byte <= 0xF4 && text.length - index > more);
        for (uint64_t next = 1; next <= more; next++) HOLDS(((unsigned char)text.bytes[index + next] & 0xC0) == 0x80);
        index += more + 1;
    }
    add(judge, text.bytes, text.length);
}

static void judge_notices(struct judge *judge, patchbay_array notices)
{
    const patchbay_notice *notice = notices.elements;
    for (uint64_t index = 0; index < notices.count; index++) {
        HOLDS(notice[index].struct_size == sizeof *notice && notices.stride == sizeof *notice);
        judge_text(judge, notice[index].code);
        judge_text(judge, notice[index].field);
        judge_text(judge, notice[index].text);
    }
}

static void judge_candidates(struct judge *judge, patchbay_array candidates)
{
    const patchbay_candidate *candidate = candidates.elements;
    HOLDS(candidates.count <= 20);
    for (uint64_t index = 0; index < candidates.count; index++) {
        HOLDS(candidate[index].struct_size == sizeof *candidate && candidates.stride == sizeof *candidate
            && candidate[index].edited <= 1);
        judge_text(judge, candidate[index].external_id);
        judge_text(judge, candidate[index].display_id);
        judge_text(judge, candidate[index].title);
        judge_text(judge, candidate[index].url);
    }
}

static void judge_request(struct judge *judge, const patchbay_request *request)
{
    HOLDS(request != NULL && request->struct_size == sizeof *request && request->effect >= 1 && request->effect <= 3);
    HOLDS(judge->once_sent == 0 || request->effect == PATCHBAY_EFFECT_NONE);
    judge->once_sent += request->effect == PATCHBAY_EFFECT_ONCE;
    HOLDS(request->path.length > 1 && request->path.bytes[0] == '/' && request->path.bytes[1] != '/');
    HOLDS(memchr(request->path.bytes, '?', request->path.length) == NULL);
    judge_text(judge, request->method);
    judge_text(judge, request->path);
    judge_text(judge, request->body);
    const patchbay_array lists[] = { request->query, request->headers };
    for (int list = 0; list < 2; list++) {
        const patchbay_pair *pair = lists[list].elements;
        for (uint64_t index = 0; index < lists[list].count; index++) {
            judge_text(judge, pair[index].name);
            judge_text(judge, pair[index].value);
        }
    }
}

static void judge_result(struct judge *judge, const patchbay_result *result, uint64_t tasks)
{
    HOLDS(result != NULL && result->struct_size == sizeof *result && result->call >= 1 && result->call <= 7);
    HOLDS(result->call != PATCHBAY_CALL_AUTH_FAILED || (result->auth_reason >= 1 && result->auth_reason <= 3));
    judge->results[result->call]++;
    add(judge, &result->call, sizeof result->call);
    judge_text(judge, result->code);
    judge_text(judge, result->field);
    judge_text(judge, result->message);
    judge_text(judge, result->vendor_request_id);
    const patchbay_task_outcome *outcome = result->outcomes.elements;
    HOLDS(result->call != PATCHBAY_CALL_COMPLETED || result->outcomes.count == tasks);
    for (uint64_t index = 0; index < result->outcomes.count; index++, outcome++) {
        HOLDS(outcome->struct_size == sizeof *outcome && outcome->task_index == index && outcome->kind >= 1
            && outcome->kind <= 8);
        HOLDS(outcome->kind != PATCHBAY_OUTCOME_CREATED || outcome->external_id.length > 0);
        HOLDS(outcome->kind != PATCHBAY_OUTCOME_FOUND || outcome->external_id.length > 0);
        HOLDS(outcome->kind == PATCHBAY_OUTCOME_NOT_FOUND || outcome->candidates.count == 0);
        HOLDS(outcome->used_window == 0 && outcome->marker_missing <= 1 && outcome->exhaustive <= 1);
        judge_candidates(judge, outcome->candidates);
        const patchbay_string texts[] = { outcome->external_id, outcome->display_id, outcome->url,
            outcome->vendor_request_id, outcome->code, outcome->field, outcome->message };
        add(judge, &outcome->kind, sizeof outcome->kind);
        for (size_t text = 0; text < sizeof texts / sizeof *texts; text++) judge_text(judge, texts[text]);
        judge_notices(judge, outcome->warnings);
        if (outcome->remote == NULL) continue;
        judge_text(judge, outcome->remote->title);
        judge_text(judge, outcome->remote->description);
        judge_text(judge, outcome->remote->due_date);
        judge_text(judge, outcome->remote->assignee);
    }
    const patchbay_discovered *found = result->discovered.elements;
    for (uint64_t index = 0; index < result->discovered.count; index++, found++) {
        judge_text(judge, found->kind);
        judge_text(judge, found->id);
        judge_text(judge, found->name);
        judge_text(judge, found->detail);
    }
    if (result->account == NULL) return;
    judge_text(judge, result->account->id);
    judge_text(judge, result->account->name);
    judge_text(judge, result->account->email);
    judge_text(judge, result->account->lookups_reason);
    HOLDS(result->account->lookups <= PATCHBAY_LOOKUPS_NEVER);
    HOLDS((result->account->lookups == PATCHBAY_LOOKUPS_NEVER) == (result->account->lookups_reason.length > 0));
    const patchbay_pair *fact = result->account->facts.elements;
    for (uint64_t index = 0; index < result->account->facts.count; index++, fact++) {
        judge_text(judge, fact->name);
        judge_text(judge, fact->value);
    }
    judge_notices(judge, result->account->problems);
}

/* Gives 1 when there is a request to answer. */
static int judge_step(struct judge *judge, const patchbay_step *step, uint64_t tasks)
{
    HOLDS(step != NULL && step->struct_size == sizeof *step
        && (step->kind == PATCHBAY_STEP_REQUEST || step->kind == PATCHBAY_STEP_DONE));
    judge_text(judge, step->diagnostic);
    if (step->kind == PATCHBAY_STEP_REQUEST) {
        judge_request(judge, step->request);
    } else {
        judge_result(judge, step->result, tasks);
    }
    return step->kind == PATCHBAY_STEP_REQUEST;
}

#endif
