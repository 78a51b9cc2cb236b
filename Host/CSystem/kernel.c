/* kernel.c: what this machine's kernel and C library can do. */
#include <gnu/libc-version.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system.h"

#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_RULESET_VERSION 1u

const char *patchbay_libc_version(void) { return gnu_get_libc_version(); }

int patchbay_sandbox_is_whole(void)
{
    uint32_t action = SECCOMP_RET_TRAP;
    int has_filters = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
    return has_filters && syscall(LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_RULESET_VERSION) >= 1;
}
