/* landlock.h: no file but the system's libraries, no port, no other process. */
#ifndef PATCHBAY_WORKER_LANDLOCK_H
#define PATCHBAY_WORKER_LANDLOCK_H

#include <stdbool.h>

/* From here on this process reads files beneath the system's library directories, and no others; descriptors that are
 * open stay so. As much more as the kernel knows is given up with it. False when the kernel has no Landlock. */
bool give_up_files(void);

#endif
