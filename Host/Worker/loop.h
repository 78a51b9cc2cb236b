/* loop.h: reads frames, acts on them, writes the answers, until the host hangs up. */
#ifndef PATCHBAY_WORKER_LOOP_H
#define PATCHBAY_WORKER_LOOP_H

#include "load.h"

/* Serves one socket. Returns when the host has closed it. */
void serve(int socket, const struct connector *connector, struct writer *writer);
/* Sends all that was written. Exits quietly when the host is gone. */
void flush(int socket, struct writer *writer);

#endif
