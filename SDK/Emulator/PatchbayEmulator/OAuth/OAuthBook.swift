import Foundation
import Synchronization

/// The grants of one system: who may refresh, which refresh tokens are spent, and what each was answered with.
final class OAuthBook: Sendable {
    /// What a refresh request gets.
    enum Outcome: Sendable {
        case granted(Pair, TokenRecord, expiresIn: Int)
        /// The `error` word of RFC 6749.
        case refused(String)
    }

    /// What one refresh gave.
    struct Pair: Sendable {
        let access: String
        /// `nil` where the vendor does not replace it.
        let refresh: String?
        let ends: Date
    }

    private struct Spent {
        let at: Date
        let answer: Pair
    }

    private struct Grant {
        let user: String
        var current: String
        var spent: [String: Spent] = [:]
        var accessTokens: [String] = []
        var isRevoked = false
    }

    private struct State {
        var settings: OAuthSettings
        var counters = OAuthCounters()
        var clients = ["demo-client": "demo-client-secret"]
        var grants: [Grant]
        var serial = 0
    }

    private let system: SystemName
    private let tokens: TokenBook
    private let state: Mutex<State>

    init(_ system: SystemName, tokens: TokenBook) {
        self.system = system
        self.tokens = tokens
        state = Mutex(Self.start(system))
    }

    private static func start(_ system: SystemName) -> State {
        State(
            settings: OAuthSettings(system),
            grants: [Grant(user: "demo@example.com", current: "\(system.rawValue)-demo-refresh")])
    }

    var settings: OAuthSettings { state.withLock { $0.settings } }
    var counters: OAuthCounters { state.withLock { $0.counters } }
    var grants: (live: Int, revoked: Int) {
        state.withLock { state in (state.grants.count { !$0.isRevoked }, state.grants.count { $0.isRevoked }) }
    }

    func change(_ settings: OAuthSettings) { state.withLock { $0.settings = settings } }
    func reset() { state.withLock { $0 = Self.start(system) } }

    /// A further grant with that refresh token.
    func add(refresh: String, user: String) {
        state.withLock { $0.grants.append(Grant(user: user, current: refresh)) }
    }

    func add(client: String, secret: String) { state.withLock { $0.clients[client] = secret } }

    /// Withdraws every grant, as the user can at the vendor.
    func revokeAll() {
        state.withLock { state in
            for index in state.grants.indices { revoke(&state.grants[index]) }
        }
    }

    /// Answers a refresh: decided, counted and remembered in one step, so that two at once are one after the other.
    func refresh(_ refresh: String, client: String, secret: String, now: Date) -> Outcome {
        state.withLock { state in
            guard state.clients[client] == secret else {
                state.counters.invalidClients += 1
                return .refused("invalid_client")
            }
            guard let index = state.grants.firstIndex(where: { $0.current == refresh || $0.spent[refresh] != nil }),
                !state.grants[index].isRevoked
            else {
                state.counters.invalidGrants += 1
                return .refused("invalid_grant")
            }
            if let spent = state.grants[index].spent[refresh] { return again(spent, index, &state, now: now) }
            let pair = issue(index, &state, now: now)
            if let next = pair.refresh {
                state.grants[index].spent[refresh] = Spent(at: now, answer: pair)
                state.grants[index].current = next
            }
            state.counters.refreshes += 1
            return granted(pair, state.grants[index].user, now: now)
        }
    }

    private func again(_ spent: Spent, _ index: Int, _ state: inout State, now: Date) -> Outcome {
        guard now.timeIntervalSince(spent.at) <= state.settings.reuseWindowSeconds else {
            // Someone has a copy: the vendor cannot tell who, and takes the grant from both.
            state.counters.reuses += 1
            revoke(&state.grants[index])
            return .refused("invalid_grant")
        }
        state.counters.replays += 1
        return granted(spent.answer, state.grants[index].user, now: now)
    }

    private func issue(_ index: Int, _ state: inout State, now: Date) -> Pair {
        state.serial += 1
        let access = "\(system.rawValue)-access-\(state.serial)-\(UUID().uuidString.lowercased())"
        let refresh =
            state.settings.rotates
            ? "\(system.rawValue)-refresh-\(state.serial)-\(UUID().uuidString.lowercased())" : nil
        let ends = now.addingTimeInterval(state.settings.accessSeconds)
        let user = state.grants[index].user
        let header = TokenRecord.header(system, kind: .oauth, user: user, token: access)
        tokens.set(TokenRecord(header: header, kind: .oauth, state: .valid, user: user, validUntil: ends))
        state.grants[index].accessTokens.append(access)
        return Pair(access: access, refresh: refresh, ends: ends)
    }

    private func revoke(_ grant: inout Grant) {
        grant.isRevoked = true
        for access in grant.accessTokens {
            let header = TokenRecord.header(system, kind: .oauth, user: grant.user, token: access)
            tokens.set(TokenRecord(header: header, kind: .oauth, state: .revoked, user: grant.user, validUntil: nil))
        }
        grant.accessTokens = []
    }

    private func granted(_ pair: Pair, _ user: String, now: Date) -> Outcome {
        let header = TokenRecord.header(system, kind: .oauth, user: user, token: pair.access)
        let record = TokenRecord(header: header, kind: .oauth, state: .valid, user: user, validUntil: pair.ends)
        return .granted(pair, record, expiresIn: max(0, Int(pair.ends.timeIntervalSince(now))))
    }
}
