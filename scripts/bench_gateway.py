#!/usr/bin/env python3
"""What the gateway adds to a call: the same tool directly, through ours, and through
FastMCP's proxy where one is installed, interleaved in blocks of 20 calls.

    .venv/bin/python scripts/bench_gateway.py [--blocks 30] [--json]
    .venv/bin/python scripts/bench_gateway.py --fastmcp /path/to/venv/bin/python

FastMCP wants an environment of its own (`python -m venv ...; pip install fastmcp`).
Times are medians of a block, of the best block and of the middle one; processor time is
that of the process in between.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mcp import Client

from voiceagent.clock import cpu_seconds_of, perf

ROOT = Path(__file__).resolve().parents[1]
BLOCK = 20
POLICY = "permit(principal, action, resource);\n"
PROXY = """
import sys
from fastmcp import FastMCP
from fastmcp.server import create_proxy
create_proxy(sys.argv[1], name="proxy").run(
    transport="http", host="127.0.0.1", port=int(sys.argv[2]), show_banner=False,
    log_level="ERROR")
"""


@dataclass
class Way:
    """One way to the tool."""

    name: str
    url: str
    tool: str
    process: int
    mode: str
    blocks: list[list[float]] = field(default_factory=list)
    cpu: float = 0.0

    async def block(self, client: Client) -> None:
        began, took = cpu_seconds_of(self.process) or 0.0, []
        for _ in range(BLOCK):
            at = perf()
            found = await client.call_tool(self.tool, {"text": "hello"})
            took.append(perf() - at)
            assert not found.is_error, found
        self.blocks.append(took)
        self.cpu += (cpu_seconds_of(self.process) or 0.0) - began

    def told(self) -> dict[str, float | str]:
        medians = sorted(map(statistics.median, self.blocks))
        calls = sorted(took for block in self.blocks for took in block)
        return {
            "way": self.name,
            "best_ms": medians[0] * 1e3,
            "median_ms": statistics.median(medians) * 1e3,
            "p95_ms": calls[int(0.95 * len(calls))] * 1e3,
            "cpu_ms": self.cpu / len(calls) * 1e3,
        }


def main() -> None:
    """All ways, interleaved."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--blocks", type=int, default=30)
    parser.add_argument("--fastmcp", help="the Python of an environment with it")
    parser.add_argument("--mode", default="auto", help="auto (modern) or legacy")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        ways = started(stack, chosen.fastmcp, chosen.mode)
        asyncio.run(measured(ways, chosen.blocks))
    direct = ways[0].told()
    for way in ways:
        found = way.told()
        for key in ("best_ms", "median_ms"):
            found[f"added_{key}"] = float(found[key]) - float(direct[key])
        if chosen.json:
            print(json.dumps(found))
        else:
            print(
                " ".join(
                    f"{k}={v:.2f}" if k != "way" else f"{v:12}"
                    for k, v in found.items()
                )
            )


async def measured(ways: list[Way], blocks: int) -> None:
    async with asyncio.TaskGroup() as group:
        turn = [asyncio.Event() for _ in ways]
        for at, way in enumerate(ways):
            group.create_task(taking_turns(way, at, turn, blocks))
        turn[0].set()


async def taking_turns(
    way: Way, at: int, turn: list[asyncio.Event], blocks: int
) -> None:
    """A client belongs to one task; the blocks come one after the other."""
    async with Client(way.url, mode=way.mode) as client:
        await client.list_tools()
        for number in range(blocks + 1):
            await turn[at].wait()
            turn[at].clear()
            await way.block(client)
            if number == 0:  # the first is for warming up
                way.blocks.clear()
                way.cpu = 0.0
            turn[(at + 1) % len(turn)].set()


def started(stack: ExitStack, fastmcp: str | None, mode: str) -> list[Way]:
    house = stack.enter_context(
        running([sys.executable, str(ROOT / "tests" / "mcp_house.py"), "0"])
    )
    assert house.stdout is not None
    url = house.stdout.readline().strip()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    (folder / "policy.cedar").write_text(POLICY)
    (folder / "gateway.toml").write_text(
        f'[store]\nfolder = "{folder}/state"\n'
        f'[gateway]\nport = 0\npolicy = "{folder}/policy.cedar"\ncalls_per_s = 10000\n'
        f'[gateway.servers.house]\nurl = "{url}"\nclasses = {{ "*" = "read" }}\n'
    )
    ours = stack.enter_context(
        running(
            [
                *(sys.executable, "-m", "voiceagent", "gateway", "serve", "--json"),
                *("--config", str(folder / "gateway.toml")),
            ]
        )
    )
    assert ours.stdout is not None
    ready = json.loads(ours.stdout.readline())
    ways = [
        Way("direct", url, "echo", house.pid, mode),
        Way("ours", ready["url"], "house__echo", ours.pid, mode),
    ]
    if fastmcp:
        port = free_port()
        proxy = stack.enter_context(running([fastmcp, "-c", PROXY, url, str(port)]))
        wait_for(port)
        ways.append(
            Way("fastmcp", f"http://127.0.0.1:{port}/mcp", "echo", proxy.pid, mode)
        )
    return ways


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.1).close()
            return
        except OSError:
            asyncio.run(asyncio.sleep(0.1))
    sys.exit("error: the proxy did not start")


if __name__ == "__main__":
    main()
