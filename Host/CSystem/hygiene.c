#include "patchbay_hygiene.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/close_range.h is younger than some kernels' headers that the rest builds with. */
#define PATCHBAY_CLOSE_RANGE_CLOEXEC (1U << 2)

static int32_t open_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
        /* The lowest free number is this one, since all below it are open. */
        if (open("/dev/null", O_RDWR) < 0) return errno;
    }
    return 0;
}

static int32_t keep_descriptors_from_children(void) {
    if (syscall(SYS_close_range, 3U, ~0U, PATCHBAY_CLOSE_RANGE_CLOEXEC) == 0) return 0;
    /* A kernel before 5.11. The usual limit is 1024; there is no cheap way to know the highest one in use. */
    for (int descriptor = 3; descriptor < 1024; descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        if (flags >= 0) fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
    }
    return 0;
}

/* The Swift runtime's crash report prints registers and what they point to, which may be a token. */
static void die_silently(void) {
#ifndef DEBUG
    const int fatal[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    for (unsigned index = 0; index < sizeof fatal / sizeof *fatal; index++) signal(fatal[index], SIG_DFL);
#endif
}

int32_t patchbay_harden_process(void) {
    int32_t first_error = 0;
    die_silently();
    /* libcurl would write the keys of each TLS connection there, and with them a token that was taken down on its way
       is plain. Before any thread reads the environment. */
    unsetenv("SSLKEYLOGFILE");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) first_error = errno;
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 && first_error == 0) first_error = errno;
    umask(077);
    int32_t error = open_standard_descriptors();
    if (first_error == 0) first_error = error;
    error = keep_descriptors_from_children();
    return first_error == 0 ? error : first_error;
}

int32_t patchbay_process_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0; }

int32_t patchbay_core_is_allowed(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0;
}

int32_t patchbay_process_is_hardened(void) { return !patchbay_process_is_dumpable() && !patchbay_core_is_allowed(); }
