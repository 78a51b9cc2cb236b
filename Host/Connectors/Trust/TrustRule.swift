import PatchbayModel

/// Decides whether a plugin's bytes may be run. A plain value, made once for each look at the directories.
package struct TrustRule: Sendable {
    private let lock: PluginLock
    /// Digests of the connectors that came with the installation.
    private let shipped: Set<String>
    /// The kernel can give a worker the whole sandbox.
    package let sandboxIsWhole: Bool

    init(lock: PluginLock, shipped: Set<String>, sandboxIsWhole: Bool) {
        self.lock = lock
        self.shipped = shipped
        self.sandboxIsWhole = sandboxIsWhole
    }

    var publicKeys: [Minisign.PublicKey] { lock.publicKeys.compactMap { Minisign.PublicKey(parsing: $0) } }

    /// The policy that holds. Where the kernel cannot hold a connector, being the owner's is not enough.
    package var policy: PluginLock.Policy { lock.policy == .owner && !sandboxIsWhole ? .pin : lock.policy }

    /// What lets a plugin be used.
    package enum Basis: String, Sendable {
        case owner, shipped, approved, signed

        /// Whether somebody vouches for these very bytes. An owner, or a signer, may bring whatever they like.
        var isVouched: Bool { self == .shipped || self == .approved }
    }

    /// Whether the file must be read to decide: a digest that is known is not enough.
    func needsBytes(_ digest: String) -> Bool { policy == .signed && known(digest) == nil }

    /// Throws `LoadRefusal`. `signature` is looked for only where it decides.
    func basis(of digest: String, path: String, signature: () throws(LoadRefusal) -> Void) throws(LoadRefusal) -> Basis
    {
        if let deaths = lock.quarantine(of: digest) {
            throw LoadRefusal(.quarantined, deaths.sentences("It", path: path))
        }
        if let known = known(digest) { return known }
        switch policy {
        case .owner: return .owner
        case .pin:
            let why =
                lock.policy == .owner
                ? "this kernel cannot give the whole sandbox, so only approved files are used" : "the policy is pin"
            throw LoadRefusal(.notApproved, "It is new, and \(why). If you know it: patchbay connector trust \(path)")
        case .signed:
            try signature()
            return .signed
        }
    }

    private func known(_ digest: String) -> Basis? {
        shipped.contains(digest) ? .shipped : lock.approved[digest] == nil ? nil : .approved
    }
}
