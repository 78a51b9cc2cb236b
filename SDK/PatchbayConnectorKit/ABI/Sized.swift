import CPatchbay

/// A struct of the interface that begins with its own size (rule R2).
protocol Sized {
    /// All zero.
    init()
    /// What its maker knew of it, in bytes.
    var struct_size: UInt32 { get set }
    /// Its size in version 1.0, which never changes; less than that is refused.
    static var firstSize: UInt32 { get }
}

extension Sized {
    /// All zero but its own size.
    static func made() -> Self {
        var value = Self()
        value.struct_size = UInt32(MemoryLayout<Self>.stride)
        return value
    }
}

// The sizes of version 1.0 where reading needs them; the golden table of the header's layout holds the same numbers.
extension patchbay_opening: Sized { static var firstSize: UInt32 { 72 } }
extension patchbay_setting_value: Sized { static var firstSize: UInt32 { 72 } }
extension patchbay_pair: Sized { static var firstSize: UInt32 { 40 } }
extension patchbay_failure: Sized { static var firstSize: UInt32 { 40 } }
extension patchbay_operation: Sized { static var firstSize: UInt32 { 40 } }
extension patchbay_task: Sized { static var firstSize: UInt32 { 176 } }
extension patchbay_response: Sized { static var firstSize: UInt32 { 48 } }
extension patchbay_setting: Sized { static var firstSize: UInt32 { 64 } }
extension patchbay_oauth: Sized { static var firstSize: UInt32 { 96 } }
extension patchbay_token_kind: Sized { static var firstSize: UInt32 { 80 } }
extension patchbay_operation_support: Sized { static var firstSize: UInt32 { 16 } }
extension patchbay_budget: Sized { static var firstSize: UInt32 { 40 } }
extension patchbay_descriptor: Sized { static var firstSize: UInt32 { 232 } }
extension patchbay_request: Sized { static var firstSize: UInt32 { 112 } }
extension patchbay_budget_fact: Sized { static var firstSize: UInt32 { 48 } }
extension patchbay_notice: Sized { static var firstSize: UInt32 { 56 } }
extension patchbay_remote_task: Sized { static var firstSize: UInt32 { 128 } }
extension patchbay_task_outcome: Sized { static var firstSize: UInt32 { 160 } }
extension patchbay_account: Sized { static var firstSize: UInt32 { 128 } }
extension patchbay_discovered: Sized { static var firstSize: UInt32 { 88 } }
extension patchbay_result: Sized { static var firstSize: UInt32 { 152 } }
extension patchbay_step: Sized { static var firstSize: UInt32 { 64 } }

// Of 1.1, which is a draft: their sizes are fixed when it is released.
extension patchbay_attempt: Sized { static var firstSize: UInt32 { 48 } }
extension patchbay_candidate: Sized { static var firstSize: UInt32 { 72 } }
