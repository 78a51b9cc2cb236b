import CCurl

// What libcurl calls on the transport's thread. The context is the transfer, which the thread holds while libcurl works
// on it. A number of bytes other than what was offered ends the transfer.

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    unsafe context.map { unsafe Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}

let onHeader: patchbay_curl_consumer = { bytes, size, count, context in
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(context)?.take(header: buffer) == true ? size * count : size * count &+ 1
}

let onBody: patchbay_curl_consumer = { bytes, size, count, context in
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(context)?.take(body: buffer) == true ? size * count : size * count &+ 1
}

let onSend: patchbay_curl_before_send = { context, _, _, _, _ in
    unsafe transfer(context)?.maySend() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
