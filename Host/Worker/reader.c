/* reader.c: from the host's bytes to structs. The strings point into the frame, the structs lie in the arena. */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "wire.h"

/* No element is more than six times as large as a struct as it is as bytes (a task: 64 bytes become 328). */
#define ARENA_GROWTH 6u
#define ARENA_SLACK_BYTES ((size_t)4 << 10)
#define ARENA_KEPT_BYTES ((size_t)1 << 20)

void arena_prepare(struct arena *arena, size_t frame_bytes)
{
    size_t wanted = frame_bytes * ARENA_GROWTH + ARENA_SLACK_BYTES;
    arena->used = 0;
    if (wanted <= arena->capacity && (arena->capacity <= ARENA_KEPT_BYTES || wanted > ARENA_KEPT_BYTES)) return;
    free(arena->bytes);
    if (wanted < ARENA_KEPT_BYTES / 4) wanted = ARENA_KEPT_BYTES / 4;
    arena->bytes = malloc(wanted);
    if (arena->bytes == NULL) worker_exit("no memory for an operation");
    arena->capacity = wanted;
}

static const uint8_t *get_bytes(struct reader *reader, size_t length)
{
    if (reader->bad || length > reader->length - reader->position) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *bytes = reader->bytes + reader->position;
    reader->position += length;
    return bytes;
}

uint32_t get_u32(struct reader *reader)
{
    uint32_t value = 0;
    const uint8_t *bytes = get_bytes(reader, sizeof value);
    if (bytes != NULL) memcpy(&value, bytes, sizeof value);
    return value;
}

uint64_t get_u64(struct reader *reader)
{
    uint64_t value = 0;
    const uint8_t *bytes = get_bytes(reader, sizeof value);
    if (bytes != NULL) memcpy(&value, bytes, sizeof value);
    return value;
}

int64_t get_i64(struct reader *reader) { return (int64_t)get_u64(reader); }

patchbay_string get_string(struct reader *reader)
{
    patchbay_string string = { 0 };
    uint32_t length = get_u32(reader);
    if (reader->bad || length == WIRE_ABSENT) return string;
    string.bytes = (const char *)get_bytes(reader, length);
    string.length = string.bytes == NULL ? 0 : length;
    return string;
}

void get_array(struct reader *reader, uint32_t element_bytes, uint32_t encoded_bytes_min, patchbay_array *array)
{
    /* A string is an atom: it does not grow, in no version. */
    bool grows = reader->shape == SHAPE_LARGER && element_bytes != sizeof(patchbay_string);
    uint32_t stride = element_bytes + (grows ? SHAPE_MORE_BYTES : 0);
    *array = (patchbay_array){ .stride = stride };
    uint32_t count = get_u32(reader);
    if (reader->bad || count > (reader->length - reader->position) / encoded_bytes_min) {
        reader->bad = true;
        return;
    }
    if (count == 0) return;
    size_t mask = alignof(max_align_t) - 1;
    size_t start = (reader->arena->used + mask) & ~mask;
    size_t bytes = (size_t)count * stride;
    if (start > reader->arena->capacity || bytes > reader->arena->capacity - start)
        worker_exit("an operation outgrew its memory");
    reader->arena->used = start + bytes;
    uint8_t *elements = reader->arena->bytes + start;
    memset(elements, grows ? SHAPE_MORE_FILL : 0, bytes);
    for (uint32_t index = 0; grows && index < count; index++)
        memset(elements + (size_t)index * stride, 0, element_bytes);
    array->elements = elements;
    array->count = count;
}

void *element_at(const patchbay_array *array, uint64_t index)
{
    return (uint8_t *)array->elements + index * array->stride;
}
