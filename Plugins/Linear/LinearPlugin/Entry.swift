import CPatchbay
import LinearConnector
import PatchbayConnectorKit

/// The library's one exported symbol.
@c @implementation
public func patchbay_connector_v1() -> UnsafePointer<patchbay_entry>! {
    ConnectorKit.entry(for: LinearConnector.self)
}
