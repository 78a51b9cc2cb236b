/* Looks for a token in so many bytes of an answer, once. Prints the seconds that it took as a line of JSON.
 *
 * usage: patchbay-bench-mask BYTES */
#include <patchbay_curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char token[] = "2/1209876543210123/1201234567890987:0f1e2d3c4b5a69788796a5b4c3d2e1f0";
static const char row[] =
    "{\"gid\":\"1180339217745526\",\"name\":\"Send the minutes to everyone\",\"notes\":\"Before \\u201celeven\\u201d; "
    "see https:\\/\\/example.com\\/minutes?day=2%2F5\",\"completed\":false,\"due_on\":\"2026-05-08\"},";

static int fail(const char *what) {
    fprintf(stderr, "patchbay-bench-mask: %s\n", what);
    return 1;
}

int main(int count, char **words) {
    size_t bytes = count == 2 ? strtoul(words[1], NULL, 10) : 0;
    if (bytes == 0) return fail("usage: patchbay-bench-mask BYTES");
    uint8_t *answer = malloc(bytes);
    patchbay_mask *mask = patchbay_mask_new();
    if (!answer || !mask || patchbay_mask_add(mask, (const uint8_t *)token, sizeof token - 1) != 0)
        return fail("there is no memory");
    for (size_t place = 0; place < bytes; place++) answer[place] = (uint8_t)row[place % (sizeof row - 1)];
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    size_t found = patchbay_mask_apply(mask, answer, bytes);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (found != 0) return fail("a token was found where there is none");
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("{\"bytes\": %zu, \"seconds\": %.6f}\n", bytes, seconds);
    patchbay_mask_free(mask);
    free(answer);
    return 0;
}
