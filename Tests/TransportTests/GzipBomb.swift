/// 8 MiB of zeros, packed by gzip into 8 KiB, in base64.
let gzipBombText =
    "H4sIAAAAAAACA+zBAQEAAACAkP6v7ggK" + String(repeating: "A", count: 5458) + "CA24MDAgAAAAAh/183J"
    + String(repeating: "A", count: 5377) + "CcBUW80hoAAIAA"
