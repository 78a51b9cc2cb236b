/* encode_step.c: one step of a call: the request, the budget facts, the diagnostic. */
#include "encode.h"
#include "sizes.h"

void put_pair(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_pair pair;
    if (!take_struct(writer, where, element, stride, &pair, sizeof pair, V1_PAIR)) return;
    put_string(writer, where, pair.name);
    put_string(writer, where, pair.value);
}

static void put_budget_fact(struct writer *writer, const char *where, const void *element, size_t stride)
{
    patchbay_budget_fact fact;
    if (!take_struct(writer, where, element, stride, &fact, sizeof fact, V1_BUDGET_FACT)) return;
    put_string(writer, where, fact.scope);
    put_i64(writer, fact.limit);
    put_i64(writer, fact.remaining);
    put_i64(writer, fact.resets_unix_ms);
}

static void encode_request(struct writer *writer, const patchbay_request *source)
{
    patchbay_request request;
    if (!take_struct(writer, "step.request", source, SIZE_MAX, &request, sizeof request, V1_REQUEST)) return;
    put_u32(writer, request.effect);
    put_u32(writer, request.write_cost);
    put_string(writer, "step.request.method", request.method);
    put_string(writer, "step.request.path", request.path);
    put_first(writer, "step.request.query", &request.query, V1_PAIR, BEYOND(QUERY_FIELDS_MAX), put_pair);
    put_first(writer, "step.request.headers", &request.headers, V1_PAIR, BEYOND(REQUEST_HEADERS_MAX), put_pair);
    put_string(writer, "step.request.body", request.body);
}

void encode_step(struct writer *writer, const patchbay_step *source, bool *done)
{
    patchbay_step step;
    *done = false;
    if (!take_struct(writer, "step", source, SIZE_MAX, &step, sizeof step, V1_STEP)) return;
    put_u32(writer, step.kind);
    switch (step.kind) {
    case PATCHBAY_STEP_REQUEST:
        encode_request(writer, step.request);
        break;
    case PATCHBAY_STEP_DONE:
        encode_result(writer, step.result);
        *done = true;
        break;
    default:
        writer_fault(writer, 11, "step.kind", "it is neither request nor done");
    }
    put_first(
        writer, "step.budget_facts", &step.budget_facts, V1_BUDGET_FACT, BUDGET_FACTS_MAX, put_budget_fact);
    put_told_words(writer, "step.diagnostic", step.diagnostic, DIAGNOSTIC_BYTES_MAX);
    put_u32(writer, writer->left_out);
    put_u32(writer, writer->cut);
}
