import Foundation

/// What the control port shows and changes of the token endpoints. Never a token.
struct OAuthControl {
    let servers: [SystemName: VendorServer]

    var json: JSON {
        .object(SystemName.allCases.map { .init($0.rawValue, servers[$0].map { Self.json($0.grants) } ?? .null) })
    }

    /// Changes settings, adds a client or a grant, or revokes all. Throws `ControlError`.
    func change(_ server: VendorServer, by body: JSON) throws -> JSON {
        var settings = server.grants.settings
        for member in body.members ?? [] where member.name != "system" {
            switch (member.name, member.value) {
            case ("rotates", .bool(let value)): settings.rotates = value
            case ("tellsExpiry", .bool(let value)): settings.tellsExpiry = value
            case ("reuseWindowSeconds", let value): settings.reuseWindowSeconds = try Self.seconds(member.name, value)
            case ("accessSeconds", let value): settings.accessSeconds = try Self.seconds(member.name, value)
            case ("refresh", .string(let token)):
                server.grants.add(refresh: token, user: body["user"]?.text ?? "demo@example.com")
            case ("client", .string(let id)): server.grants.add(client: id, secret: body["secret"]?.text ?? "")
            case ("revokeAll", .bool(true)): server.grants.revokeAll()
            case ("user", .string), ("secret", .string), ("revokeAll", .bool(false)): break
            default: throw ControlError("\(member.name) is unknown here or has a value of the wrong kind")
            }
        }
        server.grants.change(settings)
        return Self.json(server.grants)
    }

    private static func seconds(_ name: String, _ value: JSON) throws -> Double {
        guard let seconds = value.anyNumber, seconds >= 0 else {
            throw ControlError("\(name) is a number of seconds, 0 or more")
        }
        return seconds
    }

    private static func json(_ book: OAuthBook) -> JSON {
        let (settings, counters, grants) = (book.settings, book.counters, book.grants)
        return [
            "rotates": .bool(settings.rotates), "reuseWindowSeconds": .number(settings.reuseWindowSeconds),
            "accessSeconds": .number(settings.accessSeconds), "tellsExpiry": .bool(settings.tellsExpiry),
            "refreshes": .integer(counters.refreshes),
            "replays": .integer(counters.replays), "reuses": .integer(counters.reuses),
            "invalidGrants": .integer(counters.invalidGrants), "invalidClients": .integer(counters.invalidClients),
            "grants": .integer(grants.live), "revokedGrants": .integer(grants.revoked),
        ]
    }
}
