/* slots.h: what the host's ids stand for: a table of pointers by slot number. */
#ifndef PATCHBAY_WORKER_SLOTS_H
#define PATCHBAY_WORKER_SLOTS_H

#include <stdint.h>

struct slot {
    uint64_t id; /* the one that holds the slot now; meaningless when `pointer` is null */
    void *pointer;
    void *owner; /* a call's instance */
};

struct slots {
    struct slot *entries;
    uint32_t count;
};

/* The slot of an id, made when it is new. Exits when the number is beyond what the host may use. */
struct slot *slot_make(struct slots *slots, uint64_t id);
/* The slot that holds this very id, or null. */
struct slot *slot_find(struct slots *slots, uint64_t id);

#endif
