import PatchbayModel

/// Reads the descriptor that a worker's HELLO carries. What it means is judged by `DescriptorRules`.
enum DescriptorDecoding {
    static func descriptor(_ payload: [UInt8]) throws(WireFault) -> ConnectorDescriptor {
        var reader = FrameReader(payload)
        let wire = try reader.number()
        guard wire == FrameKind.wireVersion else {
            throw WireFault(
                "is held by a worker of another Patchbay (wire \(wire), not \(FrameKind.wireVersion)): reinstall "
                    + "Patchbay"
            )
        }
        let major = try reader.count()
        let minor = try reader.count()
        let builtMinor = try reader.count()
        let originKind = try reader.number()
        let id = try reader.required("id")
        let name = try reader.required("name")
        let version = try reader.required("version")
        let vendor = try reader.required("vendor")
        let origin = try origin(kind: originKind, text: try reader.required("origin"))
        let types = try reader.list(of: "integration types") { reader throws(WireFault) in
            try reader.required("integration type")
        }
        let operations = try operations(&reader)
        let settings = try reader.list(of: "settings", setting)
        let tokenKinds = try reader.list(of: "token kinds", tokenKind)
        let budgets = Array(try reader.list(of: "budgets", budget).prefix(Limits.budgetScopesMax))
        let requests = try reader.count()
        let writes = try reader.count()
        let repeatable = try reader.flag("create_repeatable")
        let byStatus = try reader.flag("throttles_by_status")
        let lag = try reader.time(upTo: Limits.timeToldMax)
        let readingPaths = try reader.list(of: "reading paths") { reader throws(WireFault) in
            try reader.required("reading path")
        }
        guard lag >= 0 else { throw WireFault("gave a negative find_lag_ms") }
        let leftOut = try reader.count()
        try reader.finish()
        return ConnectorDescriptor(
            id: id, name: name, version: version, vendor: vendor, origin: origin, integrationTypes: types,
            operations: operations,
            settings: settings, tokenKinds: tokenKinds, budgets: budgets,
            requestsConcurrentMax: requests == 0 ? nil : requests,
            writesConcurrentMax: writes == 0 ? nil : writes, createRepeatable: repeatable, throttlesByStatus: byStatus,
            findLag: .milliseconds(lag), readingPaths: readingPaths, abiMajor: major, abiMinor: minor,
            builtMinor: builtMinor, leftOut: leftOut)
    }

    private static func origin(kind: UInt32, text: String) throws(WireFault) -> ConnectorOrigin {
        switch kind {
        case 1: return .fixed(try fixedOrigin(text))
        case 2: return .setting(text)
        default: throw WireFault("gave an origin of unknown kind \(kind)")
        }
    }

    private static func fixedOrigin(_ text: String) throws(WireFault) -> BaseURL {
        do {
            let url = try BaseURL(parsing: text)
            guard url.prefix.isEmpty else { throw WireFault("gave the origin \(text): it must not have a path") }
            guard text.contains("://") else { throw WireFault("gave the origin \(text): it must have its scheme") }
            return url
        } catch let error as BaseURLError {
            throw WireFault("gave an origin that \(error)")
        } catch let error as WireFault {
            throw error
        } catch {
            throw WireFault("gave an origin that cannot be read")
        }
    }

    /// Operations that this host does not know are none of its business: it never asks for them.
    private static func operations(_ reader: inout FrameReader) throws(WireFault) -> [OperationNumber: Int] {
        let pairs = try reader.list(of: "operations") { (reader) throws(WireFault) -> (UInt32, Int) in
            (try reader.number(), try reader.count())
        }
        var operations: [OperationNumber: Int] = [:]
        for (number, batch) in pairs {
            guard let operation = OperationNumber(rawValue: number) else { continue }
            guard operations[operation] == nil else { throw WireFault("named the operation \(operation.word) twice") }
            operations[operation] = batch
        }
        return operations
    }

    private static func setting(_ reader: inout FrameReader) throws(WireFault) -> SettingField {
        let number = try reader.number()
        guard let kind = SettingKind(number: number) else {
            throw WireFault("gave a setting of unknown kind \(number)")
        }
        let isRequired = try reader.flag("required")
        let name = try reader.required("name of a setting")
        let text = try reader.string("a setting's default")
        let help = try reader.string("a setting's help")
        let isTarget = try reader.flag("is_target")
        let bare = SettingField(
            name: name, kind: kind, isRequired: isRequired, defaultValue: nil, help: help, isTarget: isTarget)
        guard let text else { return bare }
        do {
            return SettingField(
                name: name, kind: kind, isRequired: isRequired, defaultValue: try bare.value(parsing: text), help: help,
                isTarget: isTarget)
        } catch {
            throw WireFault("gave the setting \(name) a default that \(error.text)")
        }
    }

    private static func tokenKind(_ reader: inout FrameReader) throws(WireFault) -> TokenKind {
        let number = try reader.number()
        let name = try reader.required("name of a token kind")
        let user = try reader.string("a user_setting")
        let header = try reader.string("a token's header")
        let origin = try reader.string("a token kind's origin")
        let scheme: TokenScheme
        switch number {
        case 1: scheme = .bearer
        case 2: scheme = .basic(userSetting: user ?? "")
        case 3: scheme = .header(name: header ?? "")
        default: throw WireFault("gave the token kind \(name) the unknown scheme \(number)")
        }
        let oauth = try reader.flag("oauth") ? try oauthFacts(&reader) : nil
        var own: BaseURL?
        if let origin { own = try fixedOrigin(origin) }
        return TokenKind(name: name, scheme: scheme, origin: own, oauth: oauth)
    }

    private static func oauthFacts(_ reader: inout FrameReader) throws(WireFault) -> OAuthFacts {
        let rotates = try reader.flag("refresh_rotates")
        let reuse = try reader.time(upTo: Limits.timeToldMax)
        let idle = try reader.time(upTo: Limits.timeToldMax)
        let isJSON = try reader.flag("token_request_json")
        guard reuse >= 0, idle >= 0 else { throw WireFault("gave a negative time of a refresh token") }
        let authorize = try reader.string("authorize_url")
        let token = try reader.string("token_url")
        let revoke = try reader.string("revoke_url")
        return OAuthFacts(
            refreshRotates: rotates, reuseWindow: .milliseconds(reuse),
            refreshIdle: idle == 0 ? nil : .milliseconds(idle),
            tokenRequestIsJSON: isJSON, authorizeURL: authorize, tokenURL: token, revokeURL: revoke,
            scopes: try reader.string("scopes"))
    }

    private static func budget(_ reader: inout FrameReader) throws(WireFault) -> RateBudget {
        let scope = try reader.required("scope of a budget")
        let limit = try reader.integer(in: -1...Limits.budgetUnitsMax)
        let window = try reader.time(upTo: Limits.timeToldMax)
        guard limit > 0, window > 0 else { throw WireFault("gave the budget \(scope) without a limit or a window") }
        return RateBudget(scope: scope, limit: limit, window: .milliseconds(window))
    }
}
