/* fuzzer.h: what libFuzzer gives a program that has its own main (https://llvm.org/docs/LibFuzzer.html). */
#ifndef PATCHBAY_FUZZER_H
#define PATCHBAY_FUZZER_H

#include <stddef.h>
#include <stdint.h>

/* Reads libFuzzer's flags and corpus folders from the arguments, calls `one` for each input, and returns an exit
 * status. `one` returns 0, or -1 for an input that is not to be kept. */
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*one)(const uint8_t *bytes, size_t count));

#endif
