/// Why a file in a plugins directory is not used, as a stable word.
package struct RefusalReason: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    // The file
    package static let unreadable = RefusalReason(rawValue: "unreadable")
    package static let link = RefusalReason(rawValue: "link")
    package static let notRegularFile = RefusalReason(rawValue: "not_regular_file")
    package static let empty = RefusalReason(rawValue: "empty")
    package static let tooLarge = RefusalReason(rawValue: "too_large")
    package static let foreignOwner = RefusalReason(rawValue: "foreign_owner")
    package static let writableByOthers = RefusalReason(rawValue: "writable_by_others")
    package static let duplicate = RefusalReason(rawValue: "duplicate")
    package static let tooMany = RefusalReason(rawValue: "too_many")
    // Trust
    package static let notApproved = RefusalReason(rawValue: "not_approved")
    package static let signatureMissing = RefusalReason(rawValue: "signature_missing")
    package static let signatureInvalid = RefusalReason(rawValue: "signature_invalid")
    package static let signerUnknown = RefusalReason(rawValue: "signer_unknown")
    package static let quarantined = RefusalReason(rawValue: "quarantined")
    // What the file says, read without running it
    package static let notELF = RefusalReason(rawValue: "not_elf")
    package static let wrongClass = RefusalReason(rawValue: "wrong_class")
    package static let wrongMachine = RefusalReason(rawValue: "wrong_machine")
    package static let notLibrary = RefusalReason(rawValue: "not_library")
    package static let truncated = RefusalReason(rawValue: "truncated")
    package static let malformed = RefusalReason(rawValue: "malformed")
    package static let foreignDependency = RefusalReason(rawValue: "foreign_dependency")
    package static let runPath = RefusalReason(rawValue: "run_path")
    package static let libcTooOld = RefusalReason(rawValue: "libc_too_old")
    package static let privateSymbols = RefusalReason(rawValue: "private_symbols")
    package static let writableCode = RefusalReason(rawValue: "writable_code")
    package static let executableStack = RefusalReason(rawValue: "executable_stack")
    package static let textRelocations = RefusalReason(rawValue: "text_relocations")
    package static let symbolMissing = RefusalReason(rawValue: "symbol_missing")
    package static let extraExports = RefusalReason(rawValue: "extra_exports")
    // Seen by the worker; load.c and main.c name them
    package static let sandboxPartial = RefusalReason(rawValue: "sandbox_partial")
    package static let notLoadable = RefusalReason(rawValue: "not_loadable")
    package static let entryMalformed = RefusalReason(rawValue: "entry_malformed")
    package static let majorVersion = RefusalReason(rawValue: "abi_major")
    package static let minorVersion = RefusalReason(rawValue: "abi_minor")
    package static let descriptorMalformed = RefusalReason(rawValue: "descriptor_malformed")
    package static let descriptorChanges = RefusalReason(rawValue: "descriptor_changes")
    // Seen by the host while the worker loads
    package static let descriptorInvalid = RefusalReason(rawValue: "descriptor_invalid")
    package static let forbiddenCall = RefusalReason(rawValue: "forbidden_call")
    package static let crashedOnLoad = RefusalReason(rawValue: "crashed_on_load")
    package static let timeoutOnLoad = RefusalReason(rawValue: "timeout_on_load")

    /// Whether the same bytes are refused for it on this machine every time. The others hang on what was decided, on
    /// other files, or on how busy the machine was: workers that die are counted, and end in quarantine.
    var isOfBytes: Bool {
        let ofBytes: Set<RefusalReason> = [
            .notELF, .wrongClass, .wrongMachine, .notLibrary, .truncated, .malformed, .foreignDependency, .runPath,
            .libcTooOld,
            .privateSymbols, .writableCode, .executableStack, .textRelocations, .symbolMissing, .extraExports,
            .notLoadable,
            .entryMalformed, .majorVersion, .minorVersion, .descriptorMalformed, .descriptorChanges, .descriptorInvalid,
        ]
        return ofBytes.contains(self)
    }
}

/// A file that cannot be used, with its reason.
struct LoadRefusal: Error, Sendable, Hashable {
    let reason: RefusalReason
    /// Whole sentences for a person, the last one with the remedy where there is one.
    let sentence: String

    init(_ reason: RefusalReason, _ sentence: String) {
        self.reason = reason
        self.sentence = sentence
    }
}
