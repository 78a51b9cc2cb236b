import Foundation
import PatchbayModel

/// Reads lines from a file or standard input through one buffer that is wiped: a line of `integration import` holds a token.
///
/// Memory is bounded by the longest line allowed. Not shared between tasks.
@safe package final class LineReader {
    /// One line: its number and what is in it.
    @safe package enum Line {
        /// The bytes without the line's end, valid inside the closure only; they may be changed.
        case text(number: Int, UnsafeMutableRawBufferPointer)
        /// Longer than allowed; it was skipped.
        case tooLong(number: Int)
    }

    private let descriptor: Int32
    private let closes: Bool
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var atEnd = false
    private var number = 0

    /// Opens `path`, or standard input for `-`. Throws `input_unreadable`.
    package init(path: String, lineBytesMax: Int = Limits.inputLineBytesMax) throws(InputError) {
        if path == "-" {
            descriptor = STDIN_FILENO
            closes = false
        } else {
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            closes = true
            guard descriptor >= 0 else { throw Self.unreadable(path) }
        }
        unsafe buffer = .allocate(byteCount: lineBytesMax + 65_536, alignment: 16)
        self.lineBytesMax = lineBytesMax
    }

    private let lineBytesMax: Int

    deinit {
        unsafe explicit_bzero(buffer.baseAddress!, buffer.count)
        unsafe buffer.deallocate()
        if closes { close(descriptor) }
    }

    /// Hands the next line that is not blank to `body`; nil at the end. Throws `input_unreadable`, or what `body` throws.
    package func next<Result>(_ body: (Line) throws -> Result) throws -> Result? {
        while true {
            if let newline = unsafe buffer[start..<end].firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                let line = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<newline])
                start = newline + 1
                if unsafe Self.isBlank(line) { continue }
                return unsafe try body(line.count <= lineBytesMax ? .text(number: number, line) : .tooLong(number: number))
            }
            if atEnd {
                guard start < end else { return nil }
                number += 1
                let line = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<end])
                start = end
                return unsafe Self.isBlank(line) ? nil : try body(.text(number: number, line))
            }
            if end - start > lineBytesMax {
                number += 1
                try skipLine()
                return try body(.tooLong(number: number))
            }
            try fill()
        }
    }

    /// Everything that is left, as text; for formats that are not lines. Throws when it is longer than `bytesMax` or not UTF-8.
    package func rest(bytesMax: Int) throws(InputError) -> String {
        var bytes: [UInt8] = []
        while true {
            unsafe bytes.append(contentsOf: buffer[start..<end])
            start = end
            guard bytes.count <= bytesMax else {
                throw InputError(
                    .inputInvalid,
                    "the input is longer than \(bytesMax / 1_048_576) MiB; split it, or use JSON lines, which have no such bound")
            }
            if atEnd { break }
            try fill()
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(.inputInvalid, "the input is not UTF-8; convert it first")
        }
        return text
    }

    private func fill() throws(InputError) {
        if start > 0 {
            unsafe memmove(buffer.baseAddress!, buffer.baseAddress! + start, end - start)
            unsafe explicit_bzero(buffer.baseAddress! + (end - start), start)
            end -= start
            start = 0
        }
        while true {
            let count = unsafe read(descriptor, buffer.baseAddress! + end, buffer.count - end)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.unreadable("the input") }
            atEnd = count == 0
            end += count
            return
        }
    }

    private func skipLine() throws(InputError) {
        while true {
            if let newline = unsafe buffer[start..<end].firstIndex(of: UInt8(ascii: "\n")) {
                start = newline + 1
                return
            }
            start = end
            if atEnd { return }
            try fill()
        }
    }

    private static func isBlank(_ line: UnsafeMutableRawBufferPointer) -> Bool {
        unsafe line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }

    private static func unreadable(_ path: String) -> InputError {
        let reason = String(describing: POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO).code)
        return InputError(.inputUnreadable, "cannot read \(path) (\(reason)); check the path and its rights")
    }
}

extension LineReader.Line {
    /// The line as JSON. Throws `DecodingError` when it is none.
    package func json() throws -> JSONValue {
        guard case .text(_, let bytes) = self else { return .null }
        return try unsafe JSONValue.parse(bytes)
    }
}
