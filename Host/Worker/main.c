/*
 * patchbay-worker: holds one connector for the host. Single thread, one socket, one plugin, nothing else.
 *
 * The host starts it as `patchbay-worker HOST-PID FRAME-BYTES-MAX whole|partial plain|watchful` with the socket as
 * descriptor 3 and the sealed plugin as descriptor 4. `whole` loads nothing where the kernel cannot give the whole
 * sandbox; `watchful` ends a connector for what otherwise is an error to it. What the connector prints goes to
 * descriptor 2, of which the host keeps the last words.
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

#define EXIT_USAGE 64
#define FRAME_BYTES_MAX_MAX (256ul << 20) /* beyond this the number is a mistake */

static unsigned long number(const char *text)
{
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' ? 0 : value;
}

int main(int count, char **arguments)
{
    int type = 0;
    socklen_t type_bytes = sizeof type;
    unsigned long host = count == 5 ? number(arguments[1]) : 0;
    unsigned long frame_bytes_max = count == 5 ? number(arguments[2]) : 0;
    bool may_be_partial = count == 5 && strcmp(arguments[3], "partial") == 0;
    bool watchful = count == 5 && strcmp(arguments[4], "watchful") == 0;
    bool started_by_host = getsockopt(SOCKET, SOL_SOCKET, SO_TYPE, &type, &type_bytes) == 0 && type == SOCK_STREAM;
    if (host == 0 || frame_bytes_max == 0 || frame_bytes_max > FRAME_BYTES_MAX_MAX || !started_by_host) {
        fputs(
            "patchbay-worker is started by patchbay, which hands it a connector; it does nothing by itself.\n", stderr);
        return EXIT_USAGE;
    }
    bind_to_host((pid_t)host);
    tzset(); /* reads TZ once: or a connector that writes a date looks for the file of the time zone each time */
    struct writer writer = { .frame_bytes_max = frame_bytes_max };
    struct connector connector;
    bool loaded = false;
    if (!enter_sandbox(watchful) && !may_be_partial) {
        refuse(&writer, "sandbox_partial",
            "This kernel cannot give the whole sandbox, and the connector is not approved by its digest.");
    } else {
        loaded = load_connector(PLUGIN, &connector, &writer);
    }
    flush(SOCKET, &writer);
    if (loaded) serve(SOCKET, &connector, &writer);
    _exit(0); /* no exit handler of the connector runs */
}
