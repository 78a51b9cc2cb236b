/* fuzz.h: what the fuzz targets in C share. Each includes it and defines `one_input`. */
#ifndef PATCHBAY_FUZZ_H
#define PATCHBAY_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifndef HOLDS
#define HOLDS(condition) \
    do { \
        if (!(condition)) { fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); abort(); } \
    } while (0)
#endif
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Of processor time: the fuzzer's own alarm goes by the wall clock, which runs on while others have the processor. */
#define SECONDS_MAX 1

static void one_input(const uint8_t *bytes, size_t count);

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const double begin = processor_seconds();
    one_input(bytes, count);
    HOLDS(processor_seconds() - begin < SECONDS_MAX);
    return 0;
}

#endif
