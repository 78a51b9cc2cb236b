/// Why a value was not written as JSON.
public struct JSONWritingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of reason it is; there may be more of them later.
    public struct Code: Sendable, Equatable {
        let rawValue: String

        /// A number that is infinite or none at all, for which JSON has no form.
        public static let numberNotFinite = Code(rawValue: "number_not_finite")
        /// A name in an object that holds a NUL, at which the library would cut it.
        public static let nameHoldsNUL = Code(rawValue: "name_holds_nul")
        /// A text or an array with more elements than the library counts.
        public static let tooLarge = Code(rawValue: "too_large")
        /// There was no memory for it.
        public static let noMemory = Code(rawValue: "no_memory")
    }

    /// The kind of reason, for code.
    public let code: Code
    /// The same for a person, without anything of the value.
    public let description: String

    static let numberNotFinite = Self(
        code: .numberNotFinite, description: "JSON has no form for a number that is not finite.")
    static let nameHoldsNUL = Self(
        code: .nameHoldsNUL, description: "The name of a JSON member holds a NUL; leave it out.")
    static let tooLarge = Self(
        code: .tooLarge, description: "A value is too large for JSON in one piece; send less at once.")
    static let noMemory = Self(code: .noMemory, description: "There was no memory for the JSON.")
}
