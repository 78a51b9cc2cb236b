#include "call.h"

#include <string.h>

/* Pages of one list, so that a call stays within the steps that it has (R12). */
#define PAGES_MAX 60
/* Requests of one call after which no further page is read. */
#define ASKED_MAX 130

static patchbay_pair pair(const char *name, patchbay_string value)
{
    return (patchbay_pair){ .struct_size = sizeof(patchbay_pair), .name = { name, strlen(name) }, .value = value };
}

void ask(patchbay_call *call, uint32_t effect, const char *method, patchbay_string path, continuation next)
{
    call->headers[0] = pair("Accept", LITERAL("application/json"));
    call->request = (patchbay_request){ .struct_size = sizeof call->request,
        .effect = effect,
        .method = { method, strlen(method) },
        .path = path,
        .query = { call->query, 0, sizeof *call->query, 0 },
        .headers = { call->headers, 1, sizeof *call->headers, 0 } };
    call->step = (patchbay_step){ .struct_size = sizeof call->step,
        .kind = PATCHBAY_STEP_REQUEST,
        .request = &call->request,
        .diagnostic = call->diagnostic };
    call->diagnostic = (patchbay_string){ 0 };
    call->next = next;
    call->asked++;
}

void ask_with(patchbay_call *call, const char *name, patchbay_string value)
{
    if (call->request.query.count == QUERY_MAX) return;
    call->query[call->request.query.count++] = pair(name, value);
}

void ask_body(patchbay_call *call, json_object *body)
{
    size_t length = 0;
    const int form = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
    const char *bytes = body == NULL ? NULL : json_object_to_json_string_length(body, form, &length);
    if (bytes == NULL) call->memory.failed = 1;
    call->request.body = text_copy(&call->memory, (patchbay_string){ bytes, length });
    call->headers[1] = pair("Content-Type", LITERAL("application/json"));
    call->request.headers.count = 2;
    json_object_put(body);
}

void ask_page(patchbay_call *call, patchbay_string path, uint32_t rows, continuation next)
{
    ask(call, PATCHBAY_EFFECT_NONE, "GET", path, next);
    ask_with(call, "limit", text_print(&call->memory, "%u", rows));
    ask_with(call, "offset", text_print(&call->memory, "%llu", (unsigned long long)call->seen));
}

int page_read(patchbay_call *call, const struct answer *answer, uint64_t rows, uint64_t rows_max)
{
    int64_t total = member_number(answer->body, "total_count");
    if (call->page == 0) call->total_first = total;
    if (total < call->total_first)
        call->is_incomplete = 1; /* entries went away and others moved up, past what was asked for */
    call->page++;
    call->seen += rows;
    int is_last = rows == 0 || (total < 0 ? rows < rows_max : call->seen >= (uint64_t)total);
    if (is_last || (call->page < PAGES_MAX && call->asked < ASKED_MAX)) return !is_last;
    call->diagnostic = LITERAL("There are more entries than are read; later ones are not known.");
    call->is_incomplete = 1;
    return 0;
}

static void finish_as(patchbay_call *call, uint32_t ending)
{
    call->result = (patchbay_result){ .struct_size = sizeof call->result, .call = ending, .retry_after_ms = -1 };
    call->step = (patchbay_step){ .struct_size = sizeof call->step, .kind = PATCHBAY_STEP_DONE, .result = &call->result,
        .diagnostic = call->diagnostic };
    call->next = NULL;
}

void finish(patchbay_call *call)
{
    finish_as(call, PATCHBAY_CALL_COMPLETED);
    if (call->operation == PATCHBAY_OPERATION_CHECK) {
        call->fact = pair(FACT_ACCOUNT, call->account.id);
        call->account.facts = (patchbay_array){ &call->fact, 1, sizeof call->fact, 0 };
        call->account.problems = (patchbay_array){ call->notices, call->notice_count, sizeof *call->notices, 0 };
        call->result.account = &call->account;
    } else if (call->notice_count > 0 && call->task_count > 0) { /* creates and updates have one task a call */
        call->outcomes[0].warnings = (patchbay_array){ call->notices, call->notice_count, sizeof *call->notices, 0 };
    }
    call->result.outcomes = (patchbay_array){ call->outcomes, call->task_count, sizeof *call->outcomes, 0 };
    call->result.discovered = (patchbay_array){ call->discovered, call->discovered_count, sizeof *call->discovered, 0 };
}

void finish_refused(patchbay_call *call, const char *code, const char *field, patchbay_string message)
{
    finish_as(call, PATCHBAY_CALL_REFUSED);
    call->result.code = (patchbay_string){ code, strlen(code) };
    if (field != NULL) call->result.field = (patchbay_string){ field, strlen(field) };
    call->result.message = message;
}

void finish_unclear(patchbay_call *call, patchbay_string message)
{
    finish_as(call, PATCHBAY_CALL_PROTOCOL_ERROR);
    call->result.message = message;
}

void finish_rejected(patchbay_call *call, patchbay_string message)
{
    finish_as(call, PATCHBAY_CALL_AUTH_FAILED);
    call->result.auth_reason = PATCHBAY_AUTH_REJECTED;
    call->result.message = message;
}

void finish_turned_off(patchbay_call *call)
{
    finish_as(call, PATCHBAY_CALL_AUTH_FAILED);
    call->result.auth_reason = PATCHBAY_AUTH_FORBIDDEN;
    call->result.code = LITERAL("rest_turned_off");
    call->result.message = LITERAL(
        "Redmine's REST interface is turned off, so that nothing can be made through it. An administrator turns it on: "
        "Administration, Settings, API, Enable REST web service. What waits is sent then.");
}

/* How long the answer asks to wait; of several headers (a proxy may add one) the longest counts. */
static void take_waits(patchbay_call *call, const struct answer *answer)
{
    patchbay_string retry;
    int64_t now = text_time(answer_header(answer, "date"));
    for (uint64_t place = 0; answer_header_after(answer, "retry-after", &place, &retry);) {
        int64_t wait = -1, then = 0;
        if (text_is_number(retry) && retry.length < 10) {
            int64_t seconds = 0;
            for (uint64_t index = 0; index < retry.length; index++) seconds = seconds * 10 + (retry.bytes[index] - '0');
            wait = seconds * 1000;
        } else {
            /* A time counts from the `Date` of the same answer; without one, the host holds it against its own clock.
             */
            then = text_time(retry);
            if (then > 0 && now > 0) wait = then > now ? then - now : 0;
        }
        if (wait > call->result.retry_after_ms) call->result.retry_after_ms = wait;
        if (now == 0 && then > call->result.retry_at_unix_ms) call->result.retry_at_unix_ms = then;
    }
}

void finish_failed(patchbay_call *call, const struct answer *answer)
{
    patchbay_string words = answer_words(&call->memory, answer);
    uint32_t status = answer->status, ending = PATCHBAY_CALL_PROTOCOL_ERROR, reason = 0;
    if (status == 401) {
        ending = PATCHBAY_CALL_AUTH_FAILED;
        reason = PATCHBAY_AUTH_REJECTED;
        words = text_print(&call->memory,
            "%.*s. The API key is wrong, or Redmine's REST interface is off (Administration, Settings, API).",
            SHOWN(words));
    } else if (status == 403 && !answer->is_page) {
        ending = PATCHBAY_CALL_AUTH_FAILED;
        reason = PATCHBAY_AUTH_FORBIDDEN;
        words = text_print(&call->memory,
            "%.*s. The user of this API key may not do that, the project is closed or archived, or Redmine's REST "
            "interface is off (Administration, Settings, API).",
            SHOWN(words));
    } else if (status == 429) {
        ending = PATCHBAY_CALL_THROTTLED;
    } else if (status == 408 || (status >= 500 && status < 600)) {
        ending = PATCHBAY_CALL_VENDOR_FAULT;
    } else if (status >= 400 && status < 500 && !answer->is_page) {
        ending = PATCHBAY_CALL_REFUSED;
    }
    finish_as(call, ending);
    call->result.auth_reason = reason;
    call->result.message = words;
    call->result.vendor_request_id = answer->request_id;
    call->result.code = text_print(&call->memory, "http_%u", status);
    take_waits(call, answer);
}

void notice(patchbay_call *call, const char *code, const char *field, patchbay_string text)
{
    if (call->notice_count == NOTICES_MAX) return;
    call->notices[call->notice_count++] = (patchbay_notice){ .struct_size = sizeof(patchbay_notice),
        .code = { code, strlen(code) },
        .field = { field, strlen(field) },
        .text = text };
}

void warn_task(patchbay_call *call, uint64_t task, const char *code, const char *field, patchbay_string text)
{
    patchbay_notice *made = memory_take(&call->memory, sizeof *made);
    if (made == NULL) return;
    *made = (patchbay_notice){
        .struct_size = sizeof *made, .code = { code, strlen(code) }, .field = { field, strlen(field) }, .text = text
    };
    call->outcomes[task].warnings = (patchbay_array){ made, 1, sizeof *made, 0 };
}
