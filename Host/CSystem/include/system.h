/*
 * system.h: what Swift cannot import from the system's headers (variadic calls, struct-returning macros, GNU flags),
 * and nothing more. Functions that can fail return -errno; descriptors are close-on-exec and owned by the caller.
 */
#ifndef PATCHBAY_SYSTEM_H
#define PATCHBAY_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Opens a directory for reading its names. */
int patchbay_open_directory(const char *path);

/* Opens a file of a directory for reading. Follows no link (-ELOOP), and does not wait for a pipe's other end. */
int patchbay_open_file_in(int directory, const char *name);

/* What the system says of an open file or directory: enough to tell it from every other one, and whether it has been
 * touched. */
typedef struct {
    int is_regular;
    uint32_t mode; /* permission bits */
    uint32_t owner;
    uint64_t device, inode, bytes;
    int64_t modified_ns, changed_ns;
} patchbay_file_facts;

int patchbay_look_at(int file, patchbay_file_facts *facts);

/* Puts bytes in the place of a file of a directory, for the owner alone: whole, or not at all, whenever the machine
 * stops. */
int patchbay_replace_file(int directory, const char *name, const void *bytes, size_t length);

/* Runs a function on a new thread that nobody waits for; -EAGAIN where the system allows no further one. */
int patchbay_start_thread(void (*run)(void *), void *context);

/* Renames, and never in the place of another file (-EEXIST). */
int patchbay_rename_beside(const char *from, const char *to);

/* Waits up to `timeout_ms` to be the only one who holds an open directory; -ETIMEDOUT. Until the descriptor is closed.
 */
int patchbay_lock_directory(int directory, int timeout_ms);

/* Makes a new file for the owner alone and opens it; -EEXIST when there is anything at the path. */
int patchbay_make_file(const char *path);

/* Opens a file for reading. Follows no link (-ELOOP), and does not wait for a pipe's other end. */
int patchbay_open_file(const char *path);

/* Holds an open file with others, or alone, until the descriptor is closed; -EWOULDBLOCK at once when that cannot be.
 * Apart from the locks that SQLite sets. */
int patchbay_hold_file(int file, int alone);

/* Copies from one descriptor to another to the end, and syncs what was written. */
int patchbay_copy_file(int from, int to);

/* Gives a file another name, in place of none: -EEXIST when there is anything of that name. */
int patchbay_place_file(const char *from, const char *to);

/* Syncs the directory that a file lies in. */
int patchbay_sync_folder(const char *file);

/* Gives a file a second name; gives it another one in place of whatever has it; takes a name away. */
int patchbay_second_name(const char *path, const char *other);
int patchbay_move_file(const char *from, const char *to);
int patchbay_remove_file(const char *path);

/* Whether both names are of one file: 1 or 0. */
int patchbay_is_same_file(const char *path, const char *other);

/* Version of the C library that is running, such as "2.36". Static. */
const char *patchbay_libc_version(void);

/* Time since this machine was started, sleep included. */
int64_t patchbay_running_milliseconds(void);

/* The kernel's Landlock version, 0 without; whether it has system call filters, 1 or 0; how much memory may be locked,
 * -1 for all of it. */
int patchbay_landlock_version(void);
int patchbay_has_call_filters(void);
int64_t patchbay_locked_bytes_max(void);

/* Whether the kernel can give a worker the whole sandbox: Landlock and system call filters. 1 or 0. */
int patchbay_sandbox_is_whole(void);

/* Copies an open file into memory that nobody can change any more, and returns its descriptor. -EFBIG when it holds
 * more than `bytes_max`. `bytes` is what was copied. */
int patchbay_sealed_copy(int file, uint64_t bytes_max, uint64_t *bytes);

/* A connected pair of stream sockets; the first does not block. */
int patchbay_socket_pair(int ends[2]);

/* A pipe; its reading end, the first, does not block. */
int patchbay_pipe(int ends[2]);

/* An event to wake a thread that waits in patchbay_wait. Any thread may signal it; only the waiting one clears it. */
int patchbay_event(void);
void patchbay_event_signal(int event);
void patchbay_event_clear(int event);

/* Starts `arguments[0]` (null-terminated list) with a bare environment, in a process group of its own, with `socket`,
 * `plugin` and `words` as its descriptors 3, 4, and 1 and 2, and no others. Returns its process id. The caller's thread
 * is the one whose end its parent-death signal tells. */
pid_t patchbay_spawn_worker(const char *const arguments[], int socket, int plugin, int words);

/* A descriptor that becomes readable when the process ends; -ENOSYS where the kernel has none. */
int patchbay_process_descriptor(pid_t process);

/* Kills a process group and waits for its leader. `*exit_code` is its exit status, or -1, and then `*signal_number`
 * what killed it. */
int patchbay_kill_and_reap(pid_t process, int *exit_code, int *signal_number);

/* What patchbay_wait saw, a bit each. */
#define PATCHBAY_READY_SOCKET_IN 1
#define PATCHBAY_READY_SOCKET_OUT 2
#define PATCHBAY_READY_WAKE 4
#define PATCHBAY_READY_WORDS 8
#define PATCHBAY_READY_ENDED 16

/* Waits for a worker: its socket (to read, to write), the wake event, its words, its end. Descriptors may be -1.
 * `timeout_ms` below 0 waits for ever. Returns bits of the above, 0 when the time is over. */
int patchbay_wait(int socket, int wants_in, int wants_out, int wake, int words, int process, int timeout_ms);

/* Sends without waiting and without a signal; -EAGAIN when nothing fits. */
ssize_t patchbay_send(int socket, const void *bytes, size_t length);

/* Whether this process ignores a signal, as `nohup` has it ignore SIGHUP: 1 or 0. */
int patchbay_signal_is_ignored(int number);

/* Reads without waiting from a socket or pipe made here; 0 at its end, -EAGAIN when there is nothing. */
ssize_t patchbay_receive(int descriptor, void *bytes, size_t length);

#endif
