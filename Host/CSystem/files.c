/* files.c: opening plugins and keeping the very bytes that were looked at; replacing small files whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "system.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3; a kernel may demand it for memory that is loaded as code */
#endif

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010 /* Linux 5.1 */
#endif

#define COPY_BYTES ((size_t)256 << 10)

int patchbay_open_directory(const char *path)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return directory < 0 ? -errno : directory;
}

int patchbay_open_file_in(int directory, const char *name)
{
    int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return file < 0 ? -errno : file;
}

static int64_t nanoseconds(struct timespec time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

int patchbay_look_at(int file, patchbay_file_facts *facts)
{
    struct stat status;
    if (fstat(file, &status) != 0) return -errno;
    *facts = (patchbay_file_facts){
        .is_regular = S_ISREG(status.st_mode),
        .mode = status.st_mode & 07777,
        .owner = status.st_uid,
        .device = status.st_dev,
        .inode = status.st_ino,
        .bytes = status.st_size < 0 ? 0 : (uint64_t)status.st_size,
        .modified_ns = nanoseconds(status.st_mtim),
        .changed_ns = nanoseconds(status.st_ctim),
    };
    return 0;
}

static int write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count < 0 ? -errno : -EIO;
        bytes += count;
        length -= (size_t)count;
    }
    return 0;
}

/* Copies to the end of `file`, however long it is by now: a size that was asked for before may be old. */
static int copy_bounded(int file, int copy, uint64_t bytes_max, uint64_t *bytes)
{
    char *buffer = malloc(COPY_BYTES);
    if (buffer == NULL) return -ENOMEM;
    int result = 0;
    *bytes = 0;
    for (;;) {
        ssize_t count = read(file, buffer, COPY_BYTES);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) result = -errno;
        if (count <= 0) break;
        *bytes += (uint64_t)count;
        result = *bytes > bytes_max ? -EFBIG : write_all(copy, buffer, (size_t)count);
        if (result != 0) break;
    }
    free(buffer);
    return result;
}

/* Nothing of the copy is mapped, so forbidding what is to come forbids all writing. F_SEAL_WRITE says the same, but
   fails with EBUSY while the kernel itself holds on to a page (a list of its own, a page being moved), which no program
   can wait for with certainty. */
static int seal(int copy)
{
    const int size = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;
    if (fcntl(copy, F_ADD_SEALS, size | F_SEAL_FUTURE_WRITE) == 0) return 0;
    if (errno == EINVAL && fcntl(copy, F_ADD_SEALS, size | F_SEAL_WRITE) == 0) return 0;
    return -errno;
}

int patchbay_sealed_copy(int file, uint64_t bytes_max, uint64_t *bytes)
{
    int copy = memfd_create("patchbay-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (copy < 0 && errno == EINVAL) copy = memfd_create("patchbay-plugin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0) return -errno;
    int result = copy_bounded(file, copy, bytes_max, bytes);
    if (result == 0) result = seal(copy);
    if (result == 0) return copy;
    close(copy);
    return result;
}

int patchbay_replace_file(int directory, const char *name, const void *bytes, size_t length)
{
    char temporary[300];
    int named = snprintf(temporary, sizeof temporary, ".%s.%d.new", name, (int)getpid());
    if (named < 0 || (size_t)named >= sizeof temporary) return -ENAMETOOLONG;
    unlinkat(directory, temporary, 0); /* one that a process of our number left behind */
    int file = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return -errno;
    int result = write_all(file, bytes, length);
    if (result == 0 && fsync(file) != 0) result = -errno;
    close(file);
    if (result == 0 && renameat(directory, temporary, directory, name) != 0) result = -errno;
    if (result != 0) unlinkat(directory, temporary, 0);
    if (result == 0) fsync(directory);
    return result;
}

int patchbay_lock_directory(int directory, int timeout_ms)
{
    const struct timespec pause = { .tv_nsec = 5000000 };
    for (int waited_ms = 0;; waited_ms += 5) {
        if (flock(directory, LOCK_EX | LOCK_NB) == 0) return 0;
        if (errno != EWOULDBLOCK && errno != EINTR) return -errno;
        if (waited_ms >= timeout_ms) return -ETIMEDOUT;
        nanosleep(&pause, NULL);
    }
}

int patchbay_rename_beside(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -errno;
    /* A file system that cannot: callers hold the directory's lock, so between the two steps nobody of ours comes. */
    struct stat status;
    if (lstat(to, &status) == 0) return -EEXIST;
    return rename(from, to) == 0 ? 0 : -errno;
}
