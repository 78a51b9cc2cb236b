import CPatchbay

extension Arena {
    /// A step as the interface has it. A step too large to pass becomes a protocol error.
    func step(_ position: CallEngine.Position, facts: [BudgetFact], diagnostic: String) -> UnsafePointer<patchbay_step>
    {
        empty()
        let step = unsafe place(made(position, facts, diagnostic))
        guard bytesUsed > KitLimits.stepBytesMax else { return unsafe step }
        empty()
        let failure = CallFailure.protocolError("The connector's step takes more than \(KitLimits.stepBytesMax) bytes.")
        return unsafe place(made(.done(.failed(failure)), [], ""))
    }

    private func made(_ position: CallEngine.Position, _ facts: [BudgetFact], _ diagnostic: String) -> patchbay_step {
        var made = unsafe patchbay_step.made()
        switch position {
        case .request(let value):
            unsafe made.kind = PATCHBAY_STEP_REQUEST
            unsafe made.request = place(request(value))
        case .done(let value):
            unsafe made.kind = PATCHBAY_STEP_DONE
            unsafe made.result = place(result(value))
        }
        unsafe made.budget_facts = array(facts) { fact in
            var made = unsafe patchbay_budget_fact.made()
            unsafe made.scope = string(fact.scope)
            unsafe made.limit = fact.limit ?? -1
            unsafe made.remaining = fact.remaining ?? -1
            unsafe made.resets_unix_ms = fact.resetsUnixMs ?? 0
            return unsafe made
        }
        unsafe made.diagnostic = string(diagnostic.isEmpty ? nil : diagnostic)
        return unsafe made
    }

    private func request(_ value: Request) -> patchbay_request {
        var made = unsafe patchbay_request.made()
        unsafe made.effect = value.effect.rawValue
        unsafe made.write_cost = UInt32(clamping: value.writeCost)
        unsafe made.method = string(value.method)
        unsafe made.path = string(value.path)
        unsafe made.query = array(value.query) { unsafe pair($0.0, $0.1) }
        unsafe made.headers = array(value.headers) { unsafe pair($0.0, $0.1) }
        unsafe made.body = string(value.body)
        return unsafe made
    }

    private func pair(_ name: String, _ value: String) -> patchbay_pair {
        var made = unsafe patchbay_pair.made()
        unsafe made.name = string(name)
        unsafe made.value = string(value)
        return unsafe made
    }

    private func result(_ value: CallResult) -> patchbay_result {
        var made = unsafe patchbay_result.made()
        unsafe made.call = PATCHBAY_CALL_COMPLETED
        unsafe made.retry_after_ms = -1
        switch value {
        case .account(let value):
            unsafe made.account = place(account(value))
        case .discovered(let values):
            unsafe made.discovered = array(values) { unsafe discovered($0) }
        case .outcomes(let values):
            unsafe made.outcomes = array(Array(values.enumerated())) { unsafe outcome($0.element, at: $0.offset) }
        case .failed(let failure):
            unsafe made.call = failure.kind.rawValue
            unsafe made.auth_reason =
                failure.authReason?.rawValue ?? (failure.kind == .authFailed ? PATCHBAY_AUTH_REJECTED : 0)
            unsafe made.retry_after_ms = failure.retryAfterMs.map { max($0, 0) } ?? -1
            unsafe made.retry_at_unix_ms = failure.retryAtUnixMs ?? 0
            unsafe made.code = string(failure.code)
            unsafe made.field = string(failure.field)
            unsafe made.message = string(failure.message)
            unsafe made.vendor_request_id = string(failure.vendorRequestId)
        }
        return unsafe made
    }

    private func outcome(_ value: TaskOutcome, at place: Int) -> patchbay_task_outcome {
        var made = unsafe patchbay_task_outcome.made()
        unsafe made.kind = value.kind.rawValue
        unsafe made.task_index = UInt32(place)
        unsafe made.exhaustive = value.exhaustive ? 1 : 0
        unsafe made.external_id = string(value.externalId)
        unsafe made.display_id = string(value.displayId)
        unsafe made.url = string(value.url)
        unsafe made.vendor_request_id = string(value.vendorRequestId)
        unsafe made.code = string(value.code)
        unsafe made.field = string(value.field)
        unsafe made.message = string(value.message)
        unsafe made.warnings = array(value.warnings) { unsafe notice($0) }
        unsafe made.used_window = value.usedWindow ? 1 : 0
        unsafe made.marker_missing = value.markerMissing ? 1 : 0
        unsafe made.candidates = array(value.candidates) { unsafe candidate($0) }
        if let remote = value.remote { unsafe made.remote = self.place(self.remote(remote)) }
        return unsafe made
    }

    private func notice(_ value: Notice) -> patchbay_notice {
        var made = unsafe patchbay_notice.made()
        unsafe made.code = string(value.code)
        unsafe made.field = string(value.field)
        unsafe made.text = string(value.text)
        return unsafe made
    }

    private func candidate(_ value: Candidate) -> patchbay_candidate {
        var made = unsafe patchbay_candidate.made()
        unsafe made.edited = value.edited ? 1 : 0
        unsafe made.external_id = string(value.externalId)
        unsafe made.display_id = string(value.displayId)
        unsafe made.title = string(value.title)
        unsafe made.url = string(value.url)
        return unsafe made
    }

    private func remote(_ value: RemoteTask) -> patchbay_remote_task {
        var made = unsafe patchbay_remote_task.made()
        unsafe made.priority = value.priority.rawValue
        unsafe made.status = value.done ? PATCHBAY_TASK_DONE : PATCHBAY_TASK_OPEN
        unsafe made.deleted = value.deleted ? 1 : 0
        unsafe made.title = string(value.title)
        unsafe made.description = string(value.description)
        unsafe made.due_date = string(value.dueDate)
        unsafe made.assignee = string(value.assignee)
        unsafe made.assignee_id = string(value.assigneeId)
        unsafe made.labels = array(value.labels) { unsafe string($0) }
        unsafe made.modified_unix_ms = value.modifiedUnixMs
        return unsafe made
    }

    private func account(_ value: Account) -> patchbay_account {
        var made = unsafe patchbay_account.made()
        unsafe made.id = string(value.id)
        unsafe made.name = string(value.name)
        unsafe made.email = string(value.email)
        unsafe made.place = string(value.place)
        unsafe made.expires_unix_ms = value.expiresUnixMs
        unsafe made.problems = array(value.problems) { unsafe notice($0) }
        unsafe made.facts = array(value.facts.sorted { $0.key < $1.key }) { unsafe pair($0.key, $0.value) }
        switch value.lookUps {
        case .notTold: break
        case .proved: unsafe made.lookups = PATCHBAY_LOOKUPS_PROVED
        case .never(let reason):
            unsafe made.lookups = PATCHBAY_LOOKUPS_NEVER
            unsafe made.lookups_reason = string(reason)
        }
        unsafe made.is_untold = value.isUntold ? 1 : 0
        return unsafe made
    }

    private func discovered(_ value: Discovered) -> patchbay_discovered {
        var made = unsafe patchbay_discovered.made()
        unsafe made.setting = string(value.setting)
        unsafe made.kind = string(value.kind)
        unsafe made.id = string(value.id)
        unsafe made.name = string(value.name)
        unsafe made.detail = string(value.detail)
        return unsafe made
    }
}
