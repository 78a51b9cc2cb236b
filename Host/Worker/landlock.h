/* landlock.h: no file, no port, no other process. */
#ifndef PATCHBAY_WORKER_LANDLOCK_H
#define PATCHBAY_WORKER_LANDLOCK_H

#include <stdbool.h>

/* From here on this process opens no file of any file system; descriptors that are open stay so, and the sealed plugin,
 * which lies in none, can be opened again. As much more as the kernel knows is given up with it. False when the kernel
 * has no Landlock. */
bool give_up_files(void);

#endif
