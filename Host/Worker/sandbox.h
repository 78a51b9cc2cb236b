/* sandbox.h: what the worker gives up before the connector's first instruction runs. */
#ifndef PATCHBAY_WORKER_SANDBOX_H
#define PATCHBAY_WORKER_SANDBOX_H

#include <sys/types.h>

/* Dies with the host, cannot be traced or dumped, and has few files and bounded memory. Exits when that fails. */
void bind_to_host(pid_t host);

/* Gives up files and system calls. Called once, before the library is loaded: its constructors run inside. */
void enter_sandbox(void);

#endif
