import Foundation
import Testing

@testable import PatchbayVault

@Suite("Secret bytes")
struct SecretBytesTests {
    @Test("are zero when a slot is given back, and when it is taken again")
    func zeroed() {
        let slab = SecretSlab()
        for capacity in [100, 1_000, 20_000] {
            let slot = unsafe slab.take(capacity)
            let address = unsafe slot.base
            unsafe memset(address, 0xAA, capacity)
            unsafe slab.giveBack(slot)
            // The slab's own memory stays mapped, so that it can be looked at.
            #expect(unsafe UnsafeRawBufferPointer(start: address, count: capacity).allSatisfy { $0 == 0 })
        }
    }

    @Test("are wiped by the end of their owner")
    func wiped() {
        func address() -> UInt {
            let bytes = secret("canary-in-memory")
            return unsafe bytes.withBytes { UInt(bitPattern: $0.baseAddress) }
        }
        let memory = unsafe UnsafeRawPointer(bitPattern: address())!
        #expect(unsafe !UnsafeRawBufferPointer(start: memory, count: 16).elementsEqual("canary-in-memory".utf8))
    }

    @Test("are the same only when all bytes are")
    func same() {
        #expect(isSame("abc", "abc"))
        #expect(!isSame("abc", "abd"))
        #expect(!isSame("abc", "abcd"))
    }

    @Test("find memory of their own when every slot is taken")
    func overflow() {
        var holders: [Holder] = []
        for index in 0..<100 { holders.append(Holder(secret(String(repeating: "x", count: 2_000) + "\(index)"))) }
        for (index, holder) in holders.enumerated() {
            #expect(unsafe holder.bytes.withBytes { unsafe $0.suffix(from: 2_000).elementsEqual("\(index)".utf8) })
        }
    }

    private func isSame(_ left: String, _ right: String) -> Bool { secret(left).isSame(as: secret(right)) }

    private final class Holder {
        let bytes: SecretBytes
        init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
    }
}
