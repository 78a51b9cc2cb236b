import AsanaConnector
import CPatchbay
import CTrap
import PatchbayConnectorKit

/// The shipped connector, with traps in its functions.
@c @implementation
public func patchbay_connector_v1() -> UnsafePointer<patchbay_entry>! {
    unsafe patchbay_trap(ConnectorKit.entry(for: AsanaConnector.self))
}
