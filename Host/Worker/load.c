#include "load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "encode.h"
#include "filter.h"
#include "sizes.h"
#include "wire.h"

#define SYMBOL "patchbay_connector_v1"

bool refuse(struct writer *writer, const char *reason, const char *sentence)
{
    writer_frame(writer, WIRE_LOAD_FAILED, 0);
    put_text(writer, reason);
    put_text(writer, sentence);
    if (!writer_finish(writer)) worker_exit("a refusal did not fit into a frame");
    return false;
}

/* Checks magic, versions and size, in this order: each is meaningful only when those before it are right. */
static bool check_entry(const patchbay_entry *source, patchbay_entry *entry, struct writer *writer)
{
    char text[512];
    if (source == NULL)
        return refuse(writer, "entry_malformed", SYMBOL "() gave a null pointer: it must give its entry.");
    uint32_t head[4]; /* struct_size, magic, major, minor */
    memcpy(head, source, sizeof head);
    if (head[1] != PATCHBAY_MAGIC) {
        snprintf(text, sizeof text, "The entry's magic is 0x%08x, not 0x%08x: build it from patchbay.h.", head[1],
            PATCHBAY_MAGIC);
        return refuse(writer, "entry_malformed", text);
    }
    if (head[2] != PATCHBAY_ABI_MAJOR) {
        const char *remedy = head[2] > PATCHBAY_ABI_MAJOR ? "update Patchbay" : "get a newer build of the connector";
        snprintf(text, sizeof text, "It was built for interface %u.%u and this host speaks %u.%u: %s.", head[2],
            head[3], PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, remedy);
        return refuse(writer, "abi_major", text);
    }
    if (head[3] > PATCHBAY_ABI_MINOR) {
        snprintf(text, sizeof text, "It needs interface %u.%u and this host speaks %u.%u: update Patchbay.", head[2],
            head[3], PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR);
        return refuse(writer, "abi_minor", text);
    }
    if (head[0] < V1_ENTRY) {
        snprintf(text, sizeof text,
            "The entry's struct_size is %u, below the %u of version 1: set it to sizeof(patchbay_entry).", head[0],
            V1_ENTRY);
        return refuse(writer, "entry_malformed", text);
    }
    memset(entry, 0, sizeof *entry);
    memcpy(entry, source, head[0] < sizeof *entry ? head[0] : sizeof *entry);
    if (!entry->describe || !entry->open || !entry->close || !entry->begin || !entry->resume || !entry->end) {
        return refuse(writer, "entry_malformed", "The entry lacks a function: all six must be there.");
    }
    return true;
}

/* Writes HELLO with the descriptor, which must come out the same twice. */
static bool say_hello(const patchbay_entry *entry, struct writer *writer)
{
    size_t starts[2], lengths[2];
    for (int round = 0; round < 2; round++) {
        starts[round] = writer->length;
        writer_frame(writer, WIRE_HELLO, 0);
        put_u32(writer, WIRE_PROTOCOL);
        put_u32(writer, entry->abi_major);
        put_u32(writer, entry->abi_minor);
        encode_descriptor(writer, entry->describe());
        if (!writer_finish(writer)) {
            char text[512];
            snprintf(text, sizeof text, "%s: %s.", writer->fault_where, writer->fault_what);
            writer->length = starts[0];
            return refuse(writer, "descriptor_malformed", text);
        }
        lengths[round] = writer->length - starts[round];
    }
    bool same =
        lengths[0] == lengths[1] && memcmp(writer->bytes + starts[0], writer->bytes + starts[1], lengths[0]) == 0;
    writer->length = same ? starts[1] : starts[0];
    return same
        || refuse(
            writer, "descriptor_changes", "describe() gave two different answers: the descriptor must be constant.");
}

bool load_library(const char *name, struct writer *writer)
{
    if (dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) != NULL) return true;
    const char *reason = dlerror();
    char text[1024];
    snprintf(text, sizeof text, "It needs %s, which does not load here: %s.", name,
        reason == NULL ? "no reason given" : reason);
    return refuse(writer, "not_loadable", text);
}

bool load_connector(int plugin, struct connector *connector, struct writer *writer)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", plugin);
    /* Never closed again: code may have left pointers to itself anywhere. */
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) {
        const char *reason = dlerror();
        const char *prefix = reason != NULL && strncmp(reason, path, strlen(path)) == 0 ? reason + strlen(path) : NULL;
        if (prefix != NULL && strncmp(prefix, ": ", 2) == 0) reason = prefix + 2;
        char text[1024];
        snprintf(text, sizeof text, "The loader refuses it: %s.", reason == NULL ? "no reason given" : reason);
        return refuse(writer, "not_loadable", text);
    }
    expect_tightness();
    const patchbay_entry *(*symbol)(void);
    void *address = dlsym(library, SYMBOL);
    if (address == NULL) {
        return refuse(
            writer, "symbol_missing", "It does not export " SYMBOL ": it is not a connector, or hides its entry.");
    }
    memcpy(&symbol, &address, sizeof symbol);
    patchbay_entry entry;
    if (!check_entry(symbol(), &entry, writer) || !say_hello(&entry, writer)) return false;
    *connector = (struct connector){ .abi_minor = entry.abi_minor,
        .open = entry.open,
        .close = entry.close,
        .begin = entry.begin,
        .resume = entry.resume,
        .end = entry.end };
    return true;
}
