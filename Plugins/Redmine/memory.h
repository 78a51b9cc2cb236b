/*
 * memory.h: memory that is given back all at once. An instance has one, and each call has one, so that what a step
 * points to lives as long as the call and nothing has to be freed piece by piece.
 */
#ifndef REDMINE_MEMORY_H
#define REDMINE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* More than a step may hold (R12) is of no use to anyone. */
#define MEMORY_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct memory {
    struct piece *pieces;
    size_t taken;
    int failed; /* 1: once there was not enough; stays, so that it is looked at once, at the end of a step */
};

/* Zeroed bytes, aligned for anything; null when there are none left. Lives until `memory_free`. */
void *memory_take(struct memory *memory, size_t bytes);

/* The same for an array. */
void *memory_take_many(struct memory *memory, uint64_t count, size_t element_bytes);

/* Copies a struct of which the maker's size is known, and leaves what it is too short for as it is (R2). */
void sized_copy(void *to, size_t to_bytes, const void *from, uint32_t from_bytes);

/* Gives all of it back. */
void memory_free(struct memory *memory);

#endif
