import CConnectorTime

/// Points in time as vendors write them, to and from milliseconds since 1970.
public enum UnixTime {
    /// Milliseconds of an ISO 8601 time with seconds, fraction or not; nil if it is none.
    public static func milliseconds(iso8601 text: String) -> Int64? {
        var milliseconds: Int64 = 0
        return unsafe connector_time_read(text, &milliseconds) == 1 ? milliseconds : nil
    }

    /// Milliseconds of a time as HTTP's headers write it, in any of the three forms that RFC 9110 knows; nil if it is
    /// none.
    public static func milliseconds(httpDate text: String) -> Int64? {
        var milliseconds: Int64 = 0
        return unsafe connector_time_read_http(text, &milliseconds) == 1 ? milliseconds : nil
    }

    /// An ISO 8601 time in UTC, to the second.
    public static func iso8601(_ milliseconds: Int64) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard let start = text.baseAddress, unsafe connector_time_write(milliseconds, start, text.count) > 0 else {
                return ""
            }
            return unsafe String(cString: start)
        }
    }
}
