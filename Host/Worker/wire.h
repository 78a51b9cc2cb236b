/*
 * wire.h: the words between host and worker. Private to the two, which ship together; FrameKind.swift is
 * the other half. Everything is little-endian and positional.
 *
 * A frame is a header of 16 bytes (u32 payload length, u16 kind, u16 zero, u64 id) and its payload. The id is
 * that of an instance or of a call, chosen by the host: its low 32 bits are a slot, its high 32 bits tell
 * the users of a slot apart. Every OPEN, BEGIN, RESUME and PING is answered by one frame, in order.
 */
#ifndef PATCHBAY_WORKER_WIRE_H
#define PATCHBAY_WORKER_WIRE_H

#define WIRE_PROTOCOL 4u
#define WIRE_HEADER_BYTES 16u
#define WIRE_ABSENT 0xFFFFFFFFu /* the length of a string that is absent */

/* Host to worker */
#define WIRE_OPEN 1u
#define WIRE_CLOSE 2u
#define WIRE_BEGIN 3u
#define WIRE_RESUME 4u
#define WIRE_END 5u
#define WIRE_PING 6u
#define WIRE_SHAPE 7u /* for testing a connector: the shape of the structs that it is given from now on */

/* Worker to host */
#define WIRE_HELLO 65u
#define WIRE_LOAD_FAILED 66u
#define WIRE_OPENED 67u
#define WIRE_OPEN_FAILED 68u
#define WIRE_STEP 69u
#define WIRE_CALL_FAILED 70u
#define WIRE_PONG 71u

#endif
