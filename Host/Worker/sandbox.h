/* sandbox.h: what the worker gives up before the connector's first instruction runs.
 */
#ifndef PATCHBAY_WORKER_SANDBOX_H
#define PATCHBAY_WORKER_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

/* Dies with the host, cannot be traced or dumped, has no right beyond those of its user, and has few files, bounded
 * memory and no children. Exits when that fails. */
void bind_to_host(pid_t host);

/* Gives up files and system calls, but for what mapping one more library needs; see filter.h for how that ends, too.
 * Called once, when the libraries that the connector needs are loaded, and before the connector is. `watchful`: see
 * filter.h. False when the kernel cannot give all of it; what it can give then holds. */
bool enter_sandbox(bool watchful);

#endif
