/* answers.h: what a real Redmine 5.0 answered, recorded; and what else may come in its place. */
#ifndef REDMINE_ANSWERS_H
#define REDMINE_ANSWERS_H

#define DELIVERY "11111111-1111-4111-8111-111111111111"
#define ISSUE \
    "{\"id\":7,\"project\":{\"id\":1,\"name\":\"Demo\"},\"tracker\":{\"id\":2,\"name\":\"Feature\"},\"status\":{\"id\":1,\"name\":\"New\"," \
    "\"is_closed\":false},\"priority\":{\"id\":2,\"name\":\"Normal\"},\"author\":{\"id\":5,\"name\":\"Alice Demo\"},\"assigned_to\":{\"id\":5," \
    "\"name\":\"Alice Demo\"},\"subject\":\"first \\ud83d\\udc26\",\"description\":\"hey\\r\\n\\r\\npatchbay:" DELIVERY "\"," \
    "\"start_date\":\"2026-11-23\",\"due_date\":null,\"done_ratio\":0,\"spent_hours\":0.0,\"created_on\":\"2026-11-23T19:18:42Z\"," \
    "\"updated_on\":\"2026-11-23T19:18:42Z\",\"closed_on\":null"
#define STATUSES "[{\"id\":1,\"name\":\"New\",\"is_closed\":false},{\"id\":5,\"name\":\"Closed\",\"is_closed\":true}]"

struct recorded {
    const char *path, *body;
    unsigned status;
};

/* By the beginning of a path; the first that fits. */
static const struct recorded RECORDED[] = {
    { "/users/current.json", "{\"user\":{\"id\":5,\"login\":\"alice\",\"admin\":false,\"firstname\":\"Alice\",\"lastname\":\"Demo\"}}", 200 },
    { "/users.json", "{\"users\":[{\"id\":1,\"firstname\":\"Redmine\",\"lastname\":\"Admin\",\"mail\":\"admin@example.net\"}],\"total_count\":1,"
                     "\"offset\":0,\"limit\":100}", 200 },
    { "/projects.json", "{\"projects\":[{\"id\":1,\"name\":\"Demo\",\"identifier\":\"demo\",\"status\":1}],\"total_count\":1,\"offset\":0}", 200 },
    { "/trackers.json", "{\"trackers\":[{\"id\":1,\"name\":\"Bug\",\"default_status\":{\"id\":1}}]}", 200 },
    { "/enumerations/", "{\"issue_priorities\":[{\"id\":1,\"name\":\"Low\",\"is_default\":false},{\"id\":2,\"name\":\"Normal\","
                        "\"is_default\":true}]}", 200 },
    { "/issue_statuses.json", "{\"issue_statuses\":" STATUSES "}", 200 },
    { "/projects/demo/memberships", "{\"memberships\":[{\"id\":1,\"user\":{\"id\":5,\"name\":\"Alice Demo\"}},{\"id\":2,\"group\":{\"id\":9}}],"
                                    "\"total_count\":2}", 200 },
    { "/projects/demo/issues", "{\"issues\":[" ISSUE "}],\"total_count\":1,\"offset\":0,\"limit\":25}", 200 },
    { "/projects/demo.json", "{\"project\":{\"id\":1,\"name\":\"Demo\",\"status\":1,\"trackers\":[{\"id\":2,\"name\":\"Feature\"}],"
                             "\"enabled_modules\":[{\"id\":1,\"name\":\"issue_tracking\"}]}}", 200 },
    { "/issues.json", "{\"issues\":[" ISSUE "}],\"total_count\":1,\"offset\":0,\"limit\":25}", 200 },
    { "/issues/", "{\"issue\":" ISSUE ",\"allowed_statuses\":" STATUSES "}}", 200 },
};
static const char CREATED[] = "{\"issue\":" ISSUE "}}";

/* What takes the place of a whole answer. */
static const char *const STRANGE[] = {
    "", "null", "[]", "{}", "0", "\"x\"", "{\"issue\":null}", "{\"issue\":{\"id\":\"7\"}}", "{\"issue\":{\"id\":-1}}", "{\"issue\":{\"id\":1e99}}",
    "{\"issue\":{\"id\":99999999999999999999999}}", "{\"issues\":{}}", "{\"issues\":[null,1,[],{\"id\":7}],\"total_count\":-3}",
    "{\"issues\":[{\"id\":7,\"description\":5}],\"total_count\":9223372036854775807}", "{\"errors\":[\"Subject cannot be blank\",null,7,\"\\u0000\"]}",
    "{\"errors\":\"no\"}", "<html><body>Sorry</body></html>", "\xff\xfe\x00", "{\"user\":{\"id\":5,\"firstname\":\"\xc3\",\"lastname\":\"\xed\xa0\x80\"}}",
    "{\"project\":{\"trackers\":[null],\"enabled_modules\":[5],\"status\":\"1\"}}", "{\"issue_priorities\":[[],{\"id\":1}]}",
    "{\"users\":[{\"id\":1}],\"total_count\":99999}", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"issue\":{\"id\":7",
    "{\"issues\":[],\"total_count\":5}", "{\"issue_statuses\":[]}",
};

static const unsigned STATUS_CODES[] = { 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 406, 408, 409, 412, 413, 422, 429, 500, 503, 0, 999 };

#endif
