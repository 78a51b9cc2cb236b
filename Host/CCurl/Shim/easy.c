#include "patchbay_curl.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* MARK: Memory that is wiped */

static void wiping_free(void *memory) {
    if (!memory) return;
    explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

static void *wiping_realloc(void *memory, size_t size) {
    if (!memory) return malloc(size);
    size_t old = malloc_usable_size(memory);
    if (size <= old && size * 4 >= old) return memory;
    void *grown = malloc(size);
    if (!grown) return NULL;
    memcpy(grown, memory, old < size ? old : size);
    wiping_free(memory);
    return grown;
}

static char *wiping_strdup(const char *text) { return strdup(text); }
static void *plain_malloc(size_t size) { return malloc(size); }
static void *plain_calloc(size_t count, size_t size) { return calloc(count, size); }

int32_t patchbay_curl_global_init(void) {
    return (int32_t)curl_global_init_mem(
        CURL_GLOBAL_DEFAULT, plain_malloc, wiping_free, wiping_realloc, wiping_strdup, plain_calloc);
}

/* MARK: Handles */

CURL *patchbay_curl_easy_new(const patchbay_curl_setup *setup) {
    CURL *easy = curl_easy_init();
    if (!easy) return NULL;
    int failed = 0;
#define SET(option, value) failed |= curl_easy_setopt(easy, option, value) != CURLE_OK
    SET(CURLOPT_USERAGENT, setup->user_agent);
    if (setup->ca_file) SET(CURLOPT_CAINFO, setup->ca_file);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)setup->connect_timeout_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)setup->exchange_timeout_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, (long)setup->low_speed_bytes_per_second);
    SET(CURLOPT_LOW_SPEED_TIME, (long)setup->low_speed_seconds);
    SET(CURLOPT_MAXAGE_CONN, (long)setup->idle_connection_seconds);
    SET(CURLOPT_HEADERFUNCTION, setup->on_header);
    SET(CURLOPT_WRITEFUNCTION, setup->on_body);
    SET(CURLOPT_PREREQFUNCTION, setup->on_send);

    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_NOPROGRESS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_HTTP09_ALLOWED, 0L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    /* An empty proxy also turns off the proxies of the environment. */
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_TCP_NODELAY, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
#undef SET
    if (!failed) return easy;
    curl_easy_cleanup(easy);
    return NULL;
}

int32_t patchbay_curl_tells_refusal(void) {
    static const unsigned int version_read = 0x075801;
    return curl_version_info(CURLVERSION_NOW)->version_num == version_read;
}

int32_t patchbay_curl_easy_prepare(CURL *easy, const patchbay_curl_request *request) {
    int failed = 0;
#define SET(option, value) failed |= curl_easy_setopt(easy, option, value) != CURLE_OK
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_HTTPHEADER, request->headers);
    SET(CURLOPT_PIPEWAIT, (long)request->waits_for_multiplex);
    SET(CURLOPT_WRITEDATA, request->context);
    SET(CURLOPT_HEADERDATA, request->context);
    SET(CURLOPT_PREREQDATA, request->context);
    if (request->refusal_words) {
        request->refusal_words[0] = 0;
        SET(CURLOPT_ERRORBUFFER, request->refusal_words);
        SET(CURLOPT_RTSP_REQUEST, (long)CURL_RTSPREQ_RECEIVE);
    }
    SET(CURLOPT_CUSTOMREQUEST, NULL);
    SET(CURLOPT_HTTPGET, 1L);
    if (strcmp(request->method, "HEAD") == 0) {
        SET(CURLOPT_NOBODY, 1L);
    } else if (request->body) {
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
        SET(CURLOPT_COPYPOSTFIELDS, request->body);
    }
    if (strcmp(request->method, "HEAD") != 0 && strcmp(request->method, "GET") != 0)
        SET(CURLOPT_CUSTOMREQUEST, request->method);
#undef SET
    return failed;
}

void patchbay_curl_easy_clear(CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, NULL);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, NULL);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, NULL);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    /* Back to what a handle has at first; a libcurl without RTSP does not take it, and has no need. */
    curl_easy_setopt(easy, CURLOPT_RTSP_REQUEST, (long)CURL_RTSPREQ_OPTIONS);
}

void patchbay_curl_easy_facts(CURL *easy, patchbay_curl_facts *facts) {
    memset(facts, 0, sizeof *facts);
    long number = 0;
    curl_off_t wide = 0;
#define LONG(info, field) if (curl_easy_getinfo(easy, info, &number) == CURLE_OK) facts->field = number
#define WIDE(info, field) if (curl_easy_getinfo(easy, info, &wide) == CURLE_OK) facts->field = wide
    LONG(CURLINFO_RESPONSE_CODE, status);
    LONG(CURLINFO_NUM_CONNECTS, new_connections);
    LONG(CURLINFO_HTTP_VERSION, http_version);
    LONG(CURLINFO_REQUEST_SIZE, request_bytes);
    WIDE(CURLINFO_SIZE_DOWNLOAD_T, body_wire_bytes);
    WIDE(CURLINFO_PRETRANSFER_TIME_T, connected_us);
    WIDE(CURLINFO_STARTTRANSFER_TIME_T, first_byte_us);
    WIDE(CURLINFO_TOTAL_TIME_T, total_us);
#undef LONG
#undef WIDE
}

int64_t patchbay_curl_body_wire_bytes(CURL *easy) {
    curl_off_t bytes = 0;
    return curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes) == CURLE_OK ? bytes : 0;
}

CURLM *patchbay_curl_multi_new(int64_t connections_max) {
    CURLM *multi = curl_multi_init();
    if (!multi) return NULL;
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)connections_max);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections_max);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections_max);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    return multi;
}

int32_t patchbay_curl_multi_next(CURLM *multi, CURL **easy, int32_t *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        *easy = message->easy_handle;
        *result = (int32_t)message->data.result;
        return 1;
    }
    return 0;
}

/* MARK: Headers */

struct curl_slist *patchbay_headers_append(struct curl_slist *list, const uint8_t *line, size_t line_bytes) {
    char *text = malloc(line_bytes + 1);
    if (!text) return NULL;
    memcpy(text, line, line_bytes);
    text[line_bytes] = 0;
    struct curl_slist *longer = curl_slist_append(list, text);
    explicit_bzero(text, line_bytes);
    free(text);
    return longer;
}

void patchbay_headers_wipe(struct curl_slist *list) {
    for (struct curl_slist *node = list; node; node = node->next) explicit_bzero(node->data, strlen(node->data));
    curl_slist_free_all(list);
}

int64_t patchbay_curl_date(const char *text) { return (int64_t)curl_getdate(text, NULL); }
