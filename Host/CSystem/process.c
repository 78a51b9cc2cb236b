/* process.c: starting a worker with nothing of ours in it, and ending it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"

/* Where the worker expects them. */
#define WORKER_SOCKET 3
#define WORKER_PLUGIN 4
/* Sources lie above all targets, so that placing one never overwrites another. */
#define SOURCES_FROM 16

static int place_descriptors(posix_spawn_file_actions_t *actions, int socket, int plugin, int words)
{
    int error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, words, STDOUT_FILENO);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, words, STDERR_FILENO);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, socket, WORKER_SOCKET);
    if (error == 0) error = posix_spawn_file_actions_adddup2(actions, plugin, WORKER_PLUGIN);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(actions, WORKER_PLUGIN + 1);
    return error;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int error = posix_spawnattr_setsigdefault(attributes, &all);
    if (error == 0) error = posix_spawnattr_setsigmask(attributes, &none);
    if (error == 0) error = posix_spawnattr_setpgroup(attributes, 0);
    if (error == 0)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    return error;
}

pid_t patchbay_spawn_worker(const char *const arguments[], int socket, int plugin, int words)
{
    /* Hashing that is the same in every process, and one time zone, make a connector's answers repeatable; nothing else
     * is told. */
    char *environment[] = { (char *)"SWIFT_DETERMINISTIC_HASHING=1", (char *)"TZ=UTC0", NULL };
    int sources[3] = { socket, plugin, words };
    int copies[3] = { -1, -1, -1 };
    int error = 0;
    for (int index = 0; index < 3 && error == 0; index++) {
        copies[index] = fcntl(sources[index], F_DUPFD_CLOEXEC, SOURCES_FROM);
        if (copies[index] < 0) error = errno;
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t process = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (error == 0) error = place_descriptors(&actions, copies[0], copies[1], copies[2]);
    if (error == 0) error = set_attributes(&attributes);
    if (error == 0)
        error = posix_spawn(&process, arguments[0], &actions, &attributes, (char *const *)arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    for (int index = 0; index < 3; index++) {
        if (copies[index] >= 0) close(copies[index]);
    }
    return error == 0 ? process : -error;
}

int patchbay_process_descriptor(pid_t process)
{
    long descriptor = syscall(SYS_pidfd_open, process, 0);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int patchbay_kill_and_reap(pid_t process, int *exit_code, int *signal_number)
{
    int status = 0;
    *exit_code = -1;
    *signal_number = 0;
    kill(-process, SIGKILL); /* whatever it may have started, too; what has ended already keeps its status */
    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) return -errno;
    }
    if (WIFEXITED(status)) *exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) *signal_number = WTERMSIG(status);
    return 0;
}

int patchbay_signal_is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}
