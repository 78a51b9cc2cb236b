import CCurl
import PatchbayModel

/// What a server's own clock says, where its answer can be believed to tell.
///
/// None beside an `Age` or a `Via`: then a cache or a proxy may have written it, or it is of an answer from before.
/// None where there are two that differ, and none in an older form than RFC 9110's own, which nobody's server writes
/// today.
enum ServerDate {
    private static let length = "Sun, 06 Nov 1994 08:49:37 GMT".utf8.count

    /// `headers` have their names in lower case. Whole seconds.
    static func read(_ headers: [HTTPField]) -> Timestamp? {
        guard !headers.contains(where: { $0.name == "age" || $0.name == "via" }) else { return nil }
        let told = Set(headers.filter { $0.name == "date" }.map(\.value))
        guard told.count == 1, let text = told.first, text.utf8.count == length, text.hasSuffix(" GMT") else {
            return nil
        }
        let seconds = unsafe patchbay_curl_date(text)
        return seconds <= 0 ? nil : Timestamp(milliseconds: seconds * 1_000)
    }
}
