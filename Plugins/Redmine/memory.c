#include "memory.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* What one visit to the allocator gets: most calls need one or two. */
#define PIECE_BYTES ((size_t)8 * 1024)

struct piece {
    struct piece *next;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

static struct piece *grow(struct memory *memory, size_t bytes)
{
    size_t size = bytes > PIECE_BYTES ? bytes : PIECE_BYTES;
    struct piece *piece = calloc(1, sizeof *piece + size);
    if (piece == NULL) return NULL;
    piece->size = size;
    piece->next = memory->pieces;
    memory->pieces = piece;
    return piece;
}

void *memory_take(struct memory *memory, size_t bytes)
{
    if (bytes > MEMORY_BYTES_MAX) bytes = MEMORY_BYTES_MAX + 1; /* so that rounding up cannot overflow */
    size_t rounded = (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    if (rounded > MEMORY_BYTES_MAX - memory->taken) {
        memory->failed = 1;
        return NULL;
    }
    struct piece *piece = memory->pieces;
    if (piece == NULL || piece->size - piece->used < rounded) piece = grow(memory, rounded);
    if (piece == NULL) {
        memory->failed = 1;
        return NULL;
    }
    void *taken = piece->bytes + piece->used;
    piece->used += rounded;
    memory->taken += rounded;
    return taken;
}

void *memory_take_many(struct memory *memory, uint64_t count, size_t element_bytes)
{
    return memory_take(memory, count > MEMORY_BYTES_MAX / element_bytes ? SIZE_MAX : (size_t)count * element_bytes);
}

void sized_copy(void *to, size_t to_bytes, const void *from, uint32_t from_bytes)
{
    memcpy(to, from, from_bytes < to_bytes ? from_bytes : to_bytes);
}

void memory_free(struct memory *memory)
{
    while (memory->pieces != NULL) {
        struct piece *piece = memory->pieces;
        memory->pieces = piece->next;
        free(piece);
    }
    *memory = (struct memory){ 0 };
}
