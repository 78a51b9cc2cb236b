/*
 * filter.h: which system calls a connector has left.
 *
 * There are two filters. The first leaves what the loader needs to map one library, and the system call that sets the
 * second, which leaves nothing of either. Between them runs the loader alone: it closes the file when it has mapped it,
 * and goes on to relocate and call what is in it. That close is trapped, and the second filter set before it returns.
 * So no instruction of a connector, be it of a constructor or of what chooses a function, runs with what loading needs,
 * and none can keep the second filter away.
 */
#ifndef PATCHBAY_WORKER_FILTER_H
#define PATCHBAY_WORKER_FILTER_H

#include <stdbool.h>

/* The worker's descriptors. */
#define SOCKET 3
#define PLUGIN 4

/* How the worker ends when a connector asks for a system call that none needs, such as a socket or a new process. */
#define EXIT_FORBIDDEN 71

/* Sets the first filter, and readies the second. What only an attack asks for ends the worker by name; everything else
 * is an error to the caller, or, for more of it when `watchful`, the end, so that what no connector should ask for in a
 * call is seen. False when the kernel has no such filter. */
bool give_up_calls(bool watchful);

/* To be called when the connector is loaded; from here on a watchful worker watches it. Exits when the first filter
 * stands and the second does not: then the loader of this machine works otherwise than described above. */
void expect_tightness(void);

#endif
