import LevelDBStorage
import NodeRuntime

/// A `docker-compose.yml` that runs a federation in containers, one for each home.
///
/// It lies beside the federation's directory and holds no secret: for one name, number of validators and first port it is
/// always the same text. The repository's own is what `--validators 4 --output network` gives.
struct ComposeFile {
    let path: String
    /// The federation's directory, beside the file.
    let folder: String
    /// Service names with the port on which clients find each.
    let nodes: [(name: String, port: Int)]

    /// Nil when the output directory has no name that could be written beside the file.
    init?(output: String, nodes: [(name: String, port: Int)]) {
        let trimmed = output.hasSuffix("/") ? String(output.dropLast()) : output
        let folder = trimmed.split(separator: "/").last.map(String.init) ?? ""
        let isName = folder.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
        }
        guard isName, !folder.isEmpty, folder != ".", folder != ".." else { return nil }
        self.folder = folder
        path = trimmed.dropLast(folder.utf8.count) + "docker-compose.yml"
        self.nodes = nodes
    }

    /// Writes the file, unless it is there already.
    func write() throws(CommandFailure) {
        guard try !isThere() else { return }
        try running { () throws(FileError) in try PosixPath.create(path, Array(text.utf8), mode: 0o644) }
    }

    /// Whether the file is there as it would be written; another one in its place is refused.
    func isThere() throws(CommandFailure) -> Bool {
        let found = try running { () throws(FileError) in
            try PosixPath.exists(path) ? try PosixPath.read(path) : nil
        }
        guard let found else { return false }
        guard found == Array(text.utf8) else {
            throw CommandFailure(
                .badInput,
                "\(path) is there with another content: nothing was written. Move it, or choose another --output"
            )
        }
        return true
    }

    var text: String {
        """
        # A federation of \(nodes.count) in containers on one machine, made by
        #
        #   farthing network create --compose --validators \(nodes.count) --output \(folder)
        #
        # which writes the homes in \(folder)/ and this file beside them. Then, with docker or with podman-compose:
        #
        #   export FARTHING_USER=$(id -u):$(id -g)      # who owns the homes, if that is not 1000:1000
        #   docker compose up --detach
        #
        # Clients reach the nodes on this machine's loopback address alone; the nodes reach one another by service name.

        x-node: &node
          image: ${FARTHING_IMAGE:-farthing}
          user: "${FARTHING_USER:-1000:1000}"
          # What a node writes, it writes into its home.
          read_only: true
          cap_drop: [ALL]
          security_opt: ["no-new-privileges:true"]
          ulimits:
            nofile: 8192
            nproc: 4096
          # After SIGTERM a node finishes what it has begun to write.
          stop_signal: SIGTERM
          stop_grace_period: 60s
          # A node that has stopped for a reason stops for it again: damage and a full disk want a person.
          restart: on-failure:3

        services:
        \(nodes.map(service).joined(separator: "\n"))
        """
    }

    private func service(of node: (name: String, port: Int)) -> String {
        """
          \(node.name):
            <<: *node
            volumes: ["./\(folder)/\(node.name):/var/lib/farthing"]
            ports: ["127.0.0.1:\(node.port):\(NodeAddresses.rpcPortInContainer)"]

        """
    }
}
