import Foundation
import PatchbayModel

/// Reads lines from a file or standard input through one buffer that is wiped: a line of `integration import` holds a
/// token.
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

    private let source: InputSource
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// Bytes from `start` on that are known to hold no line end.
    private var searched = 0
    private var atEnd = false
    private var number = 0
    private let lineBytesMax: Int

    /// Opens `path`, or standard input for `-`. Throws `input_unreadable`, also for what is neither a file nor a pipe.
    package init(path: String, lineBytesMax: Int = Limits.inputLineBytesMax) throws(InputError) {
        source = try InputSource(path: path)
        unsafe buffer = .allocate(byteCount: lineBytesMax + 65_536, alignment: 16)
        self.lineBytesMax = lineBytesMax
    }

    deinit {
        unsafe explicit_bzero(buffer.baseAddress!, buffer.count)
        unsafe buffer.deallocate()
    }

    /// Hands the next line that is not blank to `body`; nil at the end. Throws `input_unreadable`, or what `body`
    /// throws.
    package func next<Result>(_ body: (Line) throws -> Result) throws -> Result? {
        while let found = try find() {
            guard case .line(let range) = found else { return try body(.tooLong(number: number)) }
            let line = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[range])
            if unsafe Self.isBlank(line) { continue }
            return unsafe try body(range.count <= lineBytesMax ? .text(number: number, line) : .tooLong(number: number))
        }
        return nil
    }

    /// The next line as it is, with the line feed that ends it; nil at the end. Throws `input_invalid` for one that is
    /// too long.
    func nextWhole() throws(InputError) -> [UInt8]? {
        guard let found = try find() else { return nil }
        guard case .line(let range) = found, range.count <= lineBytesMax else {
            throw InputError(.inputInvalid, line: number, "has more than \(lineBytesMax) bytes")
        }
        return unsafe Array(buffer[range]) + (start > range.upperBound ? [UInt8(ascii: "\n")] : [])
    }

    /// A line: where in the buffer it lies, without its end; one that is too long for that was passed over.
    private enum Found {
        case line(Range<Int>)
        case tooLong
    }

    private func find() throws(InputError) -> Found? {
        while true {
            let from = start + searched
            if let newline = unsafe Self.lineFeed(in: buffer, from: from, to: end) {
                number += 1
                defer { (start, searched) = (newline + 1, 0) }
                return .line(start..<newline)
            }
            searched = end - start
            if atEnd {
                guard start < end else { return nil }
                number += 1
                defer { (start, searched) = (end, 0) }
                return .line(start..<end)
            }
            if searched > lineBytesMax {
                number += 1
                try skipLine()
                return .tooLong
            }
            try fill()
        }
    }

    /// Everything that is left, as text; for formats that are not lines. Throws when it is longer than `bytesMax` or
    /// not UTF-8.
    package func rest(bytesMax: Int) throws(InputError) -> String {
        guard let text = String(validating: try restBytes(bytesMax: bytesMax), as: UTF8.self) else {
            throw InputError(.inputInvalid, "the input is not UTF-8; convert it first")
        }
        return text
    }

    /// Everything that is left, whatever it is. Throws when it is longer than `bytesMax`.
    package func restBytes(bytesMax: Int) throws(InputError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            unsafe bytes.append(contentsOf: buffer[start..<end])
            (start, searched) = (end, 0)
            guard bytes.count <= bytesMax else {
                throw InputError(.inputInvalid, "\(source.name) is longer than \(bytesMax) bytes; give less of it")
            }
            if atEnd { return bytes }
            try fill()
        }
    }

    private func fill() throws(InputError) {
        if start > 0 {
            unsafe memmove(buffer.baseAddress!, buffer.baseAddress! + start, end - start)
            unsafe explicit_bzero(buffer.baseAddress! + (end - start), start)
            end -= start
            start = 0
        }
        let count = unsafe try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        atEnd = count == 0
        end += count
    }

    private func skipLine() throws(InputError) {
        var passed = 0
        while true {
            if let newline = unsafe Self.lineFeed(in: buffer, from: start, to: end) {
                (start, searched) = (newline + 1, 0)
                return
            }
            passed += end - start
            (start, searched) = (end, 0)
            if atEnd { return }
            guard passed <= Limits.inputLineSkippedBytesMax else {
                throw InputError(
                    .inputInvalid, line: number,
                    "has no end within \(Limits.inputLineSkippedBytesMax / 1_048_576) MiB; \(source.name) is no file "
                        + "of lines"
                )
            }
            try fill()
        }
    }

    private static func lineFeed(in buffer: UnsafeMutableRawBufferPointer, from start: Int, to end: Int) -> Int? {
        guard start < end, let base = buffer.baseAddress,
            let found = unsafe memchr(base + start, Int32(UInt8(ascii: "\n")), end - start)
        else { return nil }
        return unsafe found - base
    }

    private static func isBlank(_ line: UnsafeMutableRawBufferPointer) -> Bool {
        unsafe line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}

extension LineReader.Line {
    /// The line as JSON. Throws when it is none.
    package func json() throws -> JSONValue {
        guard case .text(_, let bytes) = self else { return .null }
        return try unsafe JSONValue.parse(bytes)
    }
}
