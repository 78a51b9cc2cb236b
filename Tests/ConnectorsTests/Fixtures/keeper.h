/*
 * keeper.h: ways to keep or get what a worker takes away before a connector runs, for hostile.c. Each comes to nothing,
 * or ends the worker.
 */
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>

/* Whatever tells that a file is there, or what is in a folder. */
static int looks_at_files(void)
{
    struct stat facts;
    char bytes[4096], host[32];
    snprintf(host, sizeof host, "/proc/%d", (int)host_process);
    return stat(SECRET_FILE, &facts) == 0 || lstat("/", &facts) == 0 || access("/", F_OK) == 0
        || stat(host, &facts) == 0 || readlink("/proc/self/exe", bytes, sizeof bytes) > 0
        || syscall(SYS_statx, AT_FDCWD, "/", 0, 0, bytes) == 0 || open("/usr/lib", O_RDONLY | O_DIRECTORY) >= 0
        || open("/", O_PATH) >= 0 || syscall(SYS_getdents64, 4, bytes, sizeof bytes) >= 0 || chdir("/") == 0;
}

static int sets_filter(void)
{
    struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
    struct sock_fprog program = { 1, code };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0
        || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0
        || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) >= 0;
}

static int uses_rights(void)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct all[_LINUX_CAPABILITY_U32S_3] = { { ~0u, ~0u, ~0u }, { ~0u, ~0u, ~0u } };
    return syscall(SYS_capset, &head, all) == 0 || syscall(SYS_capget, &head, all) == 0
        || syscall(SYS_setresuid, 0, 0, 0) == 0 || nice(-1) != -1 || syscall(SYS_setpriority, 0, 0, -1) == 0;
}

/* What no allocator needs. */
static int advises_more(void)
{
    const int advice[] = { MADV_DONTFORK, MADV_REMOVE, MADV_WIPEONFORK, MADV_MERGEABLE, 100 /* poison */, 23 };
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || madvise(page, 8192, MADV_DONTNEED) != 0 || madvise(page, 8192, MADV_FREE) != 0) return 1;
    for (size_t index = 0; index < sizeof advice / sizeof *advice; index++) {
        if (madvise(page, 8192, advice[index]) == 0 || errno != EPERM) return 1;
    }
    return 0;
}

/* For a lock whose owner there is not, the system has another answer than for one whose owner there is. */
static int asks_for_process(void)
{
    static int owner = FUTEX_TID_MASK;
    const struct timespec past = { 0 };
    return syscall(SYS_futex, &owner, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, &past, NULL, 0) == 0 || errno != EPERM;
}

static int makes_code(void)
{
    static char page[8192] __attribute__((aligned(4096)));
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
        || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, 4, 0) != MAP_FAILED
        || mprotect(page, sizeof page, PROT_READ | PROT_EXEC) == 0
        || syscall(SYS_pkey_mprotect, page, sizeof page, PROT_READ | PROT_EXEC, -1) == 0
        || syscall(SYS_personality, 0x0400000) >= 0;
}

static int act_for_more(const char *act)
{
    if (strcmp(act, "look-at-files") == 0) stolen(looks_at_files());
    else if (strcmp(act, "set-filter") == 0) stolen(sets_filter());
    else if (strcmp(act, "use-rights") == 0) stolen(uses_rights());
    else if (strcmp(act, "advise-more") == 0) stolen(advises_more());
    else if (strcmp(act, "make-code") == 0) stolen(makes_code());
    else if (strcmp(act, "ask-for-process") == 0) stolen(asks_for_process());
    else if (strcmp(act, "ask-for-ever") == 0) for (;;) stolen(looks_at_files() || sets_filter() || makes_code());
    else if (strcmp(act, "kill-itself") == 0) stolen(syscall(SYS_tgkill, getpid(), gettid(), SIGKILL) == 0);
    else if (strcmp(act, "stop-itself") == 0) stolen(syscall(SYS_tgkill, getpid(), gettid(), SIGSTOP) == 0);
    else return 0;
    return 1;
}
