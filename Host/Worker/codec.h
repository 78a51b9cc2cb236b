/* codec.h: writes and reads the positional bytes of a frame, each with its bounds. */
#ifndef PATCHBAY_WORKER_CODEC_H
#define PATCHBAY_WORKER_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patchbay.h"

/* Collects frames until they are sent. A fault is the first broken rule of the frame under way; once it is
 * set, nothing more is written, and the frame is taken back. */
struct writer {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    size_t frame_start;
    size_t frame_bytes_max; /* payload of one frame */
    uint32_t fault_rule; /* of patchbay.h */
    const char *fault_where;
    const char *fault_what;
    uint32_t left_out; /* elements of lists of this frame that are more than may be */
    uint32_t cut; /* texts of this frame that are longer than may be, where that is told */
};

void writer_frame(struct writer *writer, uint16_t kind, uint64_t id);
/* Ends the frame. False when a rule was broken: then the frame is gone and the fault tells which. */
bool writer_finish(struct writer *writer);
/* Forgets all bytes and gives large memory back. */
void writer_empty(struct writer *writer);
void writer_fault(struct writer *writer, uint32_t rule, const char *where, const char *what);
bool writer_faulty(const struct writer *writer);

void put_u32(struct writer *writer, uint32_t value);
void put_u64(struct writer *writer, uint64_t value);
void put_i64(struct writer *writer, int64_t value);
void put_text(struct writer *writer, const char *text); /* null = absent */
void put_string(struct writer *writer, const char *where, patchbay_string string);
/* Writes words for a person, cut between two characters to at most `bytes_max`. */
void put_words(struct writer *writer, const char *where, patchbay_string string, uint32_t bytes_max);
/* The same where a cut is told. */
void put_told_words(struct writer *writer, const char *where, patchbay_string string, uint32_t bytes_max);

/* Copies a struct of the connector as far as both sides know it (R2); the rest of `copy` is zero. `room` is what
 * lies there at most (the stride in an array, else SIZE_MAX). False, with a fault, when it is null or too small. */
bool take_struct(struct writer *writer, const char *where, const void *source, size_t room, void *copy,
    size_t copy_bytes, size_t v1_bytes);

typedef void (*put_element)(struct writer *writer, const char *where, const void *element, size_t stride);
/* Writes the count, then each element by `put`. `element_bytes` is the element's size in version 1. */
void put_array(
    struct writer *writer, const char *where, const patchbay_array *array, size_t element_bytes, put_element put);
/* The same for the first `most` elements; those that follow are counted and left out. */
void put_first(struct writer *writer, const char *where, const patchbay_array *array, size_t element_bytes,
    uint32_t most, put_element put);
void put_string_element(struct writer *writer, const char *where, const void *element, size_t stride);

/* Memory for the structs of one frame; their strings point into the frame itself. */
struct arena {
    uint8_t *bytes;
    size_t used;
    size_t capacity;
};

/* Makes room for all that a frame of so many bytes can become. Exits when there is no memory. */
void arena_prepare(struct arena *arena, size_t frame_bytes);

/* How the structs that a connector is given are shaped. All but the first are for testing connectors: as a later
 * version would make them, and as no version does. */
enum shape { SHAPE_OURS = 0, SHAPE_LARGER = 1, SHAPE_TOO_SMALL = 2, SHAPE_ELEMENTS_TOO_SMALL = 3 };
/* What a later version has beyond ours, filled with what would be noticed if it were read. */
#define SHAPE_MORE_BYTES 32u
#define SHAPE_MORE_FILL 0xA5

/* Reads a frame of the host. `bad` is set for good when it does not hold what was asked: our own mistake. */
struct reader {
    const uint8_t *bytes;
    size_t length;
    size_t position;
    bool bad;
    enum shape shape;
    struct arena *arena;
};

uint32_t get_u32(struct reader *reader);
uint64_t get_u64(struct reader *reader);
int64_t get_i64(struct reader *reader);
patchbay_string get_string(struct reader *reader);
/* Reads a count and takes zeroed room for the elements, `array->stride` bytes each. `element_bytes` is a struct's
 * sizeof. */
void get_array(struct reader *reader, uint32_t element_bytes, uint32_t encoded_bytes_min, patchbay_array *array);
/* The element at a place of an array that get_array made. */
void *element_at(const patchbay_array *array, uint64_t index);

/* Ends the worker with a sentence on standard error, which the host reads. */
_Noreturn void worker_exit(const char *sentence);

#endif
