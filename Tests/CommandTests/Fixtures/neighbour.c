/*
 * neighbour.c: another process that wants to know what process PID holds. `neighbour PID`, or `neighbour child` for one
 * that hides nothing. Prints one line for each way: its name, and the error, or "open" where it was let in.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char canary[] = "what it holds";

static void tell(const char *way, int succeeded)
{
    printf("%s %s\n", way, succeeded ? "open" : strerrorname_np(errno));
}

/* Reading may be refused after opening was not. */
static int reads(pid_t process, const char *what, off_t place)
{
    char path[64], byte;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)process, what);
    int file = open(path, O_RDONLY);
    return file >= 0 && pread(file, &byte, 1, place) == 1;
}

int main(int count, char **arguments)
{
    int has_child = count > 1 && strcmp(arguments[1], "child") == 0;
    pid_t process = has_child ? fork() : (pid_t)atoi(count > 1 ? arguments[1] : "0");
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, 9);
        for (;;) pause();
    }
    char byte;
    struct iovec here = { &byte, 1 }, there = { canary, 1 };
    static const char *const files[] = { "environ", "maps", "auxv", "fd/0", "fd/3" };
    for (size_t index = 0; index < sizeof files / sizeof *files; index++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/%s", (int)process, files[index]);
        tell(files[index], open(path, O_RDONLY) >= 0);
    }
    tell("mem", reads(process, "mem", (off_t)(size_t)canary));
    tell("readv", process_vm_readv(process, &here, 1, &there, 1, 0) == 1);
    tell("writev", process_vm_writev(process, &here, 1, &there, 1, 0) == 1);
    int handle = (int)syscall(SYS_pidfd_open, process, 0);
    tell("getfd", handle >= 0 && syscall(SYS_pidfd_getfd, handle, 0, 0) >= 0);
    int is_seized = ptrace(PTRACE_SEIZE, process, NULL, NULL) == 0;
    tell("seize", is_seized);
    if (is_seized) ptrace(PTRACE_DETACH, process, NULL, NULL);
    if (has_child) kill(process, 9);
    return 0;
}
