/* act.h: what each frame of the host makes the connector do. */
#ifndef PATCHBAY_WORKER_ACT_H
#define PATCHBAY_WORKER_ACT_H

#include "load.h"
#include "slots.h"

/* The loaded connector with all that is open in it. */
struct desk {
    const struct connector *connector;
    struct slots instances;
    struct slots calls;
    struct arena arena;
    struct writer *writer;
    enum shape shape;
};

/* Acts on one frame; its answer, if it has one, is appended to the writer. */
void act(struct desk *desk, uint16_t kind, uint64_t id, const uint8_t *payload, size_t length);

#endif
