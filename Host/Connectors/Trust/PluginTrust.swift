import PatchbayModel

/// What the operator decides about plugins; each is one change of `plugins.lock`. All throw `home_unusable` or
/// `plugins_unreadable`.
package struct PluginTrust: Sendable {
    private let file: PluginLockFile

    package init(home: String?) { file = PluginLockFile(home: home) }

    /// What holds now.
    package func lock() throws -> PluginLock { try file.read() }

    /// Approves a file's bytes, and lets them out of quarantine. Gives their digest. Throws `connector_refused` when
    /// the file may not be used whatever its bytes are, `input_unreadable`.
    package func approve(_ path: String) throws -> String {
        let taken = try take(path)
        try file.update { $0.approve(taken.digest, file: taken.path, at: .now) }
        return taken.digest
    }

    /// Takes an approval back. Gives the digest, and whether there was an approval.
    package func disapprove(_ path: String) throws -> (digest: String, wasApproved: Bool) {
        let digest = try take(path).digest
        return (digest, try file.update { $0.approved.removeValue(forKey: digest) != nil })
    }

    package func setPolicy(_ policy: PluginLock.Policy) throws { try file.update { $0.policy = policy } }

    /// Trusts a signer, or no longer.
    package func setSigner(_ key: Minisign.PublicKey, isTrusted: Bool) throws {
        try file.update { lock in
            lock.publicKeys.removeAll { Minisign.PublicKey(parsing: $0)?.number == key.number }
            if isTrusted { lock.publicKeys.append(key.text) }
        }
    }

    /// Says which connector serves an integration type; nil forgets it. Gives what it was before.
    package func setRoute(_ type: String, to name: String?) throws -> String? {
        try file.update { lock in
            defer { lock.routes[type] = name }
            return lock.routes[type]
        }
    }

    private func take(_ path: String) throws -> PluginFile {
        do {
            return try PluginScanner.take(PluginScanner.open(PluginPlace(path: path)))
        } catch let refusal as LoadRefusal {
            throw ConnectorError(
                .connectorRefused, "\(path) cannot be approved. \(refusal.sentence) (\(refusal.reason.rawValue))")
        }
    }
}
