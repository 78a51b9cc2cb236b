/* load.h: loads the one connector and checks what it says about itself. */
#ifndef PATCHBAY_WORKER_LOAD_H
#define PATCHBAY_WORKER_LOAD_H

#include "codec.h"

/* A connector after its checks. */
struct connector {
    uint32_t abi_minor;
    int32_t (*open)(const patchbay_opening *, patchbay_instance **, patchbay_failure *);
    void (*close)(patchbay_instance *);
    int32_t (*begin)(patchbay_instance *, const patchbay_operation *, patchbay_call **, const patchbay_step **);
    int32_t (*resume)(patchbay_call *, const patchbay_response *, const patchbay_step **);
    void (*end)(patchbay_call *);
};

/* Writes LOAD_FAILED with a stable word and a sentence; returns false. */
bool refuse(struct writer *writer, const char *reason, const char *sentence);

/* Loads a library of the system's that the connector needs. Writes LOAD_FAILED and returns false when that fails. */
bool load_library(const char *name, struct writer *writer);

/* Loads from the open file `plugin`. Writes a HELLO frame, or LOAD_FAILED and returns false. */
bool load_connector(int plugin, struct connector *connector, struct writer *writer);

#endif
