/*
 * hostile.c: the echo connector, or the one that BASE names, with one thing that no connector may do, at one place: at
 * load, where constructors run, or in one of its functions. Which thing and where, the test writes over the marks below
 * in the compiled file. When an act succeeds that has to fail, it says STOLEN and ends.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef BASE
#define BASE "echo.c"
#endif
#define patchbay_connector_v1 base_connector
#include BASE
#undef patchbay_connector_v1

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const volatile char act_mark[32] = "ACT-GOES-HERE";
static const volatile char place_mark[32] = "PLACE-GOES-HERE";
static const volatile char secret_mark[256] = "SECRET-GOES-HERE";
#define ACT ((const char *)act_mark)
#define PLACE (place_mark[0] - '0')
#define SECRET_FILE ((const char *)secret_mark)

static void stolen(int succeeded)
{
    if (!succeeded) return;
    fputs("STOLEN\n", stderr);
    _exit(9);
}

static void *idle(void *nothing) { return nothing; }

/* The host, as the worker was told of it: the system does not let a connector ask who its parent is. */
static pid_t host_process;

static int opens_of(pid_t process, const char *what)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)process, what);
    return open(path, O_RDONLY) >= 0;
}

static int opens_of_host(const char *what) { return opens_of(host_process, what); }

#include "burglar.h"
#include "keeper.h"

static int act_on_host(const char *act)
{
    if (strcmp(act, "read-key") == 0) stolen(open(SECRET_FILE, O_RDONLY) >= 0);
    else if (strcmp(act, "read-environment") == 0) stolen(opens_of_host("environ"));
    else if (strcmp(act, "read-memory") == 0) stolen(opens_of_host("mem"));
    else if (strcmp(act, "read-descriptors") == 0) stolen(opens_of_host("fd/3"));
    else if (strcmp(act, "list-home") == 0) stolen(open("/", O_RDONLY | O_DIRECTORY) >= 0);
    else if (strcmp(act, "write-file") == 0) stolen(open("/tmp/hostile", O_WRONLY | O_CREAT, 0600) >= 0);
    else if (strcmp(act, "remove-file") == 0) stolen(unlink(SECRET_FILE) == 0);
    else if (strcmp(act, "socket") == 0) stolen(socket(AF_INET, SOCK_STREAM, 0) >= 0);
    else if (strcmp(act, "local-socket") == 0) stolen(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
    else if (strcmp(act, "trace") == 0) stolen(ptrace(PTRACE_ATTACH, host_process, NULL, NULL) == 0);
    else if (strcmp(act, "peek") == 0) {
        char byte;
        struct iovec here = { &byte, 1 }, there = { (void *)stolen, 1 };
        stolen(process_vm_readv(host_process, &here, 1, &there, 1, 0) == 1);
    } else if (strcmp(act, "signal-host") == 0) stolen(kill(host_process, SIGTERM) == 0);
    else return 0;
    return 1;
}

static int act_on_itself(const char *act)
{
    if (strcmp(act, "exec") == 0) stolen(execl("/bin/true", "true", (char *)NULL) == 0);
    else if (strcmp(act, "fork") == 0) stolen(fork() >= 0);
    else if (strcmp(act, "thread") == 0) {
        pthread_t thread;
        stolen(pthread_create(&thread, NULL, idle, NULL) == 0);
    } else if (strcmp(act, "close-socket") == 0) stolen(close(3) == 0);
    else if (strcmp(act, "replace-socket") == 0) stolen(dup2(2, 3) == 3);
    else if (strcmp(act, "raise-limits") == 0) {
        struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
        stolen(setrlimit(RLIMIT_AS, &none) == 0);
    } else if (strcmp(act, "be-dumpable") == 0) stolen(prctl(PR_SET_DUMPABLE, 1) == 0);
    else if (strcmp(act, "catch-forbidden") == 0) stolen(signal(SIGSYS, SIG_IGN) != SIG_ERR);
    else if (strcmp(act, "memory-file") == 0) stolen(syscall(SYS_memfd_create, "code", 0) >= 0);
    else return 0;
    return 1;
}

static void act(void)
{
    if (act_on_host(ACT) || act_on_itself(ACT) || act_for_secrets(ACT) || act_for_more(ACT)) return;
    if (strcmp(ACT, "print") == 0) for (int line = 0; line < 100000; line++) puts("{\"not\":\"for you\"}");
    else if (strcmp(ACT, "print-for-ever") == 0) for (;;) puts("and on and on");
    else if (strcmp(ACT, "block") == 0) for (volatile int forever = 1; forever;) {}
    else if (strcmp(ACT, "allocate") == 0) for (;;) *(volatile char *)malloc(16 << 20) = 1;
    else if (strcmp(ACT, "overflow") == 0) {
        char page[1 << 16];
        memset(page, 1, sizeof page);
        act();
        __asm__ volatile("" ::"r"(page));
    } else if (strcmp(ACT, "crash") == 0) *(volatile int *)8 = 1;
    else if (strcmp(ACT, "trap") == 0) __builtin_trap();
    else if (strcmp(ACT, "exit") == 0) exit(0);
    else if (strcmp(ACT, "answer-another") == 0) {
        /* A whole frame: no bytes of content, kind STEP, for a call that is not this one. */
        static const unsigned char frame[16] = { 0, 0, 0, 0, 69, 0, 0, 0, 99 };
        send(3, frame, sizeof frame, 0);
    } else if (strcmp(ACT, "huge-frame") == 0) {
        static const unsigned char frame[16] = { 255, 255, 255, 127, 69, 0, 0, 0, 1 };
        send(3, frame, sizeof frame, 0);
    }
}

enum { AT_LOAD, AT_ENTRY, AT_DESCRIBE, AT_OPEN, AT_CLOSE, AT_BEGIN, AT_RESUME, AT_END };

__attribute__((constructor)) static void at_load(int count, char **arguments)
{
    host_process = count > 1 ? (pid_t)atoi(arguments[1]) : -1;
    if (host_process <= 1) _exit(8);
    if (PLACE == AT_LOAD) act();
}

#ifdef IS_ECHO
/* Takes along what it saw in the call before, whoever's that was. */
static char seen[512];

static void carry(patchbay_call *call)
{
    char *both = malloc(2 * sizeof seen);
    snprintf(both, 2 * sizeof seen, "%.*s, after %s", (int)sizeof seen - 1, call->titles, seen);
    snprintf(seen, sizeof seen, "%s", call->titles);
#ifdef STRANGER
    speak(&call->request, &call->words, both);
#else
    call->request.body = text(both);
#endif
}
#endif

static const patchbay_descriptor *wrapped_describe(void) { if (PLACE == AT_DESCRIBE) act(); return describe(); }
static int32_t wrapped_open(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure)
{
    if (PLACE == AT_OPEN) act();
    return open_instance(opening, instance, failure);
}
static void wrapped_close(patchbay_instance *instance) { if (PLACE == AT_CLOSE) act(); close_instance(instance); }
static int32_t wrapped_begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    if (PLACE == AT_BEGIN) act();
    int32_t status = begin(instance, operation, call, step);
#ifdef IS_ECHO
    if (strcmp(ACT, "carry") == 0 && operation->number == PATCHBAY_OPERATION_CREATE) carry(*call);
#endif
    return status;
}
static int32_t wrapped_resume(patchbay_call *call, const patchbay_response *response, const patchbay_step **step)
{
    if (PLACE == AT_RESUME) act();
    return resume(call, response, step);
}
static void wrapped_end(patchbay_call *call) { if (PLACE == AT_END) act(); end(call); }

__attribute__((visibility("default"))) const patchbay_entry *patchbay_connector_v1(void)
{
    static patchbay_entry entry;
    if (PLACE == AT_ENTRY) act();
    entry = *base_connector();
    entry.describe = wrapped_describe;
    entry.open = wrapped_open;
    entry.close = wrapped_close;
    entry.begin = wrapped_begin;
    entry.resume = wrapped_resume;
    entry.end = wrapped_end;
    return &entry;
}
