import ArgumentParser
import PatchbayInput
import PatchbayModel

struct DoctorCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything a sync needs, without network: home, store, key, worker, connectors, integrations.")
    static let words = "doctor"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        var findings = HouseChecks.home(rooms.home)
        let (storeFindings, store) = await StoreChecks.run(rooms)
        findings += storeFindings
        findings += await KeyChecks.run(rooms, store: store)
        if let store { findings += await SlotChecks.run(rooms, store: store) }
        let (connectorFindings, catalog) = await ConnectorChecks.run(rooms)
        findings += connectorFindings
        if let store {
            findings += await IntegrationChecks.run(rooms, store: store, catalog: catalog) + KeyChecks.rescued(rooms)
        }
        findings = MachineChecks.run() + findings

        var table = TextTable(["CHECK", "RESULT", "CODE", "MESSAGE"], cellWidthMax: Limits.vendorMessageBytesMax)
        for finding in findings {
            table.add([finding.check, finding.verdict.rawValue, finding.code ?? "-", finding.message])
        }
        let broken = findings.filter { $0.verdict == .broken }
        var outcome = CommandOutcome()
        outcome.summary = [
            "ok": .integer(Int64(findings.count { $0.verdict == .ok })),
            "advice": .integer(Int64(findings.count { $0.verdict == .advice })),
            "broken": .integer(Int64(broken.count)),
        ]
        outcome.result = ["checks": findings]
        outcome.text = table.text
        // The environment first: as long as it is wrong, nothing else can be right.
        let statuses = broken.compactMap { $0.code.map { ExitStatus(for: ErrorCode(rawValue: $0)) } }
        outcome.exit = statuses.contains(.environmentWrong) ? .environmentWrong : statuses.isEmpty ? .done : .inputWrong
        return outcome
    }
}
