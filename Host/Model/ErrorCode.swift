/// What kind of error it is, in a stable word that scripts may branch on.
///
/// The set is open: a reader must expect codes that it does not know. This file is the one list of them.
package struct ErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }

    // Usage and input
    package static let usage = ErrorCode(rawValue: "usage")
    package static let inputInvalid = ErrorCode(rawValue: "input_invalid")
    package static let inputUnreadable = ErrorCode(rawValue: "input_unreadable")
    package static let taskInvalid = ErrorCode(rawValue: "task_invalid")
    package static let taskNotFound = ErrorCode(rawValue: "task_not_found")
    package static let taskNotUnknown = ErrorCode(rawValue: "task_not_unknown")
    package static let taskNotCancellable = ErrorCode(rawValue: "task_not_cancellable")
    package static let taskDelivered = ErrorCode(rawValue: "task_delivered")

    // Integrations and their settings
    package static let integrationNotFound = ErrorCode(rawValue: "integration_not_found")
    package static let integrationExists = ErrorCode(rawValue: "integration_exists")
    package static let integrationInactive = ErrorCode(rawValue: "integration_inactive")
    package static let integrationAmbiguous = ErrorCode(rawValue: "integration_ambiguous")
    package static let integrationBusy = ErrorCode(rawValue: "integration_busy")
    package static let integrationInvalid = ErrorCode(rawValue: "integration_invalid")
    package static let settingsMissing = ErrorCode(rawValue: "settings_missing")
    package static let settingsInvalid = ErrorCode(rawValue: "settings_invalid")
    package static let baseURLInvalid = ErrorCode(rawValue: "base_url_invalid")

    // Tokens and keys
    package static let tokenMissing = ErrorCode(rawValue: "token_missing")
    package static let tokenInvalid = ErrorCode(rawValue: "token_invalid")
    package static let tokenExpired = ErrorCode(rawValue: "token_expired")
    package static let tokenRejected = ErrorCode(rawValue: "token_rejected")
    package static let tokenForbidden = ErrorCode(rawValue: "token_forbidden")
    package static let tokenOriginChanged = ErrorCode(rawValue: "token_origin_changed")
    package static let tokenSchemeChanged = ErrorCode(rawValue: "token_scheme_changed")
    package static let tokenDamaged = ErrorCode(rawValue: "token_damaged")
    package static let tokenAccountChanged = ErrorCode(rawValue: "token_account_changed")
    package static let tokenNeedsReauth = ErrorCode(rawValue: "token_needs_reauth")
    package static let tokenNotRefreshable = ErrorCode(rawValue: "token_not_refreshable")
    package static let keyMissing = ErrorCode(rawValue: "key_missing")
    package static let keyWrong = ErrorCode(rawValue: "key_wrong")
    package static let keyUnsafe = ErrorCode(rawValue: "key_unsafe")
    package static let keyInvalid = ErrorCode(rawValue: "key_invalid")
    package static let keyExists = ErrorCode(rawValue: "key_exists")
    package static let keySourcesDisagree = ErrorCode(rawValue: "key_sources_disagree")
    package static let keyBusy = ErrorCode(rawValue: "key_busy")
    package static let keyInUse = ErrorCode(rawValue: "key_in_use")
    package static let rotationBlocked = ErrorCode(rawValue: "rotation_blocked")
    package static let slotNotFound = ErrorCode(rawValue: "slot_not_found")
    package static let slotUntested = ErrorCode(rawValue: "slot_untested")
    package static let slotExists = ErrorCode(rawValue: "slot_exists")
    package static let backupExists = ErrorCode(rawValue: "backup_exists")
    package static let backupInvalid = ErrorCode(rawValue: "backup_invalid")
    package static let memoryUnlocked = ErrorCode(rawValue: "memory_unlocked")

    // Connectors and workers
    package static let connectorNotFound = ErrorCode(rawValue: "connector_not_found")
    package static let connectorAmbiguous = ErrorCode(rawValue: "connector_ambiguous")
    package static let connectorRefused = ErrorCode(rawValue: "connector_refused")
    package static let connectorCrashed = ErrorCode(rawValue: "connector_crashed")
    package static let connectorTimeout = ErrorCode(rawValue: "connector_timeout")
    package static let connectorProtocol = ErrorCode(rawValue: "connector_protocol")
    package static let connectorForbiddenCall = ErrorCode(rawValue: "connector_forbidden_call")
    package static let connectorQuarantined = ErrorCode(rawValue: "connector_quarantined")
    package static let operationUnsupported = ErrorCode(rawValue: "operation_unsupported")
    package static let workerMissing = ErrorCode(rawValue: "worker_missing")
    package static let pluginsUnreadable = ErrorCode(rawValue: "plugins_unreadable")

    // Sync
    package static let taskRefused = ErrorCode(rawValue: "task_refused")
    package static let taskTooLarge = ErrorCode(rawValue: "task_too_large")
    package static let rateLimited = ErrorCode(rawValue: "rate_limited")
    package static let unreachable = ErrorCode(rawValue: "unreachable")
    package static let vendorError = ErrorCode(rawValue: "vendor_error")
    package static let vendorAnswerInvalid = ErrorCode(rawValue: "vendor_answer_invalid")
    package static let requestRefused = ErrorCode(rawValue: "request_refused")
    package static let responseTooLarge = ErrorCode(rawValue: "response_too_large")
    package static let hostStopped = ErrorCode(rawValue: "host_stopped")
    package static let outcomeUnknown = ErrorCode(rawValue: "outcome_unknown")
    package static let targetChanged = ErrorCode(rawValue: "target_changed")
    package static let patienceShort = ErrorCode(rawValue: "patience_short")
    package static let clockSkewed = ErrorCode(rawValue: "clock_skewed")
    package static let lookUpsUncertain = ErrorCode(rawValue: "look_ups_uncertain")
    package static let cancelled = ErrorCode(rawValue: "cancelled")

    // Authors
    package static let projectExists = ErrorCode(rawValue: "project_exists")
    package static let sdkMissing = ErrorCode(rawValue: "sdk_missing")

    // Recordings
    package static let recordingInvalid = ErrorCode(rawValue: "recording_invalid")
    package static let recordingUnwritable = ErrorCode(rawValue: "recording_unwritable")

    // Store and surroundings
    package static let storeMissing = ErrorCode(rawValue: "store_missing")
    package static let storeLocked = ErrorCode(rawValue: "store_locked")
    package static let storeDamaged = ErrorCode(rawValue: "store_damaged")
    package static let storeFull = ErrorCode(rawValue: "store_full")
    package static let storeReadOnly = ErrorCode(rawValue: "store_read_only")
    package static let storeTooNew = ErrorCode(rawValue: "store_too_new")
    package static let storeTooOld = ErrorCode(rawValue: "store_too_old")
    package static let storeFailed = ErrorCode(rawValue: "store_failed")
    package static let homeUnusable = ErrorCode(rawValue: "home_unusable")
    package static let outputFailed = ErrorCode(rawValue: "output_failed")
    package static let internalError = ErrorCode(rawValue: "internal_error")
}
