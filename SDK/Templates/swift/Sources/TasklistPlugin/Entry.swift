import CPatchbay
import PatchbayConnectorKit
import TasklistConnector

/// The library's one exported symbol; the compiler holds it against the header.
@c @implementation
public func patchbay_connector_v1() -> UnsafePointer<patchbay_entry>! {
    ConnectorKit.entry(for: TasklistConnector.self)
}
