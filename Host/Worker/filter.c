#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codec.h"

struct call {
    int number;
    const char *name;
};
#define CALL(name) { SCMP_SYS(name), #name }

/* Harmless wherever they are asked for. */
static const int always[] = { SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(gettid) };

/* What the loader does besides. Opening is left to Landlock and to the rules below; `seccomp` can only take more away.
 */
static const int loading[] = { SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
    SCMP_SYS(statx), SCMP_SYS(lseek), SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(seccomp) };

/* No library asks for these by chance. */
static const struct call forbidden[] = { CALL(execve), CALL(execveat), CALL(fork), CALL(vfork), CALL(clone),
    CALL(clone3), CALL(ptrace), CALL(process_vm_readv), CALL(process_vm_writev), CALL(kill), CALL(tkill),
    CALL(pidfd_open), CALL(pidfd_getfd), CALL(pidfd_send_signal), CALL(socket), CALL(socketpair), CALL(connect),
    CALL(bind), CALL(listen), CALL(accept), CALL(accept4), CALL(sendmsg), CALL(sendmmsg), CALL(unshare), CALL(setns),
    CALL(mount), CALL(umount2), CALL(pivot_root), CALL(chroot), CALL(bpf), CALL(io_uring_setup), CALL(perf_event_open),
    CALL(userfaultfd), CALL(keyctl), CALL(add_key), CALL(request_key), CALL(memfd_create), CALL(unlink), CALL(unlinkat),
    CALL(rename), CALL(renameat), CALL(renameat2), CALL(init_module), CALL(finit_module), CALL(setuid), CALL(setgid) };

/* These only when they ask for more than a loader does. */
static const struct call forbidden_sometimes[] = { CALL(openat), CALL(close), CALL(tgkill), CALL(mmap), CALL(mprotect),
    CALL(write) };

/* Errors to whoever asks, and no runtime of a language asks for them: a watchful worker ends for them. */
static const struct call forbidden_when_watched[] = { CALL(dup2), CALL(dup3), CALL(prctl), CALL(prlimit64),
    CALL(setrlimit), CALL(rt_sigaction), CALL(open), CALL(openat2), CALL(creat), CALL(truncate), CALL(getdents64) };

static bool is_watchful;

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *name_of(int number)
{
    for (size_t index = 0; index < COUNT(forbidden); index++) {
        if (forbidden[index].number == number) return forbidden[index].name;
    }
    for (size_t index = 0; index < COUNT(forbidden_sometimes); index++) {
        if (forbidden_sometimes[index].number == number) return forbidden_sometimes[index].name;
    }
    for (size_t index = 0; index < COUNT(forbidden_when_watched); index++) {
        if (forbidden_when_watched[index].number == number) return forbidden_when_watched[index].name;
    }
    return "a system call";
}

/* Runs where the connector asked; says for what, and ends. The connector cannot replace it: rt_sigaction is not left to
 * it. */
static void say_what_was_asked(int signal, siginfo_t *information, void *context)
{
    (void)signal;
    (void)context;
    char line[160];
    int length = snprintf(line, sizeof line,
        "patchbay-worker: the connector asked the system for %s (%d), which no connector may\n",
        name_of(information->si_syscall), information->si_syscall);
    ssize_t ignored = write(STDERR_FILENO, line, (size_t)length);
    (void)ignored;
    _exit(EXIT_FORBIDDEN);
}

static void rule(int result)
{
    if (result != 0) worker_exit("a rule of the system call filter could not be made");
}

/* A comparison of one argument; `with` is the second number of a masked one. */
static struct scmp_arg_cmp argument(unsigned index, enum scmp_compare compare, scmp_datum_t value, scmp_datum_t with)
{
    return (struct scmp_arg_cmp){ .arg = index, .op = compare, .datum_a = value, .datum_b = with };
}

static void allow_common(scmp_filter_ctx filter)
{
    for (size_t index = 0; index < COUNT(always); index++)
        rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, always[index], 0));
    rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvfrom), 1, argument(0, SCMP_CMP_EQ, SOCKET, 0)));
    rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1, argument(0, SCMP_CMP_EQ, SOCKET, 0)));
    for (scmp_datum_t output = is_watchful ? STDERR_FILENO : STDOUT_FILENO; output <= STDERR_FILENO; output++) {
        rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, argument(0, SCMP_CMP_EQ, output, 0)));
        rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, argument(0, SCMP_CMP_EQ, output, 0)));
    }
    /* abort() signals its own thread. */
    rule(seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, argument(0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0)));
    rule(seccomp_rule_add(
        filter, SCMP_ACT_TRAP, SCMP_SYS(tgkill), 1, argument(0, SCMP_CMP_NE, (scmp_datum_t)getpid(), 0)));
    for (size_t index = 0; index < COUNT(forbidden); index++) {
        /* A call that this architecture does not have cannot be asked for. */
        int result = seccomp_rule_add(filter, SCMP_ACT_TRAP, forbidden[index].number, 0);
        if (result != -EDOM) rule(result);
    }
}

/* Ends it also for what nobody needs to ask for. Chance is left to it: a library that is refused it looks for a file
 * instead. */
static void watch(scmp_filter_ctx filter)
{
    for (size_t index = 0; index < COUNT(forbidden_when_watched); index++) {
        int result = seccomp_rule_add(filter, SCMP_ACT_TRAP, forbidden_when_watched[index].number, 0);
        if (result != -EDOM) rule(result);
    }
    rule(seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(write), 1, argument(0, SCMP_CMP_EQ, STDOUT_FILENO, 0)));
    rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getrandom), 0));
}

/* An empty filter: what no rule names is an error to the caller. */
static scmp_filter_ctx begin(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) worker_exit("the system call filter could not be made");
    rule(seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0)); /* given up already, and prctl is not left */
    rule(seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2));
    allow_common(filter);
    if (is_watchful) watch(filter);
    return filter;
}

static bool load(scmp_filter_ctx filter)
{
    int result = seccomp_load(filter);
    seccomp_release(filter);
    return result == 0;
}

bool give_up_calls(bool watchful)
{
    is_watchful = watchful;
    struct sigaction action = { .sa_sigaction = say_what_was_asked, .sa_flags = SA_SIGINFO };
    if (sigaction(SIGSYS, &action, NULL) != 0) worker_exit("the handler of forbidden calls could not be set");
    scmp_filter_ctx filter = begin();
    for (size_t index = 0; index < COUNT(loading); index++) {
        int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, loading[index], 0);
        if (result != -EDOM) rule(result);
    }
    const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | __O_TMPFILE;
    rule(seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, argument(2, SCMP_CMP_MASKED_EQ, writing, O_RDONLY)));
    rule(seccomp_rule_add(
        filter, SCMP_ACT_TRAP, SCMP_SYS(openat), 1, argument(2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY)));
    rule(seccomp_rule_add(
        filter, SCMP_ACT_TRAP, SCMP_SYS(openat), 1, argument(2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR)));
    rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(close), 1, argument(0, SCMP_CMP_GT, PLUGIN, 0)));
    rule(seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(close), 1, argument(0, SCMP_CMP_LE, PLUGIN, 0)));
    return load(filter);
}

void give_up_loading(void)
{
    scmp_filter_ctx filter = begin();
    rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, argument(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
    rule(
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, argument(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
    if (is_watchful) {
        rule(seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(openat), 0));
        rule(seccomp_rule_add(
            filter, SCMP_ACT_TRAP, SCMP_SYS(mmap), 1, argument(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)));
        rule(seccomp_rule_add(
            filter, SCMP_ACT_TRAP, SCMP_SYS(mprotect), 1, argument(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)));
    }
    if (!load(filter)) worker_exit("the system call filter could not be tightened");
}
