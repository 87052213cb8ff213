extension Format {
    /// Every format, in the order of the alphabet.
    package static let all: [Format] = [
        bech32m, block, certificate, configuration, connection, evidence, export, frame, genesis, genesisBytes, hello,
        json, keyFile, peerMessage, receipt, rpc, storeEntry, transaction, vote, voteLog,
    ].sorted { $0.name < $1.name }
}
