#ifndef PATCHBAY_CURL_H
#define PATCHBAY_CURL_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

/* What Swift cannot say to libcurl itself: variadic functions, and memory that must be wiped. A handle belongs to one
 * thread at a time. */

/* How libcurl calls back, on the thread that performs. A consumer returns the bytes it took; any other number ends the
 * transfer. */
typedef size_t (*patchbay_curl_consumer)(char *bytes, size_t size, size_t count, void *context);
/* Called after connecting and right before the first byte of a request is sent, each time anew when libcurl repeats a
 * request by itself. Returns CURL_PREREQFUNC_OK, or CURL_PREREQFUNC_ABORT to send nothing and end the transfer. */
typedef int (*patchbay_curl_before_send)(
    void *context, char *remote_ip, char *local_ip, int remote_port, int local_port);

/* What is the same for every request. Strings are copied. */
typedef struct {
    const char *user_agent;
    const char *ca_file; /* null: libcurl's own */
    int64_t connect_timeout_ms;
    int64_t exchange_timeout_ms;
    int64_t low_speed_bytes_per_second;
    int64_t low_speed_seconds;
    int64_t idle_connection_seconds;
    patchbay_curl_consumer on_header;
    patchbay_curl_consumer on_body;
    patchbay_curl_before_send on_send;
} patchbay_curl_setup;

/* One request. URL, method and body are copied; the headers must live until patchbay_curl_easy_clear. */
typedef struct {
    const char *url;
    const char *method;
    struct curl_slist *headers;
    const uint8_t *body; /* null: none */
    size_t body_bytes;
    int32_t waits_for_multiplex; /* 1: rather wait for an HTTP/2 connection under way than open a further one */
    char *refusal_words; /* null, or as in patchbay_curl_tells_refusal; CURL_ERROR_SIZE bytes that live as long as the
                            headers */
    void *context;               /* handed to the callbacks */
} patchbay_curl_request;

/* What libcurl knows after a transfer. */
typedef struct {
    int64_t status;
    int64_t new_connections;
    int64_t http_version; /* CURL_HTTP_VERSION_... */
    int64_t request_bytes;
    int64_t body_wire_bytes;
    int64_t connected_us;
    int64_t first_byte_us;
    int64_t total_us;
} patchbay_curl_facts;

/* Once per process, before anything else; any thread. All memory that libcurl frees is wiped from then on, because its
 * own copies of a header hold the token. Returns 0 or an error of libcurl. */
int32_t patchbay_curl_global_init(void);

/* A handle with all that is the same for every request, or null. The caller ends it with curl_easy_cleanup. */
CURL *patchbay_curl_easy_new(const patchbay_curl_setup *setup);
/* 1 when this libcurl tells a refused HTTP/2 stream (RST_STREAM with REFUSED_STREAM, or one above the last of a GOAWAY)
 * from a lost answer, for a request that has `refusal_words`.
 *
 * No code or text of libcurl says so. What it does: it repeats a request of which nothing came back, because its
 * connection was a kept one, or because its stream was refused (lib/transfer.c, Curl_retry_request; lib/http2.c,
 * http2_handle_stream_close). The first reason falls away for an RTSP "receive", and nothing else looks at that option
 * in an exchange by HTTP. So a second question before sending then means a refused stream; or, where `refusal_words`
 * are no longer empty, the wish for HTTP/1.1 (lib/multi.c), which is no promise that nothing was done. That was read
 * and tried in 7.88.1, and holds for no other version. */
int32_t patchbay_curl_tells_refusal(void);
/* Sets a handle up for one request. Returns 0 or an error of libcurl. */
int32_t patchbay_curl_easy_prepare(CURL *easy, const patchbay_curl_request *request);
/* Takes headers, body and context away from a handle after its transfer. */
void patchbay_curl_easy_clear(CURL *easy);
void patchbay_curl_easy_facts(CURL *easy, patchbay_curl_facts *facts);
/* Bytes of the body so far, as they came over the wire. */
int64_t patchbay_curl_body_wire_bytes(CURL *easy);

/* A multi handle that keeps at most so many connections, or null. The caller ends it with curl_multi_cleanup. */
CURLM *patchbay_curl_multi_new(int64_t connections_max);
/* The next finished transfer: 1 with handle and result, or 0. */
int32_t patchbay_curl_multi_next(CURLM *multi, CURL **easy, int32_t *result);

/* Appends a copy of a header line without line end. Returns the list, or null when there is no memory; the old list
 * then stays the caller's. */
struct curl_slist *patchbay_headers_append(struct curl_slist *list, const uint8_t *line, size_t line_bytes);
/* Wipes and frees a list. Null is allowed. */
void patchbay_headers_wipe(struct curl_slist *list);

/*
 * What a server might echo of secrets: any twelve bytes in a row of one, or the whole of a shorter one, each byte in
 * any of the spellings that spelling.h lists, or in base64 in any alignment. At most two secrets.
 */
typedef struct patchbay_mask patchbay_mask;
patchbay_mask *patchbay_mask_new(void);
/* Adds a secret. One too short to tell from ordinary text is passed over. Returns 0, or -1 without memory. */
int32_t patchbay_mask_add(patchbay_mask *mask, const uint8_t *secret, size_t secret_bytes);
/* Writes `*` over all that is found; the length stays. Returns how many places were. One pass. Any thread. */
size_t patchbay_mask_apply(const patchbay_mask *mask, uint8_t *bytes, size_t count);
/* Wipes and frees. Null is allowed. */
void patchbay_mask_free(patchbay_mask *mask);

/* Seconds since 1970 of a date as HTTP writes it; -1 when it is none. */
int64_t patchbay_curl_date(const char *text);

#endif
