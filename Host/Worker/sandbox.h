/* sandbox.h: what the worker gives up before the connector's first instruction runs, and after its library is loaded.
 */
#ifndef PATCHBAY_WORKER_SANDBOX_H
#define PATCHBAY_WORKER_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

/* Dies with the host, cannot be traced or dumped, and has few files, bounded memory and no children. Exits when that
 * fails. */
void bind_to_host(pid_t host);

/* Gives up files and system calls, but for what loading a library needs. Called once, before the library is loaded: its
 * constructors run inside. `watchful`: see filter.h. False when the kernel cannot give all of it; what it can give then
 * holds. */
bool enter_sandbox(bool watchful);

/* Gives up what only loading needed: from here on a connector computes. Called once, after the library is loaded. */
void tighten_sandbox(void);

#endif
