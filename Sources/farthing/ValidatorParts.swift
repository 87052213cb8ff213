import LedgerCore
import Primitives
import StrictJSON

/// The file that an operator sends to whoever makes genesis: a validator's name and public keys, as genesis lists them.
enum ValidatorParts {
    static func path(in home: String) -> String { home + "/validator.json" }

    static func read(_ path: String, prefix: String) throws(CommandFailure) -> Validator {
        let bytes = try InputFile.bytes(of: path, limit: 1 << 16)
        let json: JSON
        do throws(JSONError) { json = try JSON.parse(bytes) } catch {
            throw CommandFailure(.badInput, "\(path): \(error)")
        }
        do throws(JSONReadError) {
            return try Validator(JSONReader(json), prefix: prefix)
        } catch {
            throw CommandFailure(
                .badInput,
                "\(path): \(error). `farthing keys new --home DIR --name NAME` makes DIR/validator.json"
            )
        }
    }
}
