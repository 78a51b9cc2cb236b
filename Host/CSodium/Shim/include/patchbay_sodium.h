#ifndef PATCHBAY_SODIUM_H
#define PATCHBAY_SODIUM_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

/* The cryptography of the vault, one C function for each act, so that derived keys live and die in one stack frame.
 * Unless a function says otherwise: any thread, nothing is kept after the return, nothing is allocated. */

#define PATCHBAY_KEY_BYTES 32
#define PATCHBAY_NONCE_BYTES 24
#define PATCHBAY_DIGEST_BYTES 32

/* A sealed value: header, ciphertext in blocks, tag. ARCHITECTURE.md has the table of format 1. */
#define PATCHBAY_SEAL_HEADER_BYTES 72
#define PATCHBAY_SEAL_TAG_BYTES 16
#define PATCHBAY_SEAL_BLOCK_BYTES 64
/* The longest payload: a token of 8 KiB with room for what is kept beside it. */
#define PATCHBAY_SEAL_PAYLOAD_BYTES_MAX 16320
#define PATCHBAY_SEAL_BYTES_MAX \
    (PATCHBAY_SEAL_HEADER_BYTES + PATCHBAY_SEAL_PAYLOAD_BYTES_MAX + PATCHBAY_SEAL_BLOCK_BYTES + PATCHBAY_SEAL_TAG_BYTES)

/* What sealing and opening return. */
#define PATCHBAY_SEAL_OK 0
#define PATCHBAY_SEAL_NOT_SEALED 1 /* the first byte is not that of a sealed value */
#define PATCHBAY_SEAL_NEWER 2      /* a format, suite or flag this version does not know */
#define PATCHBAY_SEAL_MALFORMED 3  /* a length that no sealed value has */
#define PATCHBAY_SEAL_WRONG_KEY 4  /* the commitment does not fit: sealed under another key */
#define PATCHBAY_SEAL_CHANGED 5    /* the tag does not fit: changed bytes, or a value in the wrong place */
#define PATCHBAY_SEAL_TOO_LARGE 6  /* payload, place or output buffer beyond its bound */

/* Where a sealed value belongs; bound into it. All pointers are borrowed; none may be null. */
typedef struct {
    const uint8_t *purpose;
    size_t purpose_bytes;
    const uint8_t *store_id;
    size_t store_id_bytes;
    /* Further fields, each already with its length before it. */
    const uint8_t *fields;
    size_t fields_bytes;
} patchbay_seal_place;

/* What stands in the clear at the front of a sealed value. */
typedef struct {
    uint32_t key_number;
    uint64_t generation;
} patchbay_seal_header;

/* Prepares libsodium. Returns 0, or -1 when it cannot work here. May be called again. */
int32_t patchbay_sodium_init(void);

/* Seals payload[0..payload_bytes) into out. The payload is padded in place, so payload_capacity must be at least
 * payload_bytes + PATCHBAY_SEAL_BLOCK_BYTES. `nonce` is 24 bytes, or null for random ones. */
int32_t patchbay_seal(const uint8_t key[PATCHBAY_KEY_BYTES], patchbay_seal_header header,
    const patchbay_seal_place *place, uint8_t *payload, size_t payload_bytes, size_t payload_capacity,
    const uint8_t *nonce, uint8_t *out, size_t out_capacity, size_t *out_bytes);

/* Reads the header of a sealed value and checks its shape, without any key. */
int32_t patchbay_seal_inspect(const uint8_t *sealed, size_t sealed_bytes, patchbay_seal_header *header);

/* Opens a sealed value into out, which must hold at least sealed_bytes - 88 bytes. On failure out holds nothing of the
 * payload. */
int32_t patchbay_open(const uint8_t key[PATCHBAY_KEY_BYTES], const patchbay_seal_place *place, const uint8_t *sealed,
    size_t sealed_bytes, uint8_t *out, size_t out_capacity, size_t *out_bytes);

/* Seals again what `sealed` holds, under another key and for the same place and generation, then opens it once more and
 * compares. `nonce` is 24 random bytes that are used for nothing else. scratch is secret memory of at least 2 *
 * PATCHBAY_SEAL_BYTES_MAX bytes; it is zeroed before the return. Returns PATCHBAY_SEAL_OK or why it did not open; out
 * takes sealed_bytes. */
int32_t patchbay_reseal(const uint8_t old_key[PATCHBAY_KEY_BYTES], const uint8_t new_key[PATCHBAY_KEY_BYTES],
    uint32_t new_key_number, const patchbay_seal_place *place, const uint8_t *sealed, size_t sealed_bytes,
    const uint8_t nonce[PATCHBAY_NONCE_BYTES], uint8_t *scratch, uint8_t *out);

/* What is derived from the root secret. */
#define PATCHBAY_DERIVE_WRAP 1        /* wraps data keys */
#define PATCHBAY_DERIVE_CHECK 2       /* kept in the store: tells a wrong root at once */
#define PATCHBAY_DERIVE_FINGERPRINT 3 /* keys the fingerprints of tokens */
#define PATCHBAY_DERIVE_AUDIT 4       /* chains the event table */
#define PATCHBAY_DERIVE_SLOT 5        /* marks the recovery slots */

/* Derives out_bytes (16 to 64) for one of the numbers above. Returns 0 or -1. */
int32_t patchbay_derive(const uint8_t root[PATCHBAY_KEY_BYTES], uint64_t number, uint8_t *out, size_t out_bytes);

/* Keyed BLAKE2b of `data`, out_bytes from 16 to 64. Returns 0 or -1. */
int32_t patchbay_fingerprint(
    const uint8_t key[PATCHBAY_KEY_BYTES], const uint8_t *data, size_t data_bytes, uint8_t *out, size_t out_bytes);

/* BLAKE2b-256 of a buffer. Returns 0 or -1. */
int32_t patchbay_digest(const uint8_t *data, size_t data_bytes, uint8_t out[PATCHBAY_DIGEST_BYTES]);

/* BLAKE2b-256 of a file, from its start to its end, whatever the descriptor's position, which stays as it is. The
 * descriptor stays the caller's. Returns 0, or the errno of the read that failed. May block on the disk. */
int32_t patchbay_digest_file(int32_t descriptor, uint8_t out[PATCHBAY_DIGEST_BYTES]);

#define PATCHBAY_SALT_BYTES 16

/* 32 bytes from a passphrase by Argon2id at libsodium's moderate cost (256 MiB, about a second). Returns 0, or -1 when
 * there is not enough memory for it. */
int32_t patchbay_stretch(const uint8_t *passphrase, size_t passphrase_bytes, const uint8_t salt[PATCHBAY_SALT_BYTES],
    uint8_t out[PATCHBAY_KEY_BYTES]);

/* The X25519 pair that belongs to 32 secret bytes. Either may be null. */
void patchbay_box_pair(const uint8_t seed[PATCHBAY_KEY_BYTES], uint8_t public_key[PATCHBAY_KEY_BYTES],
    uint8_t secret_key[PATCHBAY_KEY_BYTES]);

#define PATCHBAY_BOX_OVERHEAD_BYTES 48

/* Seals for the owner of a public key, whoever we are; out takes data_bytes + PATCHBAY_BOX_OVERHEAD_BYTES. Returns 0,
 * or -1 for a key that is none. */
int32_t patchbay_box_seal(
    const uint8_t public_key[PATCHBAY_KEY_BYTES], const uint8_t *data, size_t data_bytes, uint8_t *out);

/* Opens what was sealed for the pair of this seed; out takes sealed_bytes - PATCHBAY_BOX_OVERHEAD_BYTES. Returns 0, or
 * -1. */
int32_t patchbay_box_open(
    const uint8_t seed[PATCHBAY_KEY_BYTES], const uint8_t *sealed, size_t sealed_bytes, uint8_t *out);

#define PATCHBAY_PUBLIC_KEY_BYTES 32
#define PATCHBAY_SIGNATURE_BYTES 64

/* Whether an Ed25519 signature fits: 1 or 0. */
int32_t patchbay_signature_fits(
    const uint8_t public_key[PATCHBAY_PUBLIC_KEY_BYTES], const uint8_t *data, size_t data_bytes,
    const uint8_t signature[PATCHBAY_SIGNATURE_BYTES]);

/* The same over a whole file, read from its start: over its bytes, or, when `is_hashed`, over their BLAKE2b-512. 1, 0,
 * or -errno. */
int32_t patchbay_file_signature_fits(
    const uint8_t public_key[PATCHBAY_PUBLIC_KEY_BYTES], int32_t descriptor, int32_t is_hashed,
    const uint8_t signature[PATCHBAY_SIGNATURE_BYTES]);

/* What patchbay_read_secret_line returns, besides the number of bytes read. */
#define PATCHBAY_PROMPT_NO_TERMINAL (-1)
#define PATCHBAY_PROMPT_INTERRUPTED \
    (-2) /* a signal came; the terminal is as before and the signal has been raised again */
#define PATCHBAY_PROMPT_TOO_LONG (-3)
#define PATCHBAY_PROMPT_FAILED (-4)

/* Asks on the controlling terminal without echo and reads one line into out, without its line end. The terminal is put
 * back as it was, also when a signal ends the wait. One call at a time in a process; blocks. */
int64_t patchbay_read_secret_line(const char *question, uint8_t *out, size_t out_capacity);

#endif
