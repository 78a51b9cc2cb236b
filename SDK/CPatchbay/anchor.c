/* A target needs one source file; the interface itself is all in the header, which this proves complete in itself. */
#include "patchbay.h"
