#include "sandbox.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "codec.h"
#include "filter.h"
#include "landlock.h"

/* The socket, the plugin, the three standard ones, and what is open one after the other while libraries are loaded. */
#define FILES_MAX 16
/* A connector holds answers of at most 12 MiB; a gibibyte of address space is a leak. */
#define ADDRESS_SPACE_BYTES_MAX ((rlim_t)1 << 30)
/* Ends what spins after its host was stopped by a debugger; the host itself ends a slow step after seconds. */
#define CPU_SECONDS_MAX ((rlim_t)6 * 3600)

static void bound(int resource, rlim_t most)
{
    struct rlimit limit = { .rlim_cur = most, .rlim_max = most };
    if (setrlimit(resource, &limit) != 0) worker_exit("a resource limit could not be set");
}

/* What root may do beyond others. An ordinary user has none of it, and cannot give up the rights of programs it would
 * run, which are out of its reach anyway: it runs none. */
static void give_up_rights(void)
{
    for (int right = 0; prctl(PR_CAPBSET_READ, right, 0, 0, 0) >= 0; right++) prctl(PR_CAPBSET_DROP, right, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
    if (syscall(SYS_capset, &head, none) != 0) worker_exit("the rights of root could not be given up");
}

void bind_to_host(pid_t host)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) worker_exit("the parent-death signal could not be set");
    if (getppid() != host) worker_exit("the host was gone before the worker began");
    if (prctl(PR_SET_DUMPABLE, 0) != 0) worker_exit("the worker could not be made undumpable");
    give_up_rights();
    bound(RLIMIT_CORE, 0);
    bound(RLIMIT_FSIZE, 0);
    bound(RLIMIT_NPROC, 0);
    bound(RLIMIT_NOFILE, FILES_MAX);
    bound(RLIMIT_AS, ADDRESS_SPACE_BYTES_MAX);
    bound(RLIMIT_CPU, CPU_SECONDS_MAX);
}

bool enter_sandbox(bool watchful)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) worker_exit("new privileges could not be given up");
    bool no_files = give_up_files();
    bool no_calls = give_up_calls(watchful);
    return no_files && no_calls;
}
