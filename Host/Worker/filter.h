/* filter.h: which system calls a connector has left. */
#ifndef PATCHBAY_WORKER_FILTER_H
#define PATCHBAY_WORKER_FILTER_H

#include <stdbool.h>

/* The worker's descriptors. */
#define SOCKET 3
#define PLUGIN 4

/* How the worker ends when a connector asks for a system call that none needs, such as a socket or a new process. */
#define EXIT_FORBIDDEN 71

/* Leaves what loading a library needs. What only an attack asks for ends the worker by name; everything else is an
 * error to the caller, or, for more of it when `watchful`, the end, so that what no connector should ask for is seen.
 * False when the kernel has no such filter. */
bool give_up_calls(bool watchful);

/* Leaves reading and writing of the worker's descriptors, memory that is no code, and the end. */
void give_up_loading(void);

#endif
