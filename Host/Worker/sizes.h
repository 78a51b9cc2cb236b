/*
 * sizes.h: how large each struct was in version 1.0. These numbers never change; a struct that grows keeps its number
 * here, so that connectors built before are still read (R2). What a later version has added is as large as it was there
 * at first.
 */
#ifndef PATCHBAY_WORKER_SIZES_H
#define PATCHBAY_WORKER_SIZES_H

#include "patchbay.h"

#define V1_SETTING 64u
#define V1_OAUTH 96u
#define V1_TOKEN_KIND 80u
#define V1_OPERATION_SUPPORT 16u
#define V1_BUDGET 40u
#define V1_DESCRIPTOR 232u
#define V1_PAIR 40u
#define V1_REQUEST 112u
#define V1_BUDGET_FACT 48u
#define V1_NOTICE 56u
#define V1_REMOTE_TASK 128u
#define V1_TASK_OUTCOME 160u
#define V1_ACCOUNT 128u
#define V1_DISCOVERED 88u
#define V1_RESULT 152u
#define V1_STEP 64u
#define V1_ENTRY 64u
#define V1_CANDIDATE 72u /* 1.1 */

/* What a connector is given. */
#define V1_OPENING 72u
#define V1_SETTING_VALUE 72u
#define V1_OPERATION 40u
#define V1_TASK 176u
#define V1_RESPONSE 48u
#define V1_ATTEMPT 48u /* 1.1 */

/*
 * How much of a connector's lists and words is passed on (R12). Of what may be left out, the rest is counted and told.
 * Of what the host refuses when it is too much (BEYOND), one more than may be is passed on, so that the host sees it.
 * Those that the host has, too, are the same as in its limits; a test compares them.
 */
#define BUDGETS_MAX 16u
#define BUDGET_FACTS_MAX 16u
#define WARNINGS_MAX 32u
#define CANDIDATES_MAX 20u
#define DISCOVERED_MAX 10000u
#define REMOTE_LABELS_MAX 1000u
#define DESCRIPTOR_ENTRIES_MAX 100u
#define BATCH_TASKS_MAX 1000u
#define FACTS_MAX 16u
#define REQUEST_HEADERS_MAX 64u
#define QUERY_FIELDS_MAX 16384u /* a target has no more bytes */
#define BEYOND(most) ((most) + 1)
#define NAME_BYTES_MAX 512u
#define MESSAGE_BYTES_MAX 2048u
#define DIAGNOSTIC_BYTES_MAX 4096u

_Static_assert(sizeof(patchbay_setting) >= V1_SETTING, "structs only grow");
_Static_assert(sizeof(patchbay_oauth) >= V1_OAUTH, "structs only grow");
_Static_assert(sizeof(patchbay_token_kind) >= V1_TOKEN_KIND, "structs only grow");
_Static_assert(sizeof(patchbay_operation_support) >= V1_OPERATION_SUPPORT, "structs only grow");
_Static_assert(sizeof(patchbay_budget) >= V1_BUDGET, "structs only grow");
_Static_assert(sizeof(patchbay_descriptor) >= V1_DESCRIPTOR, "structs only grow");
_Static_assert(sizeof(patchbay_pair) >= V1_PAIR, "structs only grow");
_Static_assert(sizeof(patchbay_request) >= V1_REQUEST, "structs only grow");
_Static_assert(sizeof(patchbay_budget_fact) >= V1_BUDGET_FACT, "structs only grow");
_Static_assert(sizeof(patchbay_notice) >= V1_NOTICE, "structs only grow");
_Static_assert(sizeof(patchbay_remote_task) >= V1_REMOTE_TASK, "structs only grow");
_Static_assert(sizeof(patchbay_task_outcome) >= V1_TASK_OUTCOME, "structs only grow");
_Static_assert(sizeof(patchbay_account) >= V1_ACCOUNT, "structs only grow");
_Static_assert(sizeof(patchbay_discovered) >= V1_DISCOVERED, "structs only grow");
_Static_assert(sizeof(patchbay_result) >= V1_RESULT, "structs only grow");
_Static_assert(sizeof(patchbay_step) >= V1_STEP, "structs only grow");
_Static_assert(sizeof(patchbay_entry) >= V1_ENTRY, "structs only grow");
_Static_assert(sizeof(patchbay_candidate) >= V1_CANDIDATE, "structs only grow");
_Static_assert(sizeof(patchbay_opening) >= V1_OPENING, "structs only grow");
_Static_assert(sizeof(patchbay_setting_value) >= V1_SETTING_VALUE, "structs only grow");
_Static_assert(sizeof(patchbay_operation) >= V1_OPERATION, "structs only grow");
_Static_assert(sizeof(patchbay_task) >= V1_TASK, "structs only grow");
_Static_assert(sizeof(patchbay_response) >= V1_RESPONSE, "structs only grow");
_Static_assert(sizeof(patchbay_attempt) >= V1_ATTEMPT, "structs only grow");

#endif
