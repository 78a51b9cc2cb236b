/* encode.h: the connector's structs as frames of wire.h. Faults are kept in the writer. */
#ifndef PATCHBAY_WORKER_ENCODE_H
#define PATCHBAY_WORKER_ENCODE_H

#include "codec.h"

void encode_descriptor(struct writer *writer, const patchbay_descriptor *source);
/* Writes a step and, in *done, whether it was the last of its call. */
void encode_step(struct writer *writer, const patchbay_step *source, bool *done);
void encode_result(struct writer *writer, const patchbay_result *source);
void put_pair(struct writer *writer, const char *where, const void *element, size_t stride);

#endif
