#!/usr/bin/env python3
# ruff: noqa: ASYNC110, S310  what is watched is in another process, on loopback
"""Turns over device and region, and what Phoenix has of them by its own API.

    scripts/compat/phoenix [N]

The region is `voiceagent serve` in a process of its own; the device is one agent that
is typed to. Whole means: one root a turn, no parent missing, children inside parents.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from voiceagent.app.assemble import assemble
from voiceagent.app.options import AgentOptions
from voiceagent.app.telemetry import telemetry_of
from voiceagent.app.workshop import Workshop
from voiceagent.audio.clip import Clip
from voiceagent.audio.frames import AudioFrame
from voiceagent.audio.player import PlayResult
from voiceagent.audio.source import Quiet
from voiceagent.cli.shared import workshop
from voiceagent.trace.events import LinkChanged, TurnFinished
from voiceagent.trace.trace import Record, Trace

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))
from collector import faults_of

PORT, GRPC = 6216, 6217
BASE = f"http://127.0.0.1:{PORT}"
QUESTION = "what does the warranty cover"


def fetched(path: str) -> Any:
    with urllib.request.urlopen(BASE + path, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def phoenix(program: str, folder: Path) -> subprocess.Popen[bytes]:
    """It serves when this returns; it asks nobody and tells nobody."""
    settings = {
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        "PHOENIX_WORKING_DIR": str(folder / "phoenix"),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(PORT),
        "PHOENIX_GRPC_PORT": str(GRPC),
    }
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [program, "serve"], env=os.environ | settings, stdout=quiet, stderr=quiet
    )
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{BASE}/healthz", timeout=2).close()
            return process
        except OSError:
            time.sleep(0.5)
    process.kill()
    raise SystemExit("skipped: Phoenix does not serve")


def region(config: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "voiceagent", "serve", "--port", "0", "--json"]
        + ["--config", str(config)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


class Held(Quiet):
    """Frames without sound, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = False

    async def frames(self) -> AsyncIterator[AudioFrame]:
        number = 0
        while not self.gone:
            yield AudioFrame(bytes(640), number * 320)
            number += 1
            await asyncio.sleep(0.02)


class Instant:
    """A player that is done at once: a thousand answers would take an hour to say."""

    volume = 1.0
    position = 0.0

    async def play(self, clip: Clip) -> PlayResult:
        await asyncio.sleep(0)
        self.position = clip.seconds
        return PlayResult(clip.seconds, True)

    def stop(self) -> None:
        """It is silent already."""


async def ask(shop: Workshop, turns: int) -> tuple[int, str]:
    """How many turns the region answered, and what the exporter lost."""
    trace, done, up = Trace(), asyncio.Event(), asyncio.Event()
    telemetry = telemetry_of(shop.config.telemetry)
    assert telemetry is not None
    trace.subscribe(telemetry.record)
    answered = 0

    def watch(record: Record) -> None:
        nonlocal answered
        if isinstance(record.event, LinkChanged) and record.event.state == "up":
            up.set()
        if isinstance(record.event, TurnFinished):
            answered += record.event.tier == "region"
            done.set()

    trace.subscribe(watch)
    options = AgentOptions(Instant(), silent=True, typed=True, trace=trace)
    agent, source = assemble(shop, options), Held()
    running = asyncio.create_task(agent.run(source))
    await asyncio.wait_for(up.wait(), 60)
    for _ in range(turns):
        done.clear()
        agent.type(QUESTION)
        await done.wait()
        while agent.state not in ("idle", "arming"):
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.03)
    source.gone = True
    await running
    return answered, telemetry.close()


def stored() -> list[Any]:
    """Every span that Phoenix has, in the shape that the check reads."""
    found: list[Any] = []
    cursor = ""
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = fetched(f"/v1/projects/default/spans/otlpv1?limit=1000{more}")
        found += map(_seen, page["data"])
        cursor = page.get("next_cursor") or ""
        if not cursor:
            return found


def _seen(span: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(
        name=span["name"],
        trace=span["trace_id"],
        id=span["span_id"],
        parent=span.get("parent_span_id") or "",
        began=int(span["start_time_unix_nano"]),
        ended=int(span["end_time_unix_nano"]),
    )


def judged(turns: int, answered: int) -> bool:
    spans: list[Any] = []
    for _ in range(60):  # it takes them in while it is asked
        before, spans = len(spans), stored()
        if len(spans) == before and before:
            break
        time.sleep(3)
    names = [span.name for span in spans]
    roots = sum(not span.parent for span in spans)
    far = names.count("voiceagent.region.response")
    faults = faults_of(spans)
    print(f"{len(spans)} spans, {roots} roots, {answered} of {turns} turns answered by")
    print(f"the region, {far} spans of it; {len(faults)} faults {faults[:5]}")
    return roots == turns and far == answered and not faults


def main() -> None:
    program, folder, turns = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    config = folder / "voiceagent.toml"
    lines = f'[telemetry]\notlp = "{BASE}"\n[store]\nfolder = "{folder / "state"}"\n'
    config.write_text(lines)
    receiver = phoenix(program, folder)
    print("phoenix serves", flush=True)
    server, url = region(config)
    try:
        print("the region serves", flush=True)
        config.write_text(f'{lines}[region]\nurl = "{url}"\n')
        shop = workshop(config)
        answered, lost = asyncio.run(ask(shop, turns))
        server.terminate()
        server.wait(20)
        good = judged(turns, answered) and not lost
    finally:
        for process in (server, receiver):
            process.kill()
            process.wait()
    print(lost or "no span was lost")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
