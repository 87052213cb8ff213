/// Runs what throws one kind of error; it becomes a failure of the command.
func running<Value: ~Copyable, Failure: Error>(
    _ describe: (Failure) -> CommandFailure,
    _ body: () throws(Failure) -> Value
) throws(CommandFailure) -> Value {
    do { return try body() } catch { throw describe(error) }
}
