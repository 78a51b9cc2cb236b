/*
 * burglar.h: further ways to what other processes hold, for hostile.c. Each comes to nothing, or ends the worker.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>

#define PAGE 4096u
/* On either side of a place where memory is known to be. */
#define PAGES_SEARCHED 8192

/* Of the host, of all that were started about the time, of the first process of all, and of the worker itself. */
static int opens_of_any(const char *what)
{
    for (pid_t process = host_process > 40 ? host_process - 40 : 1; process < host_process + 40; process++) {
        if (opens_of(process, what)) return 1;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/%s", what);
    return opens_of(1, what) || open(path, O_RDONLY) >= 0;
}

static int opens_any_descriptor(void)
{
    for (int number = 0; number < 64; number++) {
        char name[16];
        snprintf(name, sizeof name, "fd/%d", number);
        if (opens_of_host(name)) return 1;
    }
    return 0;
}

/* Whether anything was left open but the three usual ones, the socket and the plugin, or the first of them gives
 * something. */
static int has_descriptors(void)
{
    struct stat facts;
    char byte;
    for (int number = 5; number < 1024; number++) {
        if (fstat(number, &facts) == 0 || pread(number, &byte, 1, 0) > 0) return 1;
    }
    return read(0, &byte, 1) > 0;
}

/* Asked of a call that looks at the memory before it finds that it was asked for nothing. */
static int is_there(uintptr_t page)
{
    return syscall(SYS_rt_sigprocmask, 99, (void *)page, NULL, 8) != 0 && errno != EFAULT;
}

/* The text to look for is kept with each last bit turned, so that it is not found in this library. */
static int holds_secret(uintptr_t page)
{
    size_t length = strlen(SECRET_FILE);
    for (const char *start = (const char *)page; start < (const char *)page + PAGE - length; start++) {
        size_t same = 0;
        while (same < length && start[same] == (SECRET_FILE[same] ^ 1)) same++;
        if (same == length) return 1;
    }
    return 0;
}

static int is_near(const void *place)
{
    uintptr_t middle = (uintptr_t)place & ~(uintptr_t)(PAGE - 1);
    for (int step = -PAGES_SEARCHED; step <= PAGES_SEARCHED; step++) {
        uintptr_t page = middle + (uintptr_t)((intptr_t)step * (intptr_t)PAGE);
        if (is_there(page) && holds_secret(page)) return 1;
    }
    return 0;
}

/* Stack with arguments and environment, heap, large blocks, libraries. */
static int has_secret(void)
{
    int local = 0;
    void *small = malloc(16), *large = malloc(1 << 20);
    int found = is_near(&local) || is_near(small) || is_near(large) || is_near((const void *)&strlen);
    free(small);
    free(large);
    return found;
}

static int act_for_secrets(const char *act)
{
    if (strcmp(act, "any-memory") == 0) stolen(opens_of_any("mem"));
    else if (strcmp(act, "any-environment") == 0) stolen(opens_of_any("environ"));
    else if (strcmp(act, "any-maps") == 0) stolen(opens_of_any("maps"));
    else if (strcmp(act, "any-descriptor") == 0) stolen(opens_any_descriptor());
    else if (strcmp(act, "scan-descriptors") == 0) stolen(has_descriptors());
    else if (strcmp(act, "search-itself") == 0) stolen(has_secret());
    else if (strcmp(act, "queue-signal") == 0) {
        siginfo_t word = { .si_signo = SIGABRT, .si_code = SI_QUEUE };
        stolen(syscall(SYS_rt_sigqueueinfo, host_process, SIGABRT, &word) == 0);
    } else if (strcmp(act, "poke") == 0) {
        char byte = 0;
        struct iovec here = { &byte, 1 }, there = { (void *)&host_process, 1 };
        stolen(process_vm_writev(host_process, &here, 1, &there, 1, 0) == 1);
    } else if (strcmp(act, "seize") == 0) stolen(ptrace(PTRACE_SEIZE, host_process, NULL, NULL) == 0);
    else if (strcmp(act, "take-descriptor") == 0) {
        int host = (int)syscall(SYS_pidfd_open, host_process, 0);
        stolen(host >= 0 && syscall(SYS_pidfd_getfd, host, 3, 0) >= 0);
    } else if (strcmp(act, "take-at-once") == 0) stolen(syscall(SYS_pidfd_getfd, 3, 3, 0) >= 0);
    else if (strcmp(act, "abort-host") == 0) stolen(kill(host_process, SIGABRT) == 0);
    else if (strcmp(act, "abort-thread") == 0) stolen(syscall(SYS_tgkill, host_process, host_process, SIGABRT) == 0);
    else if (strcmp(act, "socket-pair") == 0) {
        int ends[2];
        stolen(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    } else if (strcmp(act, "ring") == 0) {
        char parameters[256] = { 0 };
        stolen(syscall(SYS_io_uring_setup, 4, parameters) >= 0);
    } else if (strcmp(act, "keyring") == 0) stolen(syscall(SYS_keyctl, 0, -3, 0) >= 0);
    else if (strcmp(act, "kernel-program") == 0) {
        char attributes[128] = { 0 };
        stolen(syscall(SYS_bpf, 0, attributes, sizeof attributes) >= 0);
    } else if (strcmp(act, "fault-handler") == 0) stolen(syscall(SYS_userfaultfd, 1) >= 0);
    else if (strcmp(act, "watch-host") == 0) {
        char attributes[128] = { 0 };
        stolen(syscall(SYS_perf_event_open, attributes, host_process, -1, -1, 0) >= 0);
    } else return 0;
    return 1;
}
