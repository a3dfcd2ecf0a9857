"""The process that holds the regional model: xllamacpp's own server on loopback.

    python -m voiceagent.region.llama_child '{"model": "x.gguf", "slots": 8, ...}'

The first line of its standard input is the key that every request must show: others on
this machine can reach the address too. It prints one line with its address when it is
ready, and ends when its standard input does: a parent that is gone leaves nothing
behind.
"""

from __future__ import annotations

import json
import sys

__all__ = ["main"]


def main() -> None:
    """Serve until standard input ends."""
    import xllamacpp

    wanted = json.loads(sys.argv[1])
    params = xllamacpp.CommonParams()
    params.model.path = wanted["model"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = wanted["slots"]
    params.n_ctx = wanted["context"] * wanted["slots"]
    params.cont_batching = True
    params.use_jinja = True
    params.api_keys = [sys.stdin.readline().strip()]
    params.endpoint_slots = params.endpoint_props = False
    params.warmup = True
    params.verbosity = 0
    if wanted["threads"]:
        params.cpuparams.n_threads = wanted["threads"]
        params.cpuparams_batch.n_threads = wanted["threads"]
    server = xllamacpp.Server(params)
    sys.stdout.write(json.dumps({"url": f"{server.listening_address}/v1"}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
