/* kernel.c: what this machine's kernel and C library can do. */
#include <gnu/libc-version.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "system.h"

#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_RULESET_VERSION 1u

const char *patchbay_libc_version(void) { return gnu_get_libc_version(); }

int patchbay_landlock_version(void)
{
    long version = syscall(LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_RULESET_VERSION);
    return version > 0 ? (int)version : 0;
}

int patchbay_has_call_filters(void)
{
    uint32_t action = SECCOMP_RET_TRAP;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int patchbay_sandbox_is_whole(void) { return patchbay_has_call_filters() && patchbay_landlock_version() >= 1; }

int64_t patchbay_running_milliseconds(void)
{
    struct timespec time = { 0 };
    clock_gettime(CLOCK_BOOTTIME, &time); /* cannot fail: the clock is there since Linux 2.6.39 */
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t patchbay_locked_bytes_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
    return limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > INT64_MAX ? -1 : (int64_t)limit.rlim_cur;
}
