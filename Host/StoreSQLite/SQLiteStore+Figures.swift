import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func figures(now: Timestamp) async throws -> [IntegrationFigures] {
        try await read { db in
            var failures: [Int64: [ErrorCode: FailureFigures]] = [:]
            let rows = try db.rows(
                """
                SELECT integration_id, coalesce(error_code, 'none'), count(*), coalesce(max(failed_at_ms), 0) FROM \
                delivery
                WHERE state IN ('refused', 'waiting', 'unknown') GROUP BY integration_id, error_code
                """
            ) { row in
                (
                    id: try row.number(0), code: ErrorCode(rawValue: try row.text(1)),
                    figures: FailureFigures(count: Int(try row.number(2)), lastAt: try row.time(3))
                )
            }
            for row in rows { failures[row.id, default: [:]][row.code] = row.figures }
            let delays = try Self.delays(db)
            return try db.rows("SELECT id FROM integration ORDER BY id", [], { try $0.number(0) }).map { id in
                IntegrationFigures(
                    integrationID: id, failuresByCode: failures[id] ?? [:],
                    latency: try Self.latency(of: id, now: now, db),
                    delay: delays[id]
                        ?? DelayHistogram(within: DelayHistogram.boundsSeconds.map { _ in 0 }, count: 0, sumSeconds: 0))
            }
        }
    }

    /// Of the last hour, what was answered: the middle and the nineteenth twentieth of the sorted times.
    private static func latency(of id: Int64, now: Timestamp, _ db: Database) throws -> LatencyFigures {
        let since = now.advanced(by: .seconds(-3_600)).milliseconds
        let source = """
            FROM (
                SELECT a.ended_at_ms - a.started_at_ms AS took FROM attempt AS a JOIN delivery AS d ON d.row = \
            a.delivery_row
                WHERE d.integration_id = ?1 AND a.ended_at_ms >= ?2 AND a.http_status IS NOT NULL
                UNION ALL
                SELECT delivered_at_ms - sent_at_ms FROM delivery
                WHERE integration_id = ?1 AND delivered_at_ms >= ?2 AND sent_at_ms IS NOT NULL)
            """
        let count = try db.first("SELECT count(*) \(source)", [id, since]) { try $0.number(0) } ?? 0
        guard count > 0 else { return LatencyFigures(count: 0, median: nil, p95: nil) }
        func at(_ place: Int64) throws -> Duration? {
            try db.first(
                "SELECT took \(source) ORDER BY took LIMIT 1 OFFSET ?3", [id, since, place]
            ) { .milliseconds(try $0.number(0)) }
        }
        return LatencyFigures(count: Int(count), median: try at((count - 1) / 2), p95: try at((count - 1) * 95 / 100))
    }

    /// What was delivered before it came in here took its time in another home.
    private static func delays(_ db: Database) throws -> [Int64: DelayHistogram] {
        let bounds = DelayHistogram.boundsSeconds.map { "sum(d.delivered_at_ms - t.imported_at_ms <= \($0 * 1_000))" }
        let rows = try db.rows(
            """
            SELECT d.integration_id, count(*), sum(d.delivered_at_ms - t.imported_at_ms), \
            \(bounds.joined(separator: ", "))
            FROM delivery AS d JOIN task AS t ON t.row = d.task_row WHERE d.delivered_at_ms >= t.imported_at_ms GROUP \
            BY d.integration_id
            """
        ) { row in
            let within = try bounds.indices.map { Int(try row.number(3 + $0)) }
            let sum = Double(max(0, try row.number(2))) / 1_000
            return (
                id: try row.number(0),
                histogram: DelayHistogram(within: within, count: Int(try row.number(1)), sumSeconds: sum)
            )
        }
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.histogram) })
    }
}
