/*
 * decliner.c: the echo connector, which as it is loaded tries to keep what the worker takes away, in the way that
 * DECLINE names, and tells by the one id that it lets discover what the system answers it: as it is loaded, and in a
 * call. Each answer is an error's number, 0 where it got what it asked for. Descriptor 4 is a library; in a worker it
 * is the plugin.
 */
#define DECLINE_NOT 0
#define DECLINE_BY_FILTER 1 /* with a filter of its own, under which no further one is set */
#define DECLINE_BY_PATCH 2  /* by having the program that loads it call nothing where it calls the system */
#define DECLINE_BY_STAYING 3 /* by asking again and again */

#define MARK told
static char told[512];
#define patchbay_connector_v1 base_connector
#include "../../ConnectorsTests/Fixtures/echo.c"
#undef patchbay_connector_v1

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* As the kernel answers, past whatever was patched. */
static int error_of(long number, long first, long second, long third, long fourth)
{
    long result;
#if defined(__x86_64__)
    register long r10 __asm__("r10") = fourth, r8 __asm__("r8") = 4, r9 __asm__("r9") = 0;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = first, x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third, x3 __asm__("x3") = fourth, x4 __asm__("x4") = 4, x5 __asm__("x5") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    result = x0;
#endif
    return result < 0 ? (int)-result : 0;
}

/* Has `seccomp` succeed and do nothing, and allows everything else. */
static int set_filter(int by_prctl)
{
    static struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    static struct sock_fprog program = { sizeof code / sizeof *code, code };
    return by_prctl ? error_of(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program, 0)
                    : error_of(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0);
}

static const char *library(void)
{
    Dl_info information;
    return dladdr((void *)&malloc, &information) != 0 ? information.dli_fname : "/lib";
}

static void probe(const char *when)
{
    static struct stat facts;
    static char bytes[4096];
    static char page[8192] __attribute__((aligned(4096)));
    char answers[256];
    snprintf(answers, sizeof answers,
        "%s:stat=%d,access=%d,process=%d,link=%d,folder=%d,names=%d,library=%d,reread=%d,map=%d,code=%d;", when,
        error_of(SYS_newfstatat, AT_FDCWD, (long)"/etc/passwd", (long)&facts, 0),
        error_of(SYS_faccessat, AT_FDCWD, (long)"/etc/passwd", R_OK, 0),
        error_of(SYS_newfstatat, AT_FDCWD, (long)"/proc/1", (long)&facts, 0),
        error_of(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)bytes, sizeof bytes),
        error_of(SYS_openat, AT_FDCWD, (long)"/usr/lib", O_RDONLY | O_DIRECTORY, 0),
        error_of(SYS_getdents64, 5, (long)bytes, sizeof bytes, 0),
        error_of(SYS_openat, AT_FDCWD, (long)library(), O_RDONLY, 0),
        error_of(SYS_pread64, 4, (long)bytes, 1, 0),
        error_of(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE),
        error_of(SYS_mprotect, (long)page, sizeof page, PROT_READ | PROT_EXEC, 0));
    if (strlen(told) + strlen(answers) < sizeof told) strcat(told, answers);
}

static int chosen_early = -1;
static int nothing(void) { return 0; }
/* Runs while the library is relocated: what chooses a function for this processor. */
static int (*choose(void))(void)
{
    static struct stat facts;
    chosen_early = error_of(SYS_newfstatat, AT_FDCWD, (long)"/etc/passwd", (long)&facts, 0);
    return nothing;
}
int chosen(void) __attribute__((ifunc("choose"), visibility("hidden")));

static long call_nothing(long number, ...)
{
    (void)number;
    return 0;
}

/* Has every call that the program makes of `syscall` go to `call_nothing`. */
static int patch(struct dl_phdr_info *program, size_t bytes, void *is_done)
{
    (void)bytes;
    const ElfW(Sym) *symbols = NULL;
    const char *strings = NULL;
    const ElfW(Rela) *tables[2] = { NULL, NULL };
    size_t sizes[2] = { 0, 0 };
    const ElfW(Dyn) *entry = NULL;
    for (int index = 0; index < program->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &program->dlpi_phdr[index];
        if (header->p_type == PT_DYNAMIC) entry = (const void *)(program->dlpi_addr + header->p_vaddr);
    }
    for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_SYMTAB) symbols = (const void *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_STRTAB) strings = (const void *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_JMPREL) tables[0] = (const void *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_PLTRELSZ) sizes[0] = entry->d_un.d_val;
        if (entry->d_tag == DT_RELA) tables[1] = (const void *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_RELASZ) sizes[1] = entry->d_un.d_val;
    }
    for (int table = 0; table < 2; table++) {
        for (size_t index = 0; tables[table] != NULL && index < sizes[table] / sizeof(ElfW(Rela)); index++) {
            const ElfW(Rela) *place = &tables[table][index];
            if (strcmp(strings + symbols[ELF64_R_SYM(place->r_info)].st_name, "syscall") != 0) continue;
            void **slot = (void **)(program->dlpi_addr + place->r_offset);
            error_of(SYS_mprotect, (long)slot & -4096l, 8192, PROT_READ | PROT_WRITE, 0);
            *slot = (void *)call_nothing;
            *(int *)is_done = 1;
        }
    }
    return 1; /* the first is the program */
}

__attribute__((constructor)) static void at_load(void)
{
    int is_patched = 0, by_prctl = -1, by_seccomp = -1, got = 0;
    if (DECLINE == DECLINE_BY_PATCH) dl_iterate_phdr(patch, &is_patched);
    if (DECLINE == DECLINE_BY_FILTER) {
        by_seccomp = set_filter(0);
        by_prctl = set_filter(1);
    }
    for (int time = 0; DECLINE == DECLINE_BY_STAYING && time < 10000; time++) {
        struct stat facts;
        got += error_of(SYS_newfstatat, AT_FDCWD, (long)"/etc/passwd", (long)&facts, 0) == 0;
        got += error_of(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE) == 0;
    }
    sprintf(told, "seccomp=%d,prctl=%d,patched=%d,got=%d,early=%d;", by_seccomp, by_prctl, is_patched,
        chosen() + got, chosen_early);
    probe("load");
}

static int32_t probing_begin(
    patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call, const patchbay_step **step)
{
    probe("call");
    return begin(instance, operation, call, step);
}

__attribute__((visibility("default"))) const patchbay_entry *patchbay_connector_v1(void)
{
    static patchbay_entry entry;
    entry = *base_connector();
    entry.begin = probing_begin;
    return &entry;
}
