/* writer.c: from the connector's structs to bytes, trusting none of them. */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "wire.h"

/* A buffer that grew beyond this is given back once it is empty, so that one large step does not stay. */
#define BUFFER_KEPT_BYTES ((size_t)1 << 20)
#define BUFFER_FIRST_BYTES ((size_t)64 << 10)

static bool reserve(struct writer *writer, size_t more)
{
    if (writer->fault_what != NULL) return false;
    size_t payload = writer->length - writer->frame_start;
    if (more > writer->frame_bytes_max + WIRE_HEADER_BYTES
        || payload + more > writer->frame_bytes_max + WIRE_HEADER_BYTES) {
        writer_fault(writer, 12, "step", "it is larger than a step may be");
        return false;
    }
    if (writer->length + more <= writer->capacity) return true;
    size_t capacity = writer->capacity == 0 ? BUFFER_FIRST_BYTES : writer->capacity;
    while (capacity < writer->length + more) capacity *= 2;
    uint8_t *bytes = realloc(writer->bytes, capacity);
    if (bytes == NULL) worker_exit("no memory for an answer");
    writer->bytes = bytes;
    writer->capacity = capacity;
    return true;
}

static void put_bytes(struct writer *writer, const void *bytes, size_t length)
{
    if (!reserve(writer, length) || length == 0) return;
    memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

void writer_frame(struct writer *writer, uint16_t kind, uint64_t id)
{
    writer->frame_start = writer->length;
    writer->fault_where = writer->fault_what = NULL;
    writer->left_out = writer->cut = 0;
    put_u32(writer, 0);
    put_u32(writer, kind);
    put_u64(writer, id);
}

bool writer_finish(struct writer *writer)
{
    if (writer->fault_what != NULL) {
        writer->length = writer->frame_start;
        return false;
    }
    uint32_t payload = (uint32_t)(writer->length - writer->frame_start - WIRE_HEADER_BYTES);
    memcpy(writer->bytes + writer->frame_start, &payload, sizeof payload);
    return true;
}

void writer_empty(struct writer *writer)
{
    writer->length = 0;
    if (writer->capacity <= BUFFER_KEPT_BYTES) return;
    free(writer->bytes);
    writer->bytes = NULL;
    writer->capacity = 0;
}

void writer_fault(struct writer *writer, uint32_t rule, const char *where, const char *what)
{
    if (writer->fault_what != NULL) return;
    writer->fault_rule = rule;
    writer->fault_where = where;
    writer->fault_what = what;
}

bool writer_faulty(const struct writer *writer) { return writer->fault_what != NULL; }

void put_u32(struct writer *writer, uint32_t value) { put_bytes(writer, &value, sizeof value); }
void put_u64(struct writer *writer, uint64_t value) { put_bytes(writer, &value, sizeof value); }
void put_i64(struct writer *writer, int64_t value) { put_bytes(writer, &value, sizeof value); }

void put_text(struct writer *writer, const char *text)
{
    put_string(writer, "text", (patchbay_string){ .bytes = text, .length = text == NULL ? 0 : strlen(text) });
}

void put_string(struct writer *writer, const char *where, patchbay_string string)
{
    if (string.bytes == NULL) {
        if (string.length != 0) writer_fault(writer, 4, where, "a string has a length but no bytes");
        put_u32(writer, WIRE_ABSENT);
    } else if (string.length > writer->frame_bytes_max) {
        writer_fault(writer, 12, where, "a string is longer than a step may be");
    } else {
        put_u32(writer, (uint32_t)string.length);
        put_bytes(writer, string.bytes, (size_t)string.length);
    }
}

void put_words(struct writer *writer, const char *where, patchbay_string string, uint32_t bytes_max)
{
    if (string.bytes != NULL && string.length > bytes_max) {
        string.length = bytes_max;
        /* Bytes of a character after its first begin with the bits 10. */
        while (string.length > 0 && ((uint8_t)string.bytes[string.length] & 0xC0) == 0x80) string.length--;
    }
    put_string(writer, where, string);
}

void put_told_words(struct writer *writer, const char *where, patchbay_string string, uint32_t bytes_max)
{
    if (string.bytes != NULL && string.length > bytes_max && writer->cut < UINT32_MAX) writer->cut++;
    put_words(writer, where, string, bytes_max);
}

bool take_struct(struct writer *writer, const char *where, const void *source, size_t room, void *copy,
    size_t copy_bytes, size_t v1_bytes)
{
    memset(copy, 0, copy_bytes);
    if (writer_faulty(writer)) return false;
    if (source == NULL) {
        writer_fault(writer, 5, where, "a struct that must be there is null");
        return false;
    }
    uint32_t size;
    memcpy(&size, source, sizeof size);
    if (size < v1_bytes) {
        writer_fault(writer, 2, where, "its struct_size is below that of version 1");
        return false;
    }
    if (size > room) {
        writer_fault(writer, 2, where, "an array's stride is smaller than the struct_size of its element");
        return false;
    }
    memcpy(copy, source, size < copy_bytes ? size : copy_bytes);
    return true;
}

/* Each element is at least a number on the wire. */
static uint64_t array_count_max(const struct writer *writer) { return writer->frame_bytes_max / sizeof(uint32_t); }

void put_array(
    struct writer *writer, const char *where, const patchbay_array *array, size_t element_bytes, put_element put)
{
    uint64_t count_max = array_count_max(writer);
    if (array->count > 0 && array->elements == NULL)
        writer_fault(writer, 2, where, "an array has a count but no elements");
    if (array->count > 0 && array->stride < element_bytes)
        writer_fault(writer, 2, where, "an array's stride is smaller than its element");
    if (array->count > count_max) writer_fault(writer, 12, where, "an array has more elements than a step can hold");
    if (writer_faulty(writer)) return;
    put_u32(writer, (uint32_t)array->count);
    const uint8_t *element = array->elements;
    for (uint64_t index = 0; index < array->count && !writer_faulty(writer); index++, element += array->stride) {
        put(writer, where, element, array->stride);
    }
}

void put_first(struct writer *writer, const char *where, const patchbay_array *array, size_t element_bytes,
    uint32_t most, put_element put)
{
    patchbay_array first = *array;
    /* A count that no frame could hold was never meant: where it points, nothing is read. */
    if (first.count > most && first.count <= array_count_max(writer)) {
        uint64_t rest = first.count - most, room = UINT32_MAX - writer->left_out;
        writer->left_out += (uint32_t)(rest < room ? rest : room);
        first.count = most;
    }
    put_array(writer, where, &first, element_bytes, put);
}

void put_string_element(struct writer *writer, const char *where, const void *element, size_t stride)
{
    (void)stride; /* an atom has no size of its own */
    patchbay_string string;
    memcpy(&string, element, sizeof string);
    put_string(writer, where, string);
}
