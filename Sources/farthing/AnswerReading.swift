import StrictJSON

/// Reads what a node answered; an answer of another form means that it is no node of this version.
func reading<Value>(_ body: () throws(JSONReadError) -> Value) throws(CommandFailure) -> Value {
    do {
        return try body()
    } catch {
        throw CommandFailure(.unreachable, "the node's answer cannot be read: \(error). Is it of another version?")
    }
}
