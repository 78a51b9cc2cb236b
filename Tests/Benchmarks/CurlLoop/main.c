/* Posts the lines of a file as bodies, as fast as libcurl can with so many transfers under way on kept-alive
 * connections: what is left of a sync without store, worker and host. Prints one line of JSON.
 *
 * usage: patchbay-bench-curl URL CONCURRENT BODIES-FILE HEADER... */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONCURRENT_MAX 64

static char **bodies;
static size_t body_count;
static size_t bodies_sent;
static size_t answer_bytes;

static size_t take(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    answer_bytes += size * count;
    return size * count;
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int fail(const char *what) {
    fprintf(stderr, "patchbay-bench-curl: %s\n", what);
    return 1;
}

static int read_bodies(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, file)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        char **longer = realloc(bodies, (body_count + 1) * sizeof *bodies);
        if (!longer) break;
        bodies = longer;
        bodies[body_count++] = line;
        line = NULL;
        room = 0;
    }
    free(line);
    fclose(file);
    return body_count > 0;
}

/* Gives a handle its next body. 0 when there is none left, or libcurl does not take it. */
static int send_next(CURLM *multi, CURL *easy) {
    if (bodies_sent == body_count) return 0;
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, bodies[bodies_sent++]);
    return curl_multi_add_handle(multi, easy) == CURLM_OK;
}

/* How many answers were good; ends when all bodies are answered or one is not. */
static size_t post_all(CURLM *multi, CURL **easies, int concurrent) {
    size_t good = 0;
    int under_way = 0;
    for (int i = 0; i < concurrent; i++) under_way += send_next(multi, easies[i]);
    while (under_way > 0) {
        int running, left;
        if (curl_multi_perform(multi, &running) != CURLM_OK) return good;
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left))) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL *easy = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result != CURLE_OK || status < 200 || status > 299) return good;
            good++;
            curl_multi_remove_handle(multi, easy);
            if (!send_next(multi, easy)) under_way--;
        }
        if (under_way > 0) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    return good;
}

int main(int count, char **words) {
    if (count < 5) return fail("usage: patchbay-bench-curl URL CONCURRENT BODIES-FILE HEADER...");
    int concurrent = atoi(words[2]);
    if (concurrent < 1 || concurrent > CONCURRENT_MAX) return fail("CONCURRENT is a number from 1 to 64");
    if (!read_bodies(words[3])) return fail("the file of bodies is empty or cannot be read");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct curl_slist *headers = NULL;
    for (int i = 4; i < count; i++) headers = curl_slist_append(headers, words[i]);
    CURLM *multi = curl_multi_init();
    CURL *easies[CONCURRENT_MAX];
    for (int i = 0; i < concurrent; i++) {
        CURL *easy = easies[i] = curl_easy_init();
        if (!multi || !easy) return fail("libcurl cannot start");
        curl_easy_setopt(easy, CURLOPT_URL, words[1]);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, 90L);
    }
    double start = seconds(CLOCK_MONOTONIC), start_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    size_t good = post_all(multi, easies, concurrent);
    double wall = seconds(CLOCK_MONOTONIC) - start, cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - start_cpu;
    if (good != body_count) return fail("the server did not take every body");
    printf("{\"tasks\": %zu, \"seconds\": %.6f, \"cpu\": %.6f, \"bytes\": %zu}\n", good, wall, cpu, answer_bytes);
    return 0;
}
