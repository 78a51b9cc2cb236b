/*
 * later.c: loads decliner.c as a worker would that has no sandbox, and takes away looking at files only when it is
 * loaded: what a constructor can decline. Prints what the connector found.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "patchbay.h"

static void take_away_looking(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_newfstatat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof code / sizeof *code, code };
    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

int main(int count, char **arguments)
{
    if (count != 2) return 64;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    dup2(open(arguments[1], O_RDONLY), 4);
    dup2(open("/usr/lib", O_RDONLY | O_DIRECTORY), 5);
    void *library = dlopen(arguments[1], RTLD_NOW);
    const patchbay_entry *(*symbol)(void) = library == NULL ? NULL : dlsym(library, "patchbay_connector_v1");
    if (symbol == NULL) return 1;
    take_away_looking();
    patchbay_opening opening = { .struct_size = sizeof opening };
    patchbay_operation operation = { .struct_size = sizeof operation, .number = PATCHBAY_OPERATION_DISCOVER };
    patchbay_failure failure = { 0 };
    patchbay_instance *instance = NULL;
    patchbay_call *call = NULL;
    const patchbay_step *step = NULL;
    if (symbol()->open(&opening, &instance, &failure) != 0) return 2;
    if (symbol()->begin(instance, &operation, &call, &step) != 0) return 3;
    const patchbay_discovered *found = step->result->discovered.elements;
    printf("%.*s\n", (int)found->id.length, found->id.bytes);
    return 0;
}
