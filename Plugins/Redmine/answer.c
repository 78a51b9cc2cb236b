#include "answer.h"

#include <limits.h>
#include <string.h>

#include "text.h"

/* Values in one answer. A page of 100 issues has some 5,000; what has a hundred times as many would only fill the
 * memory. */
#define VALUES_MAX ((uint64_t)500000)
/* Bytes of the service's words that are worth keeping, and of one name. */
#define WORDS_BYTES_MAX ((uint64_t)1500)
#define LINE_BYTES_MAX ((uint64_t)512)

static char first_character(patchbay_string body)
{
    for (uint64_t index = 0; index < body.length; index++) {
        if (strchr(" \t\r\n", body.bytes[index]) == NULL) return body.bytes[index];
    }
    return '\0';
}

/* An upper bound, from the marks that begin or part values; those inside of strings are counted as well. */
static int has_too_many_values(patchbay_string body)
{
    uint64_t marks = 0;
    for (uint64_t index = 0; index < body.length; index++) {
        char byte = body.bytes[index];
        marks += byte == ',' || byte == '[' || byte == '{';
    }
    return marks > VALUES_MAX;
}

static json_object *parsed(patchbay_string body)
{
    if (body.bytes == NULL || body.length == 0 || body.length > INT_MAX || has_too_many_values(body)) return NULL;
    json_tokener *tokener = json_tokener_new();
    if (tokener == NULL) return NULL;
    json_object *made = json_tokener_parse_ex(tokener, body.bytes, (int)body.length);
    json_tokener_free(tokener); /* without an error: what is cut off is no value, and so null */
    if (made != NULL && !json_object_is_type(made, json_type_object)) {
        json_object_put(made);
        return NULL;
    }
    return made;
}

struct answer answer_read(struct memory *memory, const patchbay_response *response)
{
    struct answer answer = { .status = response->status, .response = response };
    patchbay_string body = response->body;
    if (body.bytes == NULL) body.length = 0;
    answer.is_page = first_character(body) == '<';
    if (!answer.is_page) answer.body = parsed(body);
    patchbay_string number = answer_header(&answer, "x-request-id");
    if (number.length <= LINE_BYTES_MAX) answer.request_id = text_line(memory, number);
    return answer;
}

void answer_free(struct answer *answer)
{
    json_object_put(answer->body); /* which takes null */
    answer->body = NULL;
}

int answer_succeeded(const struct answer *answer) { return answer->status >= 200 && answer->status < 300; }

bool answer_header_after(const struct answer *answer, const char *name, uint64_t *place, patchbay_string *value)
{
    const patchbay_array *headers = &answer->response->headers;
    const patchbay_string wanted = { name, strlen(name) };
    while (*place < headers->count) {
        const patchbay_pair *pair = element(headers, (*place)++, sizeof *pair);
        if (pair == NULL || !text_equal(pair->name, wanted)) continue;
        *value = pair->value;
        return true;
    }
    return false;
}

patchbay_string answer_header(const struct answer *answer, const char *name)
{
    patchbay_string value = { 0 };
    uint64_t place = 0;
    answer_header_after(answer, name, &place, &value);
    return value;
}

static json_object *member(json_object *object, const char *name, json_type type)
{
    json_object *found = NULL;
    if (!json_object_is_type(object, json_type_object)) return NULL;
    if (!json_object_object_get_ex(object, name, &found)) return NULL;
    return json_object_is_type(found, type) ? found : NULL;
}

json_object *member_object(json_object *object, const char *name) { return member(object, name, json_type_object); }

json_object *member_list(json_object *object, const char *name) { return member(object, name, json_type_array); }

static patchbay_string text_of(json_object *string)
{
    if (!json_object_is_type(string, json_type_string)) return (patchbay_string){ 0 };
    return (patchbay_string){ json_object_get_string(string), (uint64_t)json_object_get_string_len(string) };
}

patchbay_string member_text(json_object *object, const char *name)
{
    return text_of(member(object, name, json_type_string));
}

int64_t member_number(json_object *object, const char *name)
{
    json_object *number = member(object, name, json_type_int);
    int64_t value = number == NULL ? -1 : json_object_get_int64(number);
    return value < 0 || value == INT64_MAX ? -1 : value; /* json-c gives the largest for what is larger still */
}

int64_t member_id(json_object *object, const char *name)
{
    int64_t value = member_number(object, name);
    return value > 0 ? value : 0;
}

int member_flag(json_object *object, const char *name)
{
    json_object *flag = member(object, name, json_type_boolean);
    return flag != NULL && json_object_get_boolean(flag);
}

/* A bounded line. A character that the bound cuts in two becomes a replacement character. */
static patchbay_string line(struct memory *memory, patchbay_string text, uint64_t bytes)
{
    if (text.length > bytes) text.length = bytes;
    return text_line(memory, text);
}

patchbay_string member_line(struct memory *memory, json_object *object, const char *name)
{
    return line(memory, member_text(object, name), LINE_BYTES_MAX);
}

patchbay_string answer_words(struct memory *memory, const struct answer *answer)
{
    json_object *errors = member_list(answer->body, "errors");
    patchbay_string words = { 0 };
    for (size_t index = 0; errors != NULL && index < json_object_array_length(errors); index++) {
        patchbay_string next = line(memory, text_of(json_object_array_get_idx(errors, index)), LINE_BYTES_MAX);
        if (text_is_empty(next)) continue;
        words = words.bytes == NULL ? next : text_print(memory, "%.*s; %.*s", SHOWN(words), SHOWN(next));
        if (words.length > WORDS_BYTES_MAX) break;
    }
    if (!text_is_empty(words)) return words;
    if (answer->is_page) {
        return text_print(memory,
            "a web page with status %u came instead of an answer of Redmine; is `host` its address?", answer->status);
    }
    patchbay_string body = line(memory, answer->response->body, 200);
    return text_print(
        memory, "Redmine answered with status %u%s%.*s", answer->status, body.length > 0 ? ": " : "", SHOWN(body));
}
