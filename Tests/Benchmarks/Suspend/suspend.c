/*
 * Loaded before libc under callgrind (LD_PRELOAD) by patchbay-bench. Valgrind up to 3.19 writes into the mask that a
 * program hands to sigsuspend, and dies where that mask is a constant, as in libdispatch's main thread. So the kernel
 * gets a copy.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As sigsuspend(2): returns -1 with errno EINTR after a signal. Any thread may call it; `mask` is only read. */
int sigsuspend(const sigset_t *mask)
{
    sigset_t copy = *mask;
    /* The kernel's set has 64 signals, libc's has room for 1,024. */
    return (int)syscall(SYS_rt_sigsuspend, &copy, 8);
}
