import CPatchbay

extension Arena {
    /// The descriptor as the interface has it. The arena must live as long as the library.
    func descriptor(_ value: Descriptor) -> UnsafePointer<patchbay_descriptor> {
        var made = unsafe patchbay_descriptor.made()
        unsafe made.id = string(value.id)
        unsafe made.name = string(value.name)
        unsafe made.version = string(value.version)
        unsafe made.vendor = string(value.vendor)
        switch value.origin {
        case .fixed(let origin):
            unsafe made.origin_kind = PATCHBAY_ORIGIN_FIXED
            unsafe made.origin = string(origin)
        case .setting(let name):
            unsafe made.origin_kind = PATCHBAY_ORIGIN_SETTING
            unsafe made.origin = string(name)
        }
        unsafe made.integration_types = array(value.integrationTypes) { unsafe string($0) }
        unsafe made.operations = array(value.operations) { support in
            var made = patchbay_operation_support.made()
            made.operation = support.operation.rawValue
            made.batch_max = UInt32(clamping: support.batchMax)
            return made
        }
        unsafe made.settings = array(value.settings) { unsafe setting($0) }
        unsafe made.token_kinds = array(value.tokenKinds) { unsafe tokenKind($0) }
        unsafe made.budgets = array(value.budgets) { budget in
            var made = unsafe patchbay_budget.made()
            unsafe made.scope = string(budget.scope)
            unsafe made.limit = budget.limit
            unsafe made.window_ms = budget.windowMs
            return unsafe made
        }
        unsafe made.requests_concurrent_max = UInt32(clamping: value.requestsConcurrentMax)
        unsafe made.writes_concurrent_max = UInt32(clamping: value.writesConcurrentMax)
        unsafe made.create_repeatable = value.createRepeatable ? 1 : 0
        unsafe made.throttles_by_status = value.throttlesByStatus ? 1 : 0
        unsafe made.find_lag_ms = value.findLagMs
        unsafe made.reading_paths = array(value.readingPaths) { unsafe string($0) }
        return unsafe place(made)
    }

    private func setting(_ value: SettingField) -> patchbay_setting {
        var made = unsafe patchbay_setting.made()
        unsafe made.kind = value.kind.rawValue
        unsafe made.required = value.required ? 1 : 0
        unsafe made.name = string(value.name)
        unsafe made.default_value = string(value.defaultValue)
        unsafe made.help = string(value.help)
        unsafe made.is_target = value.isTarget ? 1 : 0
        return unsafe made
    }

    private func tokenKind(_ value: TokenKind) -> patchbay_token_kind {
        var made = unsafe patchbay_token_kind.made()
        unsafe made.name = string(value.name)
        switch value.scheme {
        case .bearer:
            unsafe made.scheme = PATCHBAY_SCHEME_BEARER
        case .basic(let userSetting):
            unsafe made.scheme = PATCHBAY_SCHEME_BASIC
            unsafe made.user_setting = string(userSetting)
        case .header(let name):
            unsafe made.scheme = PATCHBAY_SCHEME_HEADER
            unsafe made.header = string(name)
        }
        unsafe made.origin = string(value.origin)
        if let oauth = value.oauth { unsafe made.oauth = place(self.oauth(oauth)) }
        return unsafe made
    }

    private func oauth(_ value: OAuth) -> patchbay_oauth {
        var made = unsafe patchbay_oauth.made()
        unsafe made.refresh_rotates = value.refreshRotates ? 1 : 0
        unsafe made.reuse_window_ms = value.reuseWindowMs
        unsafe made.refresh_idle_ms = value.refreshIdleMs
        unsafe made.token_request_json = value.tokenRequestJSON ? 1 : 0
        unsafe made.authorize_url = string(value.authorizeURL)
        unsafe made.token_url = string(value.tokenURL)
        unsafe made.revoke_url = string(value.revokeURL)
        unsafe made.scopes = string(value.scopes)
        return unsafe made
    }
}
