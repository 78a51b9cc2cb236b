/*
 * stranger.h: compiled into echo.c, makes it speak just enough of one system to make a task there, one a call.
 */
struct stranger_words {
    patchbay_pair header, fields;
    char body[1024];
};

static patchbay_string words_of(const char *bytes) { return (patchbay_string){ bytes, strlen(bytes) }; }

/* Titles come from the test and need no escaping. */
static void speak(patchbay_request *request, struct stranger_words *words, const char *title)
{
    snprintf(words->body, sizeof words->body, "{\"data\":{\"name\":\"%s\",\"workspace\":\"1200000000000001\"}}", title);
    words->header = (patchbay_pair){
        .struct_size = sizeof words->header, .name = words_of("Content-Type"), .value = words_of("application/json")
    };
    words->fields = (patchbay_pair){
        .struct_size = sizeof words->fields, .name = words_of("opt_fields"), .value = words_of("gid")
    };
    request->path = words_of("/api/1.0/tasks");
    request->headers = (patchbay_array){ &words->header, 1, sizeof words->header, 0 };
    request->query = (patchbay_array){ &words->fields, 1, sizeof words->fields, 0 };
    request->body = words_of(words->body);
}

/* The id in an answer; empty when there is none. */
static patchbay_string hear(const patchbay_string *answer)
{
    static const char mark[] = "\"gid\":\"";
    const char *end = answer->bytes + answer->length;
    const char *start = answer->length == 0 ? NULL : memmem(answer->bytes, answer->length, mark, sizeof mark - 1);
    if (start == NULL) return (patchbay_string){ 0 };
    start += sizeof mark - 1;
    const char *stop = memchr(start, '"', (size_t)(end - start));
    return (patchbay_string){ start, stop == NULL ? 0 : (size_t)(stop - start) };
}
