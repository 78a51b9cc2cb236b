#include "slots.h"

#include <stdlib.h>
#include <string.h>

#include "codec.h"

/* The host holds far fewer calls open; a larger number can only be a mistake. */
#define SLOTS_MAX (UINT32_C(1) << 20)
#define SLOTS_FIRST 64u

struct slot *slot_make(struct slots *slots, uint64_t id)
{
    uint32_t index = (uint32_t)id;
    if (index >= SLOTS_MAX) worker_exit("the host used a slot out of range");
    if (index >= slots->count) {
        uint32_t count = slots->count == 0 ? SLOTS_FIRST : slots->count;
        while (count <= index) count *= 2;
        struct slot *entries = realloc(slots->entries, count * sizeof *entries);
        if (entries == NULL) worker_exit("no memory for a call");
        memset(entries + slots->count, 0, (count - slots->count) * sizeof *entries);
        slots->entries = entries;
        slots->count = count;
    }
    struct slot *slot = &slots->entries[index];
    if (slot->pointer != NULL) worker_exit("the host used a slot twice");
    slot->id = id;
    return slot;
}

struct slot *slot_find(struct slots *slots, uint64_t id)
{
    uint32_t index = (uint32_t)id;
    if (index >= slots->count) return NULL;
    struct slot *slot = &slots->entries[index];
    return slot->pointer != NULL && slot->id == id ? slot : NULL;
}
