/* waiting.c: one thread that waits for a worker, and many that write to it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "system.h"

int patchbay_socket_pair(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -errno;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : -errno;
}

int patchbay_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 ? 0 : -errno;
}

int patchbay_event(void)
{
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return event < 0 ? -errno : event;
}

void patchbay_event_signal(int event) { eventfd_write(event, 1); }

void patchbay_event_clear(int event)
{
    eventfd_t value;
    eventfd_read(event, &value);
}

int patchbay_wait(int socket, int wants_in, int wants_out, int wake, int words, int process, int timeout_ms)
{
    struct pollfd set[4] = {
        { .fd = wants_in || wants_out ? socket : -1,
            .events = (short)((wants_in ? POLLIN : 0) | (wants_out ? POLLOUT : 0)) },
        { .fd = wake, .events = POLLIN },
        { .fd = words, .events = POLLIN },
        { .fd = process, .events = POLLIN },
    };
    int ready = poll(set, 4, timeout_ms);
    if (ready < 0) return errno == EINTR ? 0 : -errno;
    int seen = 0;
    if (set[0].revents & (POLLIN | POLLHUP | POLLERR)) seen |= PATCHBAY_READY_SOCKET_IN;
    if (set[0].revents & POLLOUT) seen |= PATCHBAY_READY_SOCKET_OUT;
    if (set[1].revents != 0) seen |= PATCHBAY_READY_WAKE;
    if (set[2].revents != 0) seen |= PATCHBAY_READY_WORDS;
    if (set[3].revents != 0) seen |= PATCHBAY_READY_ENDED;
    return seen;
}

ssize_t patchbay_send(int socket, const void *bytes, size_t length)
{
    ssize_t count;
    do count = send(socket, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

ssize_t patchbay_receive(int descriptor, void *bytes, size_t length)
{
    ssize_t count;
    do count = read(descriptor, bytes, length);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}
