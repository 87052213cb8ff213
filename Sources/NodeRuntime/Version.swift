/// The program's version, as `farthing version` and `node_status` say it.
package enum Version {
    package static let text = "0.1.0"
}
