/* answers.h: what a real Redmine 5.0 answered, recorded; and what else may come in its place. */
#ifndef REDMINE_ANSWERS_H
#define REDMINE_ANSWERS_H

#define DELIVERY "11111111-1111-4111-8111-111111111111"
#define ANOTHER_DELIVERY "22222222-2222-4222-8222-222222222222"
#define ISSUE \
    "{\"id\":7,\"project\":{\"id\":1,\"name\":\"Demo\"},\"tracker\":{\"id\":2,\"name\":\"Feature\"},\"status\":{" \
    "\"id\":1,\"name\":\"New\"," \
    "\"is_closed\":false},\"priority\":{\"id\":2,\"name\":\"Normal\"},\"author\":{\"id\":5,\"name\":\"Alice " \
    "Demo\"},\"assigned_to\":{\"id\":5," \
    "\"name\":\"Alice Demo\"},\"subject\":\"first " \
    "\\ud83d\\udc26\",\"description\":\"hey\\r\\n\\r\\npatchbay:" DELIVERY "\"," \
    "\"start_date\":\"2026-11-23\",\"due_date\":null,\"done_ratio\":0,\"spent_hours\":0.0,\"created_on\":\"2026-11-" \
    "23T19:18:42Z\"," \
    "\"updated_on\":\"2026-11-23T19:18:42Z\",\"closed_on\":null"
#define UNMARKED_ISSUE \
    "{\"id\":9,\"project\":{\"id\":1,\"name\":\"Demo\"},\"author\":{\"id\":5,\"name\":\"Alice " \
    "Demo\"},\"subject\":\"plain\"," \
    "\"description\":null,\"created_on\":\"2026-11-18T11:00:00Z\",\"updated_on\":\"2026-11-18T11:00:01Z\"}"
#define STATUSES "[{\"id\":1,\"name\":\"New\",\"is_closed\":false},{\"id\":5,\"name\":\"Closed\",\"is_closed\":true}]"

struct recorded {
    const char *path, *body;
    unsigned status;
};

/* By the beginning of a path; the first that fits. */
static const struct recorded RECORDED[] = {
    { "/users/current.json",
        "{\"user\":{\"id\":5,\"login\":\"alice\",\"admin\":false,\"firstname\":\"Alice\",\"lastname\":\"Demo\","
        "\"memberships\":[{\"id\":1,\"project\":{\"id\":1},\"roles\":[{\"id\":3,\"name\":\"Manager\"}]}]}}",
        200 },
    { "/roles/",
        "{\"role\":{\"id\":3,\"name\":\"Manager\",\"issues_visibility\":\"all\",\"permissions\":[\"view_issues\",\"add_"
        "issues\"]}}",
        200 },
    { "/users.json",
        "{\"users\":[{\"id\":1,\"firstname\":\"Redmine\",\"lastname\":\"Admin\",\"mail\":\"admin@example.net\"}],"
        "\"total_count\":1,"
        "\"offset\":0,\"limit\":100}",
        200 },
    { "/projects.json",
        "{\"projects\":[{\"id\":1,\"name\":\"Demo\",\"identifier\":\"demo\",\"status\":1}],\"total_count\":1,"
        "\"offset\":0}",
        200 },
    { "/trackers.json",
        "{\"trackers\":[{\"id\":1,\"name\":\"Bug\",\"default_status\":{\"id\":1}},{\"id\":2,"
        "\"name\":\"Feature\",\"enabled_standard_fields\":[\"due_date\",\"description\"]}]}",
        200 },
    { "/enumerations/",
        "{\"issue_priorities\":[{\"id\":1,\"name\":\"Low\",\"is_default\":false},{\"id\":2,\"name\":\"Normal\","
        "\"is_default\":true}]}",
        200 },
    { "/issue_statuses.json", "{\"issue_statuses\":" STATUSES "}", 200 },
    { "/projects/demo/memberships",
        "{\"memberships\":[{\"id\":1,\"user\":{\"id\":5,\"name\":\"Alice Demo\"}},{\"id\":2,\"group\":{\"id\":9}}],"
        "\"total_count\":2}",
        200 },
    { "/projects/demo/issues", "{\"issues\":[" ISSUE "}],\"total_count\":1,\"offset\":0,\"limit\":25}", 200 },
    { "/projects/demo.json",
        "{\"project\":{\"id\":1,\"name\":\"Demo\",\"status\":1,\"trackers\":[{\"id\":2,\"name\":\"Feature\"}],"
        "\"enabled_modules\":[{\"id\":1,\"name\":\"issue_tracking\"}]}}",
        200 },
    { "/issues.json", "{\"issues\":[" ISSUE "}],\"total_count\":1,\"offset\":0,\"limit\":25}", 200 },
    { "/issues/8.json", "", 404 },
    { "/issues/1", "", 404 },
    { "/issues/", "{\"issue\":" ISSUE ",\"allowed_statuses\":" STATUSES "}}", 200 },
};
static const char RECENT[] = "{\"issues\":[" UNMARKED_ISSUE "," ISSUE "}],\"total_count\":2,\"offset\":0,\"limit\":50}";
static const char NONE[] = "{\"issues\":[],\"total_count\":0,\"offset\":0,\"limit\":25}";
static const char CREATED[] = "{\"issue\":" ISSUE "}}";

/* What takes the place of a whole answer. */
static const char *const STRANGE[] = {
    "",
    "null",
    "[]",
    "{}",
    "0",
    "\"x\"",
    "{\"issue\":null}",
    "{\"issue\":{\"id\":\"7\"}}",
    "{\"issue\":{\"id\":-1}}",
    "{\"issue\":{\"id\":1e99}}",
    "{\"issue\":{\"id\":99999999999999999999999}}",
    "{\"issues\":{}}",
    "{\"issues\":[null,1,[],{\"id\":7}],\"total_count\":-3}",
    "{\"issues\":[{\"id\":7,\"description\":5}],\"total_count\":9223372036854775807}",
    "{\"errors\":[\"Subject cannot be blank\",null,7,\"\\u0000\"]}",
    "{\"errors\":\"no\"}",
    "<html><body>Sorry</body></html>",
    "\xff\xfe\x00",
    "{\"user\":{\"id\":5,\"firstname\":\"\xc3\",\"lastname\":\"\xed\xa0\x80\"}}",
    "{\"project\":{\"trackers\":[null],\"enabled_modules\":[5],\"status\":\"1\"}}",
    "{\"issue_priorities\":[[],{\"id\":1}]}",
    "{\"users\":[{\"id\":1}],\"total_count\":99999}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "{\"issue\":{\"id\":7",
    "{\"errors\":[]}",
    "{\"issues\":[],\"total_count\":0,\"offset\":0,\"limit\":50,\"errors\":[\"no\"]}",
    "{\"issues\":[],\"total_count\":0,\"offset\":0,\"limit\":25}",
    "{\"issues\":[{\"id\":900,\"description\":null}],\"total_count\":999,\"offset\":0}",
    "{\"role\":{\"permissions\":[null,7,{}]}}",
    "{\"trackers\":[{\"id\":2,\"enabled_standard_fields\":[\"due_date\"]}]}",
    "{\"user\":{\"id\":5,\"memberships\":[null,{\"project\":{\"id\":1},\"roles\":[5,{\"id\":3},{\"id\":\"x\"}]}]}}",
    "{\"issues\":[],\"total_count\":5}",
    "{\"issue_statuses\":[]}",
};

static const unsigned STATUS_CODES[] = { 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 406, 408, 409, 412, 413, 422,
    429, 500, 503, 0, 999 };

#endif
