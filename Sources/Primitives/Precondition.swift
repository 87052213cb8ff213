// What this program did wrong stops it, and the reason is said. Swift's own `precondition` and `preconditionFailure` drop
// the reason in a release build; `fatalError` never does. These two take their places in every file that imports
// Primitives: a declaration of an imported module comes before one of the standard library.

/// Stops the process, with the reason on standard error, unless the condition holds; in release builds too.
@inlinable package func precondition(
    _ condition: @autoclosure () -> Bool,
    _ reason: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    if !condition() { preconditionFailure(reason(), file: file, line: line) }
}

/// Stops the process, with the reason on standard error; in release builds too.
@inlinable package func preconditionFailure(
    _ reason: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) -> Never {
    fatalError(reason(), file: file, line: line)
}
