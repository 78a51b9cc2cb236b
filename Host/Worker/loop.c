#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act.h"
#include "wire.h"

/* Holds many small frames a read; a larger frame makes it grow for as long as it needs. */
#define INPUT_BYTES ((size_t)256 << 10)
/* Answers are sent together until there is so much of them. */
#define OUTPUT_BYTES ((size_t)128 << 10)

struct input {
    uint8_t *bytes;
    size_t start, end, capacity;
};

void flush(int socket, struct writer *writer)
{
    size_t sent = 0;
    while (sent < writer->length) {
        ssize_t count = send(socket, writer->bytes + sent, writer->length - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) _exit(0); /* the host is gone, and nobody is left to tell */
        sent += (size_t)count;
    }
    writer_empty(writer);
}

static void resize(struct input *input, size_t capacity)
{
    size_t held = input->end - input->start;
    if (input->start > 0) memmove(input->bytes, input->bytes + input->start, held);
    input->start = 0;
    input->end = held;
    if (capacity == input->capacity) return;
    uint8_t *bytes = realloc(input->bytes, capacity);
    if (bytes == NULL) worker_exit("no memory for a frame");
    input->bytes = bytes;
    input->capacity = capacity;
}

/* Length of the whole frame that begins at `start`, or 0 while its header is not complete. */
static size_t frame_bytes(const struct input *input, size_t frame_bytes_max)
{
    uint32_t payload;
    if (input->end - input->start < WIRE_HEADER_BYTES) return 0;
    memcpy(&payload, input->bytes + input->start, sizeof payload);
    if (payload > frame_bytes_max) worker_exit("the host sent a frame that is too large");
    return WIRE_HEADER_BYTES + (size_t)payload;
}

/* Acts on every whole frame that was read. */
static void act_on_all(int socket, struct input *input, struct desk *desk)
{
    for (;;) {
        size_t whole = frame_bytes(input, desk->writer->frame_bytes_max);
        if (whole == 0 || whole > input->end - input->start) return;
        const uint8_t *frame = input->bytes + input->start;
        uint32_t payload, kind;
        uint64_t id;
        memcpy(&payload, frame, sizeof payload);
        memcpy(&kind, frame + 4, sizeof kind);
        memcpy(&id, frame + 8, sizeof id);
        act(desk, (uint16_t)kind, id, frame + WIRE_HEADER_BYTES, payload);
        input->start += whole;
        if (desk->writer->length >= OUTPUT_BYTES) flush(socket, desk->writer);
    }
}

void serve(int socket, const struct connector *connector, struct writer *writer)
{
    struct desk desk = { .connector = connector, .writer = writer };
    struct input input = { 0 };
    resize(&input, INPUT_BYTES);
    for (;;) {
        size_t whole = frame_bytes(&input, writer->frame_bytes_max);
        if (whole > input.capacity) resize(&input, whole);
        else if (input.start == input.end) resize(&input, INPUT_BYTES);
        else if (input.end == input.capacity) resize(&input, input.capacity);
        ssize_t count = recv(socket, input.bytes + input.end, input.capacity - input.end, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        input.end += (size_t)count;
        act_on_all(socket, &input, &desk);
        if (writer->length > 0) flush(socket, writer);
    }
}
