import Testing

/// The program that we ship: real processes, real sockets, real files.
///
/// One test after another: each has several processes of its own.
@Suite(.serialized) struct EndToEnd {}
