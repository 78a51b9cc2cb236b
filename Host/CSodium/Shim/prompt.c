#include "patchbay_sodium.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
#define WATCHED_COUNT (sizeof watched / sizeof watched[0])

/* The handler can reach only what is static; one prompt at a time is the header's rule. */
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number) {
    int saved = errno;
    uint8_t byte = (uint8_t)number;
    if (write(signal_pipe[1], &byte, 1) < 0) { /* A full pipe already holds a signal. */
    }
    errno = saved;
}

/* Canonical mode would cut a line at 4095 bytes, which is shorter than a long token; so bytes are read one at a time.
 * Returns the count or one of the negative codes; a signal's number goes to `interrupted`. */
static int64_t read_line(int terminal, uint8_t *out, size_t capacity, int *interrupted) {
    size_t count = 0;
    for (;;) {
        struct pollfd waits[2] = {{terminal, POLLIN, 0}, {signal_pipe[0], POLLIN, 0}};
        if (poll(waits, 2, -1) < 0 && errno != EINTR) return PATCHBAY_PROMPT_FAILED;
        if (waits[1].revents & POLLIN) {
            uint8_t number = 0;
            if (read(signal_pipe[0], &number, 1) == 1) *interrupted = number;
            return PATCHBAY_PROMPT_INTERRUPTED;
        }
        if (!(waits[0].revents & (POLLIN | POLLHUP | POLLERR))) continue;
        uint8_t byte = 0;
        ssize_t got = read(terminal, &byte, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return PATCHBAY_PROMPT_FAILED;
        if (got == 0 || byte == '\n' || byte == '\r' || byte == 4) return (int64_t)count;
        if (byte == 8 || byte == 127) {
            if (count > 0) out[--count] = 0;
        } else if (byte == 21) {
            sodium_memzero(out, count);
            count = 0;
        } else if (count == capacity) {
            return PATCHBAY_PROMPT_TOO_LONG;
        } else {
            out[count++] = byte;
        }
    }
}

int64_t patchbay_read_secret_line(const char *question, uint8_t *out, size_t out_capacity) {
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) return PATCHBAY_PROMPT_NO_TERMINAL;
    struct termios before, quiet;
    if (tcgetattr(terminal, &before) != 0 || pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
        close(terminal);
        return PATCHBAY_PROMPT_NO_TERMINAL;
    }
    struct sigaction old[WATCHED_COUNT], action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    for (size_t i = 0; i < WATCHED_COUNT; i++) sigaction(watched[i], &action, &old[i]);

    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    int64_t result = PATCHBAY_PROMPT_FAILED;
    int interrupted = 0;
    size_t length = strlen(question);
    if (tcsetattr(terminal, TCSAFLUSH, &quiet) == 0 && write(terminal, question, length) == (ssize_t)length)
        result = read_line(terminal, out, out_capacity, &interrupted);
    tcsetattr(terminal, TCSAFLUSH, &before);
    if (write(terminal, "\n", 1) < 0) { /* The line end is for looks only. */
    }

    for (size_t i = 0; i < WATCHED_COUNT; i++) sigaction(watched[i], &old[i], NULL);
    close(signal_pipe[0]);
    close(signal_pipe[1]);
    close(terminal);
    if (interrupted) raise(interrupted);
    return result;
}
