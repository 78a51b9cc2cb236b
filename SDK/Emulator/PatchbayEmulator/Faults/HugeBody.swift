import Hummingbird

/// Bodies that are too large on purpose, made while they are sent.
enum HugeBody {
    /// `mebibytes` of text inside a JSON string.
    static func plain(mebibytes: Int) -> ResponseBody {
        let head = ByteBuffer(string: "{\"data\":\"")
        let tail = ByteBuffer(string: "\"}")
        let chunk = ByteBuffer(repeating: UInt8(ascii: "a"), count: 1 << 20)
        let length = head.readableBytes + tail.readableBytes + mebibytes << 20
        return ResponseBody(contentLength: length) { writer in
            try await writer.write(head)
            for _ in 0..<mebibytes {
                try await writer.write(chunk)
            }
            try await writer.write(tail)
            try await writer.finish(nil)
        }
    }

    /// A gzip body of about a kilobyte per mebibyte that it unpacks to.
    ///
    /// One mebibyte of zero bytes, deflated and flushed in full, is always the same 1,037 bytes and ends on a byte
    /// boundary, so it can be repeated; an empty last block and the trailer close it. The checksum is left at zero:
    /// whoever unpacks that far has been caught already.
    static func gzip(mebibytes: Int) -> ResponseBody {
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        let start: [UInt8] = [0xEC, 0xC1, 0x31, 0x01, 0, 0, 0, 0xC2, 0xA0, 0xF5, 0x4F, 0x6D, 0x08, 0x5F, 0xA0]
        let chunk = start + [UInt8](repeating: 0, count: 1016) + [0x3E, 0x03, 0, 0, 0xFF, 0xFF]
        let tail: [UInt8] = [0x03, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]
        return ResponseBody(contentLength: head.count + chunk.count * mebibytes + tail.count) { writer in
            try await writer.write(ByteBuffer(bytes: head))
            for _ in 0..<mebibytes {
                try await writer.write(ByteBuffer(bytes: chunk))
            }
            try await writer.write(ByteBuffer(bytes: tail))
            try await writer.finish(nil)
        }
    }
}
