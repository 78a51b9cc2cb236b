import Foundation

/// Evaluates a filter object such as `{team: {id: {eq: …}}, updatedAt: {gte: …}}`; what it does not know it refuses.
struct LinearFilter {
    /// Gives a row's value for a name: a text, a number, a date as seconds, an object for a relation; `nil` for an
    /// unknown name.
    typealias Row = (_ name: String) -> JSON?

    static func holds(_ filter: JSON?, _ row: Row) throws(LinearError) -> Bool {
        guard let members = filter?.members else { return true }
        for member in members {
            if try !clause(member.name, member.value, row) { return false }
        }
        return true
    }

    private static func clause(_ name: String, _ value: JSON, _ row: Row) throws(LinearError) -> Bool {
        if name == "and" || name == "or" {
            var results: [Bool] = []
            for item in value.items ?? [] { results.append(try holds(item, row)) }
            return name == "and" ? !results.contains(false) : results.contains(true)
        }
        guard let actual = row(name) else { throw .input("The emulator does not filter by \"\(name)\"") }
        for member in value.members ?? [] {
            if member.name == "null" {
                if actual.isNull != (member.value.truth ?? false) { return false }
            } else if case .object = actual {
                if try !clause(member.name, member.value, { actual[$0] }) { return false }
            } else if case .object = member.value {
                // A relation that is empty matches nothing inside it.
                return false
            } else if try !compare(actual, member.name, member.value) {
                return false
            }
        }
        return true
    }

    private static func compare(_ actual: JSON, _ comparison: String, _ wanted: JSON) throws(LinearError) -> Bool {
        switch comparison {
        case "eq": return try matches(actual, wanted)
        case "neq": return try !matches(actual, wanted)
        case "in", "nin":
            var found = false
            for item in wanted.items ?? [] where try matches(actual, item) { found = true }
            return found == (comparison == "in")
        case "eqIgnoreCase": return actual.text?.lowercased() == wanted.text?.lowercased()
        case "contains": return actual.text?.contains(wanted.text ?? "") ?? false
        case "containsIgnoreCase": return actual.text?.lowercased().contains((wanted.text ?? "").lowercased()) ?? false
        case "startsWith": return actual.text?.hasPrefix(wanted.text ?? "") ?? false
        case "gte", "gt", "lte", "lt":
            guard let left = actual.anyNumber else { return false }
            let right = try number(wanted)
            return comparison == "gte"
                ? left >= right : comparison == "gt" ? left > right : comparison == "lte" ? left <= right : left < right
        default: throw .input("The emulator does not know the comparison \"\(comparison)\"")
        }
    }

    private static func matches(_ actual: JSON, _ wanted: JSON) throws(LinearError) -> Bool {
        if actual.anyNumber != nil { return actual.anyNumber == (try number(wanted)) }
        if let text = actual.text, let other = wanted.text {
            return text == other || text == other.lowercased() && UUID(uuidString: other) != nil
        }
        return actual == wanted
    }

    /// A number, or a time as seconds.
    private static func number(_ value: JSON) throws(LinearError) -> Double {
        if let number = value.anyNumber { return number }
        if let date = value.text.flatMap({ Timestamp.date($0) ?? Timestamp.day($0) }) {
            return date.timeIntervalSince1970
        }
        throw .argument("a filter holds a value that is neither a number nor a time")
    }
}
