# Sourced by tests of scripts: a federation of real processes on free ports of loopback.
#
#   begin 4          makes it in $network and starts the nodes; $url is the first node's, ${urls[@]} are all
#   end              stops them and removes everything; runs by itself on exit
# shellcheck shell=bash

program=$(realpath "${FARTHING:-.build/release/farthing}")
scratch=$(mktemp -d)
network=$scratch/network
urls=()
pids=()

end() {
    local pid
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    pids=()
    rm -rf "$scratch"
}
trap end EXIT

free_ports() { # <count>: the first of so many free ports in a row
    python3 - "$1" <<'PYTHON'
import random, socket, sys

def is_free(port):
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

count = int(sys.argv[1])
firsts = iter(lambda: random.randrange(20000, 32000 - count), 0)
print(next(first for first in firsts if all(is_free(first + i) for i in range(count))))
PYTHON
}

begin() { # <validators> <more arguments of network create…>
    local count=$1 port i tries
    shift
    port=$(free_ports $((2 * count)))
    "$program" network create --validators "$count" --output "$network" --peer-port "$port" \
        --rpc-port $((port + count)) --json "$@" >"$scratch/network.json" 2>/dev/null
    mapfile -t urls < <(jq -r '.nodes[].url' "$scratch/network.json")
    # shellcheck disable=SC2034 # for who sources this
    url=${urls[0]}
    for i in $(seq "$count"); do
        "$program" node start --home "$network/node-$i" 2>"$scratch/node-$i.log" &
        pids+=($!)
    done
    for i in $(seq "$count"); do
        for ((tries = 0; tries < 150; tries++)); do
            curl -fsS -m 2 -o /dev/null "${urls[i - 1]}/livez" 2>/dev/null && continue 2
            sleep 0.2
        done
        echo "node-$i does not answer at ${urls[i - 1]}" >&2
        cat "$scratch/node-$i.log" >&2
        return 1
    done
}
