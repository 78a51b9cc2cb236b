#ifndef PATCHBAY_CTRAP_H
#define PATCHBAY_CTRAP_H

#include <patchbay.h>

/* Gives a table that does what `inner` does, until the trap that an integration's setting names is met: "begin:3" ends
 * the process in the third call of `begin`. Lives for ever, like `inner`. Loading thread only. */
const patchbay_entry *patchbay_trap(const patchbay_entry *inner);

#endif
