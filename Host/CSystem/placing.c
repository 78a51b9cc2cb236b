/* placing.c: files that are made beside the place they are for, and put there whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system.h"

#define STEP_BYTES ((size_t)1 << 20)

int patchbay_make_file(const char *path)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    return file < 0 ? -errno : file;
}

int patchbay_open_file(const char *path)
{
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    return file < 0 ? -errno : file;
}

int patchbay_hold_file(int file, int alone)
{
    while (flock(file, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
        if (errno != EINTR) return -errno;
    }
    return 0;
}

int patchbay_copy_file(int from, int to)
{
    char *buffer = malloc(STEP_BYTES);
    if (buffer == NULL) return -ENOMEM;
    int result = 0;
    for (;;) {
        ssize_t count = read(from, buffer, STEP_BYTES);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            result = count < 0 ? -errno : 0;
            break;
        }
        for (ssize_t done = 0; done < count && result == 0;) {
            ssize_t written = write(to, buffer + done, (size_t)(count - done));
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) result = written < 0 ? -errno : -EIO;
            else done += written;
        }
        if (result != 0) break;
    }
    free(buffer);
    if (result == 0 && fsync(to) != 0) result = -errno;
    return result;
}

int patchbay_place_file(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -errno;
    /* A file system that cannot do it in one step: a second name, which is never given twice, then the first one away.
     */
    if (link(from, to) != 0) return -errno;
    return unlink(from) == 0 ? 0 : -errno;
}

int patchbay_sync_folder(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *folder = slash == NULL ? strdup(".") : slash == file ? strdup("/") : strndup(file, (size_t)(slash - file));
    if (folder == NULL) return -ENOMEM;
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = directory < 0 ? -errno : fsync(directory) == 0 ? 0 : -errno;
    if (directory >= 0) close(directory);
    free(folder);
    return result;
}

int patchbay_second_name(const char *path, const char *other) { return link(path, other) == 0 ? 0 : -errno; }

int patchbay_move_file(const char *from, const char *to) { return rename(from, to) == 0 ? 0 : -errno; }

int patchbay_remove_file(const char *path) { return unlink(path) == 0 ? 0 : -errno; }

int patchbay_is_same_file(const char *path, const char *other)
{
    struct stat one, two;
    return lstat(path, &one) == 0 && lstat(other, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}
