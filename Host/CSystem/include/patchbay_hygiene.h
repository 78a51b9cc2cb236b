#ifndef PATCHBAY_HYGIENE_H
#define PATCHBAY_HYGIENE_H

#include <stdint.h>

/* Makes this process a poor place to steal from: not dumpable (no core, no ptrace by the same user), core limit 0,
 * umask 077, descriptors 0, 1 and 2 open, every other inherited descriptor not passed on to child processes. They are
 * not closed, because a token or a key may come in by one on purpose. The very first call in main, while there is one
 * thread. Returns 0, or the errno of the first step that failed; the steps after it are still done. */
int32_t patchbay_harden_process(void);

/* Whether the process is not dumpable and has core limit 0: 1 or 0. For the doctor command. Any thread. */
int32_t patchbay_process_is_hardened(void);

/* The two of them apart: whether it may be dumped, and whether a core may be written; 1 or 0. Any thread. */
int32_t patchbay_process_is_dumpable(void);
int32_t patchbay_core_is_allowed(void);

#endif
