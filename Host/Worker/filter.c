#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "codec.h"

struct call {
    int number;
    const char *name;
};
#define CALL(name) { SCMP_SYS(name), #name }

/* Harmless wherever they are asked for. */
static const int always[] = { SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield),
    SCMP_SYS(getpid), SCMP_SYS(gettid) };

/* What allocators of memory advise. */
static const scmp_datum_t advice[] = { MADV_NORMAL, MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE };

/* Waiting and waking, without the locks that ask for their owner: those tell whether a process is there. */
static const scmp_datum_t waits[] = { FUTEX_WAIT, FUTEX_WAKE, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP,
    FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET };

/* With some arguments only: the first filter's matter. */
static const int limited[] = { SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
    SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(tgkill) };

/* What the loader does besides, and what the second filter is set by. Opening is left to Landlock and to the rules
 * below. */
static const int loading[] = { SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
    SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(close_range), SCMP_SYS(seccomp) };

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

/* The second filter, as the kernel takes it. */
static struct sock_filter tight[BPF_MAXINSNS];
static struct sock_fprog tight_program = { .filter = tight };
/* The first filter stands. */
static bool is_filtered;
static bool is_tight;
/* The connector is loaded. */
static bool is_loaded;

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

#if defined(__x86_64__)
#define FIRST_ARGUMENT(context) ((context)->uc_mcontext.gregs[REG_RDI])
#define THIRD_ARGUMENT(context) ((context)->uc_mcontext.gregs[REG_RDX])
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define FIRST_ARGUMENT(context) ((context)->uc_mcontext.regs[0])
#define THIRD_ARGUMENT(context) ((context)->uc_mcontext.regs[2])
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#endif

/* Does what the loader asked for, and takes away what it needed. */
static void finish_loading(unsigned file)
{
    syscall(SYS_close_range, file, file, 0); /* a kernel that has none leaves one more descriptor of the plugin open */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &tight_program) != 0)
        worker_exit("the system call filter could not be tightened");
    is_tight = true;
}

/* Constructors of a language's runtime try to read files and do without. That ends a watchful worker only in a call. */
static bool is_pardoned(int call, const ucontext_t *context)
{
    if (is_loaded || !is_tight) return false;
    if (call == SYS_openat) return (THIRD_ARGUMENT(context) & O_ACCMODE) == O_RDONLY;
    return call == SYS_mmap || call == SYS_mprotect;
}

/* Runs where a trapped call was asked for. It is the loader's, which has mapped the plugin; or it is the connector's:
 * then this says for what, and ends. The connector cannot replace it: rt_sigaction is not left to it. Nor has it
 * anything of setting `is_tight` back: the second filter refuses what then is tried. */
static void answer_trap(int signal, siginfo_t *information, void *opaque)
{
    (void)signal;
    ucontext_t *context = opaque;
    unsigned file = (unsigned)FIRST_ARGUMENT(context);
    if (information->si_syscall == SYS_close && file > PLUGIN) {
        bool is_last = !is_tight;
        if (is_last) finish_loading(file);
        RESULT(context) = is_last ? 0 : -EPERM;
        return;
    }
    if (is_pardoned(information->si_syscall, context)) {
        RESULT(context) = -EPERM;
        return;
    }
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

/* abort() signals its own thread. Any other signal to itself could look like a kill from outside. */
static void allow_abort(scmp_filter_ctx filter)
{
    const int call = SCMP_SYS(tgkill);
    const scmp_datum_t own = (scmp_datum_t)getpid();
    rule(seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, call, 2, argument(0, SCMP_CMP_EQ, own, 0), argument(2, SCMP_CMP_EQ, SIGABRT, 0)));
    rule(seccomp_rule_add(filter, SCMP_ACT_TRAP, call, 1, argument(0, SCMP_CMP_NE, own, 0)));
    rule(seccomp_rule_add(filter, SCMP_ACT_TRAP, call, 1, argument(2, SCMP_CMP_NE, SIGABRT, 0)));
}

/* A call that this architecture does not have cannot be asked for. */
static void add_each(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        int result = seccomp_rule_add(filter, action, calls[index], 0);
        if (result != -EDOM) rule(result);
    }
}

/* What is left for good. */
static void allow_lasting(scmp_filter_ctx filter)
{
    add_each(filter, SCMP_ACT_ALLOW, always, COUNT(always));
    for (size_t index = 0; index < COUNT(advice); index++) {
        rule(seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(madvise), 1, argument(2, SCMP_CMP_EQ, advice[index], 0)));
    }
    const scmp_datum_t wait = ~(scmp_datum_t)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
    for (size_t index = 0; index < COUNT(waits); index++) {
        rule(seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(futex), 1, argument(1, SCMP_CMP_MASKED_EQ, wait, waits[index])));
    }
    rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvfrom), 1, argument(0, SCMP_CMP_EQ, SOCKET, 0)));
    rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1, argument(0, SCMP_CMP_EQ, SOCKET, 0)));
    for (scmp_datum_t output = is_watchful ? STDERR_FILENO : STDOUT_FILENO; output <= STDERR_FILENO; output++) {
        rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, argument(0, SCMP_CMP_EQ, output, 0)));
        rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, argument(0, SCMP_CMP_EQ, output, 0)));
    }
    allow_abort(filter);
}

static void trap_each(scmp_filter_ctx filter, const struct call *calls, size_t count)
{
    for (size_t index = 0; index < count; index++) add_each(filter, SCMP_ACT_TRAP, &calls[index].number, 1);
}

/* Ends it also for what nobody needs to ask for. Chance is left to it: a library that is refused it looks for a file
 * instead. */
static void watch(scmp_filter_ctx filter)
{
    trap_each(filter, forbidden_when_watched, COUNT(forbidden_when_watched));
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
    return filter;
}

/* What the loader needs to map one library, whose file it then closes. */
static bool load_first(void)
{
    scmp_filter_ctx filter = begin();
    allow_lasting(filter);
    trap_each(filter, forbidden, COUNT(forbidden));
    if (is_watchful) watch(filter);
    add_each(filter, SCMP_ACT_ALLOW, loading, COUNT(loading));
    const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | __O_TMPFILE;
    rule(seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, argument(2, SCMP_CMP_MASKED_EQ, writing, O_RDONLY)));
    rule(seccomp_rule_add(
        filter, SCMP_ACT_TRAP, SCMP_SYS(openat), 1, argument(2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY)));
    rule(seccomp_rule_add(
        filter, SCMP_ACT_TRAP, SCMP_SYS(openat), 1, argument(2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR)));
    rule(seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(close), 0));
    int result = seccomp_load(filter);
    seccomp_release(filter);
    return result == 0;
}

/* Reading and writing of the worker's descriptors, memory that is no code, and the end. What the first filter lets pass
 * only with some arguments, or traps, it goes on to: of two answers the stricter one counts. It is kept as the kernel
 * takes it: where it is set, nothing more can be made. */
static void ready_second(void)
{
    scmp_filter_ctx filter = begin();
    add_each(filter, SCMP_ACT_ALLOW, always, COUNT(always));
    add_each(filter, SCMP_ACT_ALLOW, limited, COUNT(limited));
    if (is_watchful) rule(seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getrandom), 0));
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
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) worker_exit("no pipe for the system call filter");
    rule(seccomp_export_bpf(filter, ends[1]));
    ssize_t bytes = read(ends[0], tight, sizeof tight);
    close(ends[0]);
    close(ends[1]);
    seccomp_release(filter);
    if (bytes <= 0 || (size_t)bytes % sizeof *tight != 0) worker_exit("the system call filter could not be kept");
    tight_program.len = (unsigned short)((size_t)bytes / sizeof *tight);
}

bool give_up_calls(bool watchful)
{
    is_watchful = watchful;
    struct sigaction action = { .sa_sigaction = answer_trap, .sa_flags = SA_SIGINFO };
    if (sigaction(SIGSYS, &action, NULL) != 0) worker_exit("the handler of forbidden calls could not be set");
    ready_second();
    is_filtered = load_first();
    return is_filtered;
}

void expect_tightness(void)
{
    is_loaded = true;
    if (is_filtered && !is_tight) worker_exit("this machine's loader maps libraries in a way that is not known");
}
