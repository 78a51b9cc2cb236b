/* decode.h: the host's frames as the structs that a connector is given. They live as long as frame and arena. */
#ifndef PATCHBAY_WORKER_DECODE_H
#define PATCHBAY_WORKER_DECODE_H

#include "codec.h"

void decode_opening(struct reader *reader, patchbay_opening *opening);
void decode_operation(struct reader *reader, patchbay_operation *operation);
void decode_response(struct reader *reader, patchbay_response *response);

#endif
