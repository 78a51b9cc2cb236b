/*
 * patchbay-worker: holds one connector for the host. Single thread, one socket, one plugin, nothing else.
 *
 * The host starts it as `patchbay-worker HOST-PID WIRE FRAME-BYTES-MAX whole|partial plain|watchful LIBRARY...` with
 * the socket as descriptor 3 and the sealed plugin as descriptor 4. WIRE is the host's protocol (wire.h). `whole` loads
 * nothing where the kernel cannot give the whole sandbox; `watchful` ends a connector for what otherwise is an error to
 * it. The libraries are those that the plugin needs: the system's own, loaded before the sandbox is closed, because no
 * file can be opened in it. What the connector prints goes to descriptor 2, of which the host keeps the last words.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "filter.h"
#include "load.h"
#include "loop.h"
#include "sandbox.h"
#include "wire.h"

#define EXIT_USAGE 64
#define ARGUMENTS 6 /* with the program's name, and before the libraries */
#define FRAME_BYTES_MAX_MAX (256ul << 20) /* beyond this the number is a mistake */

static unsigned long number(const char *text)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' ? 0 : value;
}

/* All that a host of another version can read. */
static void tell_wire(struct writer *writer)
{
    writer_frame(writer, WIRE_HELLO, 0);
    put_u32(writer, WIRE_PROTOCOL);
    if (!writer_finish(writer)) worker_exit("a greeting did not fit into a frame");
}

static bool load_libraries(char **names, struct writer *writer)
{
    for (; *names != NULL; names++) {
        if (!load_library(*names, writer)) return false;
    }
    return true;
}

int main(int count, char **arguments)
{
    int type = 0;
    socklen_t type_bytes = sizeof type;
    unsigned long host = count > 1 ? number(arguments[1]) : 0;
    bool is_ours = count >= ARGUMENTS && number(arguments[2]) == WIRE_PROTOCOL;
    unsigned long frame_bytes_max = is_ours ? number(arguments[3]) : FRAME_BYTES_MAX_MAX;
    bool started_by_host = getsockopt(SOCKET, SOL_SOCKET, SO_TYPE, &type, &type_bytes) == 0 && type == SOCK_STREAM;
    if (host == 0 || !started_by_host || frame_bytes_max == 0 || frame_bytes_max > FRAME_BYTES_MAX_MAX) {
        fputs(
            "patchbay-worker is started by patchbay, which hands it a connector; it does nothing by itself.\n", stderr);
        return EXIT_USAGE;
    }
    bind_to_host((pid_t)host);
    tzset(); /* reads TZ once: or a connector that writes a date looks for the file of the time zone each time */
    struct writer writer = { .frame_bytes_max = frame_bytes_max };
    struct connector connector;
    bool loaded = false;
    if (!is_ours) {
        tell_wire(&writer);
    } else if (load_libraries(arguments + ARGUMENTS, &writer)) {
        bool may_be_partial = strcmp(arguments[4], "partial") == 0;
        bool watchful = strcmp(arguments[5], "watchful") == 0;
        if (enter_sandbox(watchful) || may_be_partial) {
            loaded = load_connector(PLUGIN, &connector, &writer);
        } else {
            refuse(&writer, "sandbox_partial",
                "This kernel cannot give the whole sandbox, and the connector is not approved by its digest.");
        }
    }
    flush(SOCKET, &writer);
    if (loaded) serve(SOCKET, &connector, &writer);
    _exit(0); /* no exit handler of the connector runs */
}
