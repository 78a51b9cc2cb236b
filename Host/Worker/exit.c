#include "codec.h"

#include <stdio.h>
#include <unistd.h>

#define EXIT_FAULT 70

_Noreturn void worker_exit(const char *sentence)
{
    char line[512];
    int length = snprintf(line, sizeof line, "patchbay-worker: %s\n", sentence);
    ssize_t ignored = write(STDERR_FILENO, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    (void)ignored;
    _exit(EXIT_FAULT);
}
