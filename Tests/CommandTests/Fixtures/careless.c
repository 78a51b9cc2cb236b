/* Preloaded into the command: memory cannot be locked, and a process cannot be made undumpable. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int mlock(const void *start, size_t bytes)
{
    (void)start;
    (void)bytes;
    errno = ENOMEM;
    return -1;
}

int prctl(int operation, ...)
{
    va_list rest;
    va_start(rest, operation);
    unsigned long first = va_arg(rest, unsigned long);
    va_end(rest);
    return operation == PR_SET_DUMPABLE ? 0 : (int)syscall(SYS_prctl, operation, first, 0, 0, 0);
}
