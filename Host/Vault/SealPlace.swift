import CSodium
import PatchbayModel

/// Where a token belongs. It is bound into the seal: in any other place the token does not open.
package struct TokenPlace: Sendable, Hashable {
    package let storeID: String
    /// The row's UUID.
    package let tokenID: String
    /// `api-key` or `oauth`.
    package let kind: String
    package let integrationID: Int64
    /// Counts the values the token has had.
    package let generation: Int64
    /// The base URLs it may be sent to; their order does not matter.
    package let origins: [String]

    package init(
        storeID: String, tokenID: String, kind: String, integrationID: Int64, generation: Int64, origins: [String]
    ) {
        self.storeID = storeID
        self.tokenID = tokenID
        self.kind = kind
        self.integrationID = integrationID
        self.generation = generation
        self.origins = origins
    }
}

/// The bytes that a seal is bound to, each field with its length before it.
struct SealPlace {
    let purpose: [UInt8]
    let storeID: [UInt8]
    let fields: [UInt8]

    /// The place of a token.
    init(_ place: TokenPlace) {
        var places = TokenPlaces(storeID: place.storeID)
        self = places.place(of: place)
    }

    /// The place of a wrapped data key.
    init(dataKey number: UInt32, storeID: String, rootKeyID: String) {
        var fields: [UInt8] = []
        Self.append(Self.bytes(of: UInt64(number)), to: &fields)
        Self.append(rootKeyID.utf8, to: &fields)
        self.init(purpose: "patchbay data key", storeID: storeID, fields: fields)
    }

    /// The place of the wrapped lasting keys.
    init(lastingKeysOf storeID: String, rootKeyID: String) {
        var fields: [UInt8] = []
        Self.append(rootKeyID.utf8, to: &fields)
        self.init(purpose: "patchbay lasting keys", storeID: storeID, fields: fields)
    }

    fileprivate init(purpose: String, storeID: String, fields: [UInt8]) {
        self.init(purpose: Array(purpose.utf8), storeID: Array(storeID.utf8), fields: fields)
    }

    fileprivate init(purpose: [UInt8], storeID: [UInt8], fields: [UInt8]) {
        self.purpose = purpose
        self.storeID = storeID
        self.fields = fields
    }

    /// Gives `body` the place as C takes it.
    func withPlace<Result>(_ body: (UnsafePointer<patchbay_seal_place>) -> Result) -> Result {
        unsafe purpose.withUnsafeBufferPointer { purpose in
            unsafe storeID.withUnsafeBufferPointer { storeID in
                unsafe fields.withUnsafeBufferPointer { fields in
                    var place = unsafe patchbay_seal_place(
                        purpose: purpose.baseAddress, purpose_bytes: purpose.count, store_id: storeID.baseAddress,
                        store_id_bytes: storeID.count, fields: fields.baseAddress, fields_bytes: fields.count)
                    return unsafe body(&place)
                }
            }
        }
    }

    /// A digest of the sorted origins, so that a place stays short however many there are.
    fileprivate static func digest(ofOrigins origins: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for origin in origins.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            append(origin.utf8, to: &bytes)
        }
        var digest = [UInt8](repeating: 0, count: Int(PATCHBAY_DIGEST_BYTES))
        _ = unsafe patchbay_digest(bytes, bytes.count, &digest)
        return digest
    }

    @inline(__always)
    static func append(_ field: some Collection<UInt8>, to bytes: inout [UInt8]) {
        append(bigEndian: UInt32(field.count), to: &bytes)
        bytes.append(contentsOf: field)
    }

    @inline(__always)
    fileprivate static func append(bigEndian value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Big-endian.
    static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

/// Makes the places of many tokens one after the other; what neighbours have in common, the store and mostly the
/// origins, is made once.
struct TokenPlaces {
    private let purpose = Array("patchbay token".utf8)
    private let storeID: [UInt8]
    private var origins: [String]
    private var digest: [UInt8]

    init(storeID: String) {
        self.storeID = Array(storeID.utf8)
        origins = []
        digest = SealPlace.digest(ofOrigins: [])
    }

    /// The place of a token of this store.
    mutating func place(of place: TokenPlace) -> SealPlace {
        if place.origins != origins { (origins, digest) = (place.origins, SealPlace.digest(ofOrigins: place.origins)) }
        var fields: [UInt8] = []
        fields.reserveCapacity(128)
        SealPlace.append(place.tokenID.utf8, to: &fields)
        SealPlace.append(place.kind.utf8, to: &fields)
        SealPlace.append(bigEndian: UInt32(8), to: &fields)
        SealPlace.append(bigEndian: UInt64(bitPattern: place.integrationID), to: &fields)
        SealPlace.append(digest, to: &fields)
        return SealPlace(purpose: purpose, storeID: storeID, fields: fields)
    }
}
