/*
 * patchbay.h: the interface between Patchbay and a connector, version 1.0, and what 1.1 adds as a draft.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A connector is a shared library that exports one symbol, `patchbay_connector_v1`, and needs no
 * symbol of the host. It performs no input or output: no network, no files, no clock, no threads, no
 * callbacks. The host asks for an operation; the connector answers with the next HTTP request to make,
 * or with "done" and the outcomes; the host performs the request and calls again with the response:
 *
 *     begin(operation) -> request -> resume(response) -> request -> resume(response) -> result -> end
 *
 * RULES (a conformance report names them by these numbers)
 *
 *  R1  Version. The entry gives magic, major, minor and its own size. A host loads a connector whose major equals its
 *      own and whose required minor is not above its own. Promise: built against 1.x loads in every 1.y, y >= x.
 *  R2  Growth. The first field of every struct is `struct_size`, set by whoever made it to sizeof(struct) as it knew
 *      it. A reader copies the smaller of that and its own size, treats the rest as zero, and refuses a size below that
 *      of version 1. Structs only grow at the end. Two atoms never change and so carry no size: patchbay_string and
 *      patchbay_array. An array carries the stride of its elements, because only the maker knows how large they are.
 *  R3  Types. Fixed-width integers; no bool, enum type, bit-field, float or variadic function, because compilers differ
 *      on them. Padding is a named field that is zero. "Yes or no" is a uint32_t, 1 or 0.
 *  R4  Strings are pointer and length, UTF-8, not terminated. Null bytes = absent; length 0 with a non-null pointer =
 *      empty. Only a body may hold bytes that are not UTF-8.
 *  R5  Lifetime. Borrow only, because two allocators may be in play: what is passed in lives until the call returns,
 *      what comes out lives until the next call on the same handle (entry and descriptor: for ever). Nothing is freed
 *      across the boundary. A handle is freed by the function that its kind names: `close` or `end`.
 *  R6  Threads. All calls come from one thread, the one that loaded the library. Several instances and very many open
 *      calls exist at once; their calls interleave in any order. `end` is legal after any step.
 *  R7  Failure. A function returns PATCHBAY_OK or another PATCHBAY_STATUS number. Nothing unwinds (no exception, no
 *      longjmp) across the boundary. A trap ends the worker, and the host reports the connector as crashed.
 *  R8  Purity. The same operation and the same responses give the same requests and the same result, byte for byte. A
 *      connector may remember what it looked up in its instance, but losing an instance must lose nothing else.
 *  R9  Requests. The host adds origin, credential, Host and Content-Length. A path is absolute (starts with '/'),
 *      already percent-encoded, without query and fragment. These headers are refused: Authorization, Cookie, Host,
 *      Content-Length, Transfer-Encoding, Connection, Upgrade, TE, Trailer, Proxy-*, X-Forwarded-*, what overrides
 *      method or address, the header of the token's own scheme; and any control byte.
 *  R10 Effect. Each request says what happens if its answer is lost. At most one PATCHBAY_EFFECT_ONCE request in a
 *      call, and no effectful request after it: a further batch, or half of one, is a new call, because the host must
 *      write its intent to disk first. A transfer that fails never reaches the connector. In a create an answer that is
 *      lost, cut or a 5xx leaves the tasks unknown whatever the effect, unless the request is a GET or HEAD or a POST
 *      to one of `reading_paths`, or `create_repeatable` is 1: a look-up is all that this costs.
 *  R11 Unknown numbers. An operation, a kind or an outcome that the reader does not know is answered with
 *      PATCHBAY_STATUS_UNSUPPORTED (connector) or treated as a protocol error (host), never guessed.
 *  R12 Bounds. A step is at most 16 MiB with everything it points to; a diagnostic at most 4 KiB; one call of `begin`
 *      or `resume` at most 10 s of time; requests, bytes and time of a call by its operation (docs/connectors.md). Of
 *      what is more than 16 budget facts a step, 32 warnings a task or 2 KiB of a notice, the rest is dropped and told.
 *  R13 Misses. NOT_FOUND is exhaustive only after answers whose every level has the form asked for, whose rows carry
 *      what was asked for, and that tell the list's end. The host asks the attempt's account and a witness besides.
 *
 * CHANGES. 1.1 (draft, may still change): all between `#if PATCHBAY_DRAFT` and its `#endif`, R13, the last sentences
 * of R10 and R12, the code "again". Define it as 0 to build with what was released. Who can do without needs minor 0.
 */
#ifndef PATCHBAY_H
#define PATCHBAY_H

#include <stdint.h>

#ifndef PATCHBAY_DRAFT
#define PATCHBAY_DRAFT 1
#endif
#ifdef __cplusplus
extern "C" {
#endif

#define PATCHBAY_MAGIC UINT32_C(0x50425943) /* "PBYC"; also tells a byte order that is not the host's */
#define PATCHBAY_ABI_MAJOR UINT32_C(1)
#define PATCHBAY_ABI_MINOR UINT32_C(0) /* 1 when 1.1 is released */

/* ---- Atoms: frozen for ever, so they carry no size (R2) ---- */

typedef struct patchbay_string {
    const char *bytes; /* null = absent */
    uint64_t length;   /* in bytes */
} patchbay_string;

typedef struct patchbay_array {
    const void *elements; /* null only when count is 0 */
    uint64_t count;
    uint32_t stride;      /* bytes from one element to the next, by its maker's sizeof */
    uint32_t reserved;
} patchbay_array;

/* ---- Numbers ---- */

#define PATCHBAY_STATUS_OK INT32_C(0)
#define PATCHBAY_STATUS_UNSUPPORTED INT32_C(1)      /* operation or kind is not known here */
#define PATCHBAY_STATUS_INVALID_ARGUMENT INT32_C(2) /* the host broke a rule: size, null, a number out of range */
#define PATCHBAY_STATUS_INVALID_SETTINGS INT32_C(3) /* open only: `failure` names the setting */
#define PATCHBAY_STATUS_OUT_OF_MEMORY INT32_C(4)
#define PATCHBAY_STATUS_INTERNAL INT32_C(5)         /* the connector is at fault; the call is over */

#define PATCHBAY_OPERATION_CHECK UINT32_C(1)    /* who am I, does the target exist, what does it require; no tasks */
#define PATCHBAY_OPERATION_DISCOVER UINT32_C(2) /* ids a person needs for the settings; no tasks */
#define PATCHBAY_OPERATION_CREATE UINT32_C(3)
#define PATCHBAY_OPERATION_UPDATE UINT32_C(4)   /* tasks carry external_id and `changes` */
#define PATCHBAY_OPERATION_FIND UINT32_C(5)     /* by delivery id; tasks carry attempted_unix_ms */
#define PATCHBAY_OPERATION_FETCH UINT32_C(6)    /* remote state by external_id */
#if PATCHBAY_DRAFT
#define PATCHBAY_OPERATION_CHANGES UINT32_C(7)  /* what changed since `cursor`, in pages; or a task's history */
#define PATCHBAY_OPERATION_PREPARE UINT32_C(8)  /* makes what creates need and a vendor keeps by name; as a create */
#endif

#define PATCHBAY_SETTING_STRING UINT32_C(1)
#define PATCHBAY_SETTING_INTEGER UINT32_C(2)
#define PATCHBAY_SETTING_BOOLEAN UINT32_C(3)
#define PATCHBAY_SETTING_URL UINT32_C(4)
#define PATCHBAY_SETTING_MAP UINT32_C(5)        /* names to strings, such as e-mail to user id */

#define PATCHBAY_SCHEME_BEARER UINT32_C(1)      /* Authorization: Bearer TOKEN */
#define PATCHBAY_SCHEME_BASIC UINT32_C(2)       /* Authorization: Basic base64(USER:TOKEN), user from `user_setting` */
#define PATCHBAY_SCHEME_HEADER UINT32_C(3)      /* HEADER: TOKEN, nothing before it */

#define PATCHBAY_ORIGIN_FIXED UINT32_C(1)       /* `origin` is scheme://host[:port] */
#define PATCHBAY_ORIGIN_SETTING UINT32_C(2)     /* `origin` is the name of the setting that holds it */

#define PATCHBAY_EFFECT_NONE UINT32_C(1)        /* reads; may be repeated */
#define PATCHBAY_EFFECT_REPEATABLE UINT32_C(2)  /* changes something, but twice is the same as once */
#define PATCHBAY_EFFECT_ONCE UINT32_C(3)        /* twice would do it twice: a lost answer leaves it unknown */
#if PATCHBAY_DRAFT
#define PATCHBAY_EFFECT_REPEATABLE_IN_CALL UINT32_C(4) /* within this call (a one-time token); unknown after it */
#endif

#define PATCHBAY_PRIORITY_NONE UINT32_C(0)
#define PATCHBAY_PRIORITY_LOW UINT32_C(1)
#define PATCHBAY_PRIORITY_MEDIUM UINT32_C(2)
#define PATCHBAY_PRIORITY_HIGH UINT32_C(3)
#define PATCHBAY_PRIORITY_URGENT UINT32_C(4)

#define PATCHBAY_TASK_OPEN UINT32_C(1)
#define PATCHBAY_TASK_DONE UINT32_C(2)

/* Bits of patchbay_task.changes: what an update must bring over. */
#define PATCHBAY_CHANGED_TITLE UINT32_C(1)
#define PATCHBAY_CHANGED_DESCRIPTION UINT32_C(2)
#define PATCHBAY_CHANGED_DUE UINT32_C(4)
#define PATCHBAY_CHANGED_ASSIGNEE UINT32_C(8)
#define PATCHBAY_CHANGED_PRIORITY UINT32_C(16)
#define PATCHBAY_CHANGED_LABELS UINT32_C(32)
#define PATCHBAY_CHANGED_STATUS UINT32_C(64)
#if PATCHBAY_DRAFT
#define PATCHBAY_CHANGED_START UINT32_C(128)
#define PATCHBAY_CHANGED_PARENT UINT32_C(256)
#define PATCHBAY_CHANGED_SECTION UINT32_C(512)
#define PATCHBAY_CHANGED_LINK UINT32_C(1024)
#define PATCHBAY_CHANGED_WATCHERS UINT32_C(2048)
#define PATCHBAY_CHANGED_FIELDS UINT32_C(4096)
#endif

#define PATCHBAY_STEP_REQUEST UINT32_C(1)
#define PATCHBAY_STEP_DONE UINT32_C(2)

/* How a whole call ended. After anything but COMPLETED the host reads no task outcome. */
#define PATCHBAY_CALL_COMPLETED UINT32_C(1)      /* one outcome a task */
#define PATCHBAY_CALL_THROTTLED UINT32_C(2)      /* the vendor did nothing and asks to wait */
#define PATCHBAY_CALL_AUTH_FAILED UINT32_C(3)    /* the vendor did nothing; see auth_reason */
#define PATCHBAY_CALL_VENDOR_FAULT UINT32_C(4)   /* its fault (5xx, maintenance): what it did is not known */
#define PATCHBAY_CALL_PROTOCOL_ERROR UINT32_C(5) /* an answer not understood: what was done is not known */
#define PATCHBAY_CALL_REFUSED UINT32_C(6)        /* the vendor did nothing: request or target is wrong (project gone) */
#define PATCHBAY_CALL_SPLIT UINT32_C(7)          /* nothing was done, because of some task: send smaller batches */

#define PATCHBAY_AUTH_EXPIRED UINT32_C(1)
#define PATCHBAY_AUTH_REJECTED UINT32_C(2)
#define PATCHBAY_AUTH_FORBIDDEN UINT32_C(3)

/* How one task of a completed call ended. */
#define PATCHBAY_OUTCOME_CREATED UINT32_C(1)
#define PATCHBAY_OUTCOME_UPDATED UINT32_C(2)
#define PATCHBAY_OUTCOME_UNCHANGED UINT32_C(3)
#define PATCHBAY_OUTCOME_FOUND UINT32_C(4)     /* find and fetch; a create that met its own delivery id */
#define PATCHBAY_OUTCOME_NOT_FOUND UINT32_C(5) /* see `exhaustive` */
#define PATCHBAY_OUTCOME_REFUSED UINT32_C(6)   /* the vendor said no to this task; a person must act */
#define PATCHBAY_OUTCOME_UNKNOWN UINT32_C(7)   /* this task's part of the answer is missing or a fault: it may exist */
#define PATCHBAY_OUTCOME_DEFERRED UINT32_C(8)  /* surely not done, and may simply be sent again later */
#if PATCHBAY_DRAFT
#define PATCHBAY_OUTCOME_PART_SEEN UINT32_C(9)   /* find: a part without its whole, as a message without its issue */
#define PATCHBAY_OUTCOME_UNREADABLE UINT32_C(10) /* create: made, but this account may not read it */
#define PATCHBAY_OUTCOME_MERGED UINT32_C(11)     /* it is now part of `external_id` */
#define PATCHBAY_OUTCOME_MOVED UINT32_C(12)      /* it is elsewhere now, under `external_id` */
#define PATCHBAY_OUTCOME_GONE UINT32_C(13)       /* it was there and was removed */
#define PATCHBAY_LOOKUPS_NOT_TOLD UINT32_C(0)
#define PATCHBAY_LOOKUPS_PROVED UINT32_C(1) /* this account sees what it adds, with its marker */
#define PATCHBAY_LOOKUPS_NEVER UINT32_C(2)  /* a lost answer needs a person here; `lookups_reason` */
#define PATCHBAY_FIELD_NOT_CHANGEABLE UINT32_C(1)
#define PATCHBAY_FIELD_NOT_TAKEN UINT32_C(2) /* the answer shows that the system kept something else */
#endif

/* ---- Descriptor: what the connector is, as data. Constant for the life of the library. ---- */

typedef struct patchbay_setting {
    uint32_t struct_size;
    uint32_t kind;                 /* PATCHBAY_SETTING_* */
    uint32_t required;             /* 1: the integration cannot be used without it */
    uint32_t reserved;
    patchbay_string name;          /* [A-Za-z][A-Za-z0-9]*, at most 64 bytes */
    patchbay_string default_value; /* absent = none; in the text form of its kind */
    patchbay_string help;          /* one sentence for a person */
#if PATCHBAY_DRAFT
    uint32_t is_target;            /* 1: another value means another place, where nothing of ours is */
    uint32_t reserved2;
    patchbay_array choices;        /* of patchbay_string: all legal values of a STRING; empty = any */
    patchbay_array map_keys;       /* of patchbay_string: all legal names of a MAP; empty = any */
    patchbay_string default_words; /* the default for a person, where it is no constant */
    patchbay_string needs;         /* the name of a setting without which this one means nothing */
#endif
} patchbay_setting;

typedef struct patchbay_oauth {
    uint32_t struct_size;
    uint32_t refresh_rotates;      /* 1: every refresh answers with a new refresh token */
    int64_t reuse_window_ms;       /* a spent refresh token still works so long; 0 = not at all */
    int64_t refresh_idle_ms;       /* an unused refresh token lapses after this; 0 = never */
    uint32_t token_request_json;   /* 1: token requests are JSON; 0: form-encoded */
    uint32_t reserved;
    patchbay_string authorize_url; /* whole URLs, https */
    patchbay_string token_url;
    patchbay_string revoke_url;
    patchbay_string scopes;        /* as the authorize request wants them */
} patchbay_oauth;

typedef struct patchbay_token_kind {
    uint32_t struct_size;
    uint32_t scheme;               /* PATCHBAY_SCHEME_* */
    patchbay_string name;          /* "api-key" or "oauth" */
    patchbay_string user_setting;  /* BASIC: the setting that holds the user name */
    patchbay_string header;        /* HEADER: the header's name */
    patchbay_string origin;        /* a fixed origin this kind uses instead of the descriptor's; absent = the same */
    const patchbay_oauth *oauth;   /* null = not OAuth */
#if PATCHBAY_DRAFT
    patchbay_string prefix;        /* HEADER: a word before the token, such as "token" */
    patchbay_string display_name;  /* for people; kinds may then have names of their own */
    patchbay_string help;          /* one sentence: where to get such a token */
#endif
} patchbay_token_kind;

typedef struct patchbay_operation_support {
    uint32_t struct_size;
    uint32_t operation;            /* PATCHBAY_OPERATION_* */
    uint32_t batch_max;            /* tasks in one call; 0 for operations without tasks */
    uint32_t reserved;
#if PATCHBAY_DRAFT
    uint32_t requests_max;         /* of one call; here and below 0 = the host's own bound */
    uint32_t reserved2;
    int64_t bytes_max;             /* of all answers of one call */
    int64_t time_max_ms;           /* of one call, waiting for rate limits left out */
#endif
} patchbay_operation_support;

typedef struct patchbay_budget {
    uint32_t struct_size;
    uint32_t reserved;
    patchbay_string scope;         /* the connector's own name for it, as budget facts repeat it */
    int64_t limit;                 /* units in one window; the default until a fact says otherwise */
    int64_t window_ms;
} patchbay_budget;

typedef struct patchbay_descriptor {
    uint32_t struct_size;
    uint32_t origin_kind;          /* PATCHBAY_ORIGIN_* */
    patchbay_string id;            /* reverse domain, such as org.example.tracker */
    patchbay_string name;          /* for people */
    patchbay_string version;       /* semantic version of the connector */
    patchbay_string vendor;        /* who made the connector */
    patchbay_string origin;
    patchbay_array integration_types; /* of patchbay_string: the `type` of an integration, lower case */
    patchbay_array operations;     /* of patchbay_operation_support; one that is missing is not offered */
    patchbay_array settings;       /* of patchbay_setting */
    patchbay_array token_kinds;    /* of patchbay_token_kind; the first is the default */
    patchbay_array budgets;        /* of patchbay_budget */
    uint32_t requests_concurrent_max; /* per token; 0 = the host's own default */
    uint32_t writes_concurrent_max;   /* effectful requests among them; one request may count for many (write_cost) */
    uint32_t create_repeatable;    /* 1: a create with a known delivery id makes nothing new */
    uint32_t throttles_by_status;  /* 1: the system never asks to wait in an answer whose status is below 400, so the
                                    * host may send the next request before the connector has read such an answer */
    int64_t find_lag_ms;           /* how long a created task may stay invisible to find */
#if PATCHBAY_DRAFT
    patchbay_array reading_paths;  /* of patchbay_string: where a POST only reads; none that also writes */
#endif
} patchbay_descriptor;

/* ---- Instances ---- */

typedef struct patchbay_pair {
    uint32_t struct_size;
    uint32_t reserved;
    patchbay_string name;
    patchbay_string value;
} patchbay_pair;

typedef struct patchbay_setting_value {
    uint32_t struct_size;
    uint32_t kind;                 /* as described; tells which of the fields below is meant */
    patchbay_string name;
    patchbay_string text;          /* STRING, URL */
    int64_t integer;               /* INTEGER; BOOLEAN as 0 or 1 */
    patchbay_array entries;        /* MAP: of patchbay_pair */
} patchbay_setting_value;

typedef struct patchbay_opening {
    uint32_t struct_size;
    uint32_t partial;              /* 1: for discover; required settings may be missing */
    patchbay_array settings;       /* of patchbay_setting_value: validated, defaults filled in */
    patchbay_string token_kind;    /* never the token */
    patchbay_array facts;          /* of patchbay_pair: what this connector's last check told to remember */
#if PATCHBAY_DRAFT
    patchbay_string attempted_token_kind; /* look-ups: the attempts', as are target settings; absent = token_kind */
    patchbay_string account;       /* id of the token's account as a check told it; absent = not known */
    patchbay_string origin;        /* scheme, host, port and path prefix that requests go to */
#endif
} patchbay_opening;

typedef struct patchbay_failure {
    uint32_t struct_size;          /* set by the host before the call */
    uint32_t reserved;
    patchbay_string field;         /* the setting at fault, if one is */
    patchbay_string message;       /* for a person; lives until the next `open` */
} patchbay_failure;

/* ---- Operations ---- */

typedef struct patchbay_remote_task {
    uint32_t struct_size;
    uint32_t priority;
    uint32_t status;               /* PATCHBAY_TASK_* */
    uint32_t deleted;              /* 1: in a bin or archived away */
    patchbay_string title;
    patchbay_string description;
    patchbay_string due_date;
    patchbay_string assignee;      /* e-mail, or absent where the vendor hides it */
    patchbay_string assignee_id;
    patchbay_array labels;         /* of patchbay_string */
    int64_t modified_unix_ms;
#if PATCHBAY_DRAFT
    uint32_t archived;
    uint32_t moved;                /* 1: no longer in the target */
    patchbay_string version;       /* the system's own mark of this state */
    patchbay_string container;     /* the project that holds it now */
    patchbay_string start_date;
    patchbay_string parent_external_id;
    patchbay_string section;
    patchbay_string link;
    patchbay_array watchers;       /* of patchbay_string */
    patchbay_array fields;         /* of patchbay_pair: as on a task */
#endif
} patchbay_remote_task;

#if PATCHBAY_DRAFT
typedef struct patchbay_attempt {  /* what is known of the attempt whose outcome is looked for */
    uint32_t struct_size;
    uint32_t number;               /* from 1 */
    uint32_t window_is_sure;       /* 1: attempted_unix_ms is by the system's clock; 0: a day and more early */
    uint32_t reserved;
    int64_t started_unix_ms;       /* by the host's clock */
    int64_t vendor_unix_ms;        /* the last time that the system told before it, in `Date`; 0 = none */
    patchbay_string account;       /* id of the account that made it; absent = not known */
} patchbay_attempt;
#endif

typedef struct patchbay_task {
    uint32_t struct_size;
    uint32_t priority;             /* PATCHBAY_PRIORITY_* */
    uint32_t status;               /* PATCHBAY_TASK_* */
    uint32_t changes;              /* update: PATCHBAY_CHANGED_* bits; else 0 */
    patchbay_string delivery_id;   /* UUID version 4, lower case: let it travel with the create */
    patchbay_string external_id;   /* update and fetch */
    patchbay_string meeting_id;
    patchbay_string title;
    patchbay_string description;   /* Markdown */
    patchbay_string due_date;      /* YYYY-MM-DD, the date in the due time's own offset */
    patchbay_string due_time;      /* RFC 3339 in UTC ("...Z"); absent when only a date is known */
    patchbay_string assignee;      /* e-mail address */
    patchbay_array labels;         /* of patchbay_string */
    int64_t attempted_unix_ms;     /* find: nothing of the attempt is older, by the system's clock; else 0 */
#if PATCHBAY_DRAFT
    uint32_t is_witness;           /* find: 1 = known to be there as `external_id`. Look for it like for the others */
    uint32_t reserved;
    const patchbay_attempt *attempt; /* find; null otherwise */
    patchbay_string note;          /* what this connector last asked to keep with the delivery; absent = nothing */
    const patchbay_remote_task *agreed; /* update: the last state that both sides had; null = none */
    patchbay_string start_date;    /* YYYY-MM-DD */
    patchbay_string parent_external_id;
    patchbay_string section;
    patchbay_string link;          /* URL of the meeting */
    patchbay_array watchers;       /* of patchbay_string: e-mail addresses */
    patchbay_array fields;         /* of patchbay_pair: a custom field's name or id, and its value as JSON */
#endif
} patchbay_task;

typedef struct patchbay_operation {
    uint32_t struct_size;
    uint32_t number;               /* PATCHBAY_OPERATION_* */
    int64_t now_unix_ms;           /* the connector's only clock: when the call began */
    patchbay_array tasks;          /* of patchbay_task */
#if PATCHBAY_DRAFT
    patchbay_string cursor;        /* changes: where the last page ended; absent = from the beginning */
    patchbay_string kind;          /* prepare: what to make, such as label */
    patchbay_string name;          /* prepare: its name */
    int64_t since_unix_ms, until_unix_ms; /* changes with tasks: their history between these */
#endif
} patchbay_operation;

/* ---- Steps ---- */

typedef struct patchbay_request {
    uint32_t struct_size;
    uint32_t effect;               /* PATCHBAY_EFFECT_* */
    uint32_t write_cost;           /* concurrent writes this request counts for at the vendor; 0 = 1 */
    uint32_t reserved;
    patchbay_string method;        /* GET, POST, PUT, PATCH, DELETE, HEAD */
    patchbay_string path;
    patchbay_array query;          /* of patchbay_pair, not encoded: the host encodes */
    patchbay_array headers;        /* of patchbay_pair */
    patchbay_string body;          /* absent = none */
} patchbay_request;

typedef struct patchbay_response {
    uint32_t struct_size;
    uint32_t status;               /* HTTP status */
    patchbay_array headers;        /* of patchbay_pair, names in lower case; without Set-Cookie and WWW-Authenticate */
    patchbay_string body;          /* decoded bytes, perhaps not UTF-8; empty = none */
} patchbay_response;

typedef struct patchbay_budget_fact {
    uint32_t struct_size;
    uint32_t reserved;
    patchbay_string scope;
    int64_t limit;                 /* -1 = not told */
    int64_t remaining;             /* -1 = not told */
    int64_t resets_unix_ms;        /* 0 = not told */
} patchbay_budget_fact;

typedef struct patchbay_notice {
    uint32_t struct_size;
    uint32_t reserved;
    patchbay_string code;          /* snake case, such as assignee_unmapped */
    patchbay_string field;         /* a setting or a task field, if one is meant */
    patchbay_string text;          /* for a person; the vendor's words where there are any */
} patchbay_notice;

#if PATCHBAY_DRAFT
typedef struct patchbay_candidate { /* of our account, from the attempt's window, without a marker of ours */
    uint32_t struct_size;
    uint32_t edited;               /* 1: it was edited since it was made, so that a marker may have gone */
    patchbay_string external_id;
    patchbay_string display_id;
    patchbay_string title;
    patchbay_string url;
} patchbay_candidate;
typedef struct patchbay_field_report {
    uint32_t struct_size;
    uint32_t kind;                 /* PATCHBAY_FIELD_* */
    patchbay_string field;         /* the name of the task's field, or of a custom one */
    patchbay_string text;          /* for a person */
} patchbay_field_report;
typedef struct patchbay_note {     /* kept with a delivery: at most 4 KiB, synced before the request leaves */
    uint32_t struct_size;
    uint32_t task_index;
    patchbay_string text;
} patchbay_note;
typedef struct patchbay_demand {   /* a field that the target demands or allows: of a deep check */
    uint32_t struct_size;
    uint32_t required;
    patchbay_string field;         /* under which a task's `fields` carries it, or the task's own field */
    patchbay_string name;          /* for people */
    patchbay_array options;        /* of patchbay_pair: id and name; empty = any value */
} patchbay_demand;
#endif

typedef struct patchbay_task_outcome {
    uint32_t struct_size;
    uint32_t kind;                 /* PATCHBAY_OUTCOME_* */
    uint32_t task_index;           /* place in the operation's tasks; one outcome each */
    uint32_t exhaustive;           /* NOT_FOUND: 1 = the look-up could see everything there is */
    patchbay_string external_id;
    patchbay_string display_id;    /* what people call it, such as ENG-12 */
    patchbay_string url;           /* where people see it; https, or http to loopback */
    patchbay_string vendor_request_id;
    patchbay_string code;          /* REFUSED: snake case or the vendor's; DEFERRED, 1.1: "again" = at once */
    patchbay_string field;         /* REFUSED: which field, in the vendor's terms */
    patchbay_string message;       /* REFUSED, UNKNOWN, DEFERRED: the vendor's words */
    patchbay_array warnings;       /* of patchbay_notice */
    const patchbay_remote_task *remote; /* fetch; null otherwise */
#if PATCHBAY_DRAFT
    uint32_t used_window;          /* NOT_FOUND: 1 = only what attempted_unix_ms lets through was looked at */
    uint32_t marker_missing;       /* CREATED, FOUND: 1 = shown without our marker: no look-up can find it */
    patchbay_array candidates;     /* of patchbay_candidate, at most 20: NOT_FOUND is then no proof */
    patchbay_array field_reports;  /* of patchbay_field_report */
#endif
} patchbay_task_outcome;

typedef struct patchbay_account {
    uint32_t struct_size;
    uint32_t reserved;
    patchbay_string id;
    patchbay_string name;
    patchbay_string email;
    patchbay_string place;         /* workspace, site or organisation, for a person */
    int64_t expires_unix_ms;       /* of the token, if the vendor tells; 0 = not told */
    patchbay_array problems;       /* of patchbay_notice: why tasks would be refused (target gone, field required) */
    patchbay_array facts;          /* of patchbay_pair: kept by the host, given to every later opening; at most 16 */
#if PATCHBAY_DRAFT
    uint32_t lookups;              /* PATCHBAY_LOOKUPS_* */
    uint32_t is_untold;            /* 1: it does not say whose token it is: another account goes unnoticed */
    patchbay_string lookups_reason; /* for a person */
    patchbay_array demands;        /* of patchbay_demand: a deep check's */
#endif
} patchbay_account;

typedef struct patchbay_discovered {
    uint32_t struct_size;
    uint32_t reserved;
    patchbay_string setting;       /* the setting that this id fills, or absent */
    patchbay_string kind;          /* workspace, project, team, state, user, issue type, ... */
    patchbay_string id;
    patchbay_string name;
    patchbay_string detail;        /* such as an e-mail address or the parent's name */
#if PATCHBAY_DRAFT
    patchbay_string map_key;       /* where `setting` is a MAP: the id's name, such as an e-mail address */
#endif
} patchbay_discovered;

typedef struct patchbay_result {
    uint32_t struct_size;
    uint32_t call;                 /* PATCHBAY_CALL_* */
    uint32_t auth_reason;          /* AUTH_FAILED: PATCHBAY_AUTH_* */
    uint32_t reserved;
    int64_t retry_after_ms;        /* THROTTLED, VENDOR_FAULT: wait at least so long; 0 is legal; -1 = not told */
    int64_t retry_at_unix_ms;      /* the same as a point in time; 0 = not told */
    patchbay_string code;
    patchbay_string field;
    patchbay_string message;       /* the vendor's words */
    patchbay_string vendor_request_id;
    patchbay_array outcomes;       /* of patchbay_task_outcome */
    patchbay_array discovered;     /* of patchbay_discovered */
    const patchbay_account *account; /* check; null otherwise */
#if PATCHBAY_DRAFT
    patchbay_string cursor;        /* changes: where to go on */
    uint32_t has_more;             /* changes: 1 = a further page is there now */
    uint32_t reserved2;
    patchbay_array changed;        /* of patchbay_task_outcome with `remote`: what changed */
#endif
} patchbay_result;

typedef struct patchbay_step {
    uint32_t struct_size;
    uint32_t kind;                 /* PATCHBAY_STEP_* */
    const patchbay_request *request; /* REQUEST; null otherwise */
    const patchbay_result *result; /* DONE; null otherwise */
    patchbay_array budget_facts;   /* of patchbay_budget_fact, read from the last response */
    patchbay_string diagnostic;    /* the connector's only log; absent = nothing to say */
#if PATCHBAY_DRAFT
    patchbay_array notes;          /* of patchbay_note; with REQUEST */
#endif
} patchbay_step;

/* ---- Entry ---- */

typedef struct patchbay_instance patchbay_instance; /* the connector's own; the host only holds the pointer */
typedef struct patchbay_call patchbay_call;

/*
 * All functions: called on the loading thread only (R6), never at the same time; every pointer that
 * is passed is non-null unless it says so, and lives until the function returns (R5).
 */
typedef struct patchbay_entry {
    uint32_t struct_size;
    uint32_t magic;              /* PATCHBAY_MAGIC */
    uint32_t abi_major;          /* PATCHBAY_ABI_MAJOR of the header it was built with */
    uint32_t abi_minor;          /* the lowest minor that it needs */

    /* The descriptor. Owner: connector; lives for ever; the same on every call. Never null. */
    const patchbay_descriptor *(*describe)(void);

    /* Opens an instance for one integration's settings. On PATCHBAY_STATUS_OK *instance is owned by the host
     * until it calls `close`; otherwise *instance stays null and *failure may say why. */
    int32_t (*open)(const patchbay_opening *opening, patchbay_instance **instance, patchbay_failure *failure);

    /* Ends an instance. The host has ended its calls before. Cannot fail. */
    void (*close)(patchbay_instance *instance);

    /* Begins a call. On PATCHBAY_STATUS_OK *call is owned by the host until `end`, and *step is the first step, alive
     * until the next function is called with this call. Otherwise both stay null, and there is nothing to end. */
    int32_t (*begin)(patchbay_instance *instance, const patchbay_operation *operation, patchbay_call **call,
        const patchbay_step **step);

    /* Goes on after a request. *step as above. On any other status the call is over and only `end` is legal. */
    int32_t (*resume)(patchbay_call *call, const patchbay_response *response, const patchbay_step **step);

    /* Frees a call after any step, also before it is done. Cannot fail. */
    void (*end)(patchbay_call *call);
} patchbay_entry;

/* The one exported symbol. Owner: connector; lives for ever; never null; does no work that can fail. */
const patchbay_entry *patchbay_connector_v1(void);

#ifdef __cplusplus
}
#endif

#endif /* PATCHBAY_H */
