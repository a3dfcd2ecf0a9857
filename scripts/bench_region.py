#!/usr/bin/env python3
# ruff: noqa: ASYNC110  what is watched is in another process
"""The regional server measured: audio, idle sessions, cancels, kills and long links.

    .venv/bin/python scripts/bench_region.py [--only audio,idle,cancel,kill,link]

Everything runs on loopback, servers in processes of their own. Ratios and medians of
interleaved runs are told, since machines are shared.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import resource
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lib.child import end, start
from lib.loopback import asked, region, remote
from websockets.asyncio.client import connect

from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.region.sqlite_memory import SqliteMemory
from voiceagent.replay.fault_proxy import Fault, FaultProxy
from voiceagent.routing.remote import AnswerWords, LinkState
from voiceagent.trace.turn_rows import percentile

SET_UP = {
    "type": "session.update",
    "session": {
        "type": "realtime",
        "output_modalities": ["text"],
        "audio": {"input": {"turn_detection": None}},
    },
}


async def echoed(url: str, message: str, count: int) -> float:
    """Messages a second through an echo, every one of them sent back."""
    async with connect(url, compression=None) as socket:
        began = time.perf_counter()

        async def send() -> None:
            for _ in range(count):
                await socket.send(message)

        sending = asyncio.create_task(send())
        for _ in range(count):
            await socket.recv()
        await sending
        return count / (time.perf_counter() - began)


async def appended(url: str, message: str, count: int) -> float:
    """Messages a second into a session, cleared and confirmed at the end."""
    async with connect(url, compression=None) as socket:
        await socket.send(json.dumps(SET_UP))
        for _ in range(2):
            await socket.recv()
        clear = json.dumps({"type": "input_audio_buffer.clear"})
        began = time.perf_counter()
        for at in range(1, count + 1):
            await socket.send(message)
            if at % 1000 == 0:
                await socket.send(clear)
                await socket.recv()
        await socket.send(clear)
        await socket.recv()
        return count / (time.perf_counter() - began)


def audio(folder: Path) -> bool:
    """640 bytes of sound a message: our server against an echo of the same bytes."""
    pcm = base64.b64encode(bytes(640)).decode()
    message = json.dumps({"type": "input_audio_buffer.append", "audio": pcm})
    echo, port = start("echo_server")
    ours, url = region(folder)
    ratios, both = [], []
    for _ in range(5):
        plain = asyncio.run(echoed(f"ws://127.0.0.1:{port}", message, 6000))
        real = asyncio.run(appended(url, message, 6000))
        ratios.append(real / plain)
        both.append((plain, real))
    end(echo, ours)
    plain, real = (statistics.median(one) for one in zip(*both, strict=True))
    ratio = statistics.median(ratios)
    print(f"audio: echo {plain:.0f}/s, session {real:.0f}/s, ratio {ratio:.2f}")
    return ratio >= 0.6


def memory_of(pid: int) -> float:
    """Megabytes resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def idle(folder: Path, count: int = 5000) -> bool:
    """Memory of sessions that say nothing."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 500, count + 500))
    ours, url = region(folder)

    async def main() -> tuple[float, float]:
        before = memory_of(ours.pid)
        sockets = []
        for _ in range(count // 50):
            batch = (
                connect(url, compression=None, ping_interval=None) for _ in range(50)
            )
            sockets += await asyncio.gather(*batch)
        after = memory_of(ours.pid)
        for socket in sockets:
            socket.transport.abort()
        return before, after

    before, after = asyncio.run(main())
    end(ours)
    each = (after - before) * 1024 / count
    print(f"idle: {count} sessions, {before:.0f} -> {after:.0f} MB, {each:.0f} KB each")
    return after <= 250


async def answer(far: RealtimeRemote, text: str, turn: int, session: str) -> str:
    pieces = far.ask(*asked(text, turn, session))
    return "".join([p.text async for p in pieces if isinstance(p, AnswerWords)]).strip()


def cancel(folder: Path) -> bool:
    """From the cancel of a question to the end of its work in the region."""
    from lib.from_tests import Parrot
    from lib.from_tests import region as served

    async def main() -> list[float]:
        parrot, took = Parrot(pause=0.05), []
        async with served(parrot) as (url, _):
            far = remote(url)
            running = asyncio.create_task(far.run())
            for turn in range(1, 101):
                asking = asyncio.create_task(answer(far, "a b c d e", turn, "c"))
                while not parrot.running:
                    await asyncio.sleep(0.001)
                began, freed = time.perf_counter(), parrot.freed
                asking.cancel()
                while parrot.freed == freed:
                    await asyncio.sleep(0.0005)
                took.append(time.perf_counter() - began)
                await asyncio.gather(asking, return_exceptions=True)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return took

    took = [one * 1000 for one in asyncio.run(main())]
    p50, p95 = percentile(took, 0.5), percentile(took, 0.95)
    print(f"cancel: slot free after {p50:.1f} ms (p95 {p95:.1f}, of {len(took)})")
    return p95 <= 100


def kill(folder: Path, count: int = 200, seed: int = 1) -> bool:
    """SIGKILL in the middle of turns: what is remembered against what was heard."""
    chance = random.Random(seed)
    ours, url = region(folder, pause=0.01)
    port = int(url.split(":")[2].split("/")[0])
    state = {"process": ours}

    async def killer() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.0, 0.09))
            if not asking.is_set():
                await asyncio.sleep(0.002)
                continue
            state["process"].send_signal(signal.SIGKILL)
            await asyncio.to_thread(state["process"].wait)
            kills.append(time.perf_counter())
            made = await asyncio.to_thread(
                lambda: region(folder, port=port, pause=0.01)
            )
            state["process"] = made[0]
            asking.clear()

    kills: list[float] = []
    asking = asyncio.Event()
    told: list[str] = []

    async def main() -> list[dict[str, Any]]:
        far = remote(url, heartbeat_ms=100.0, dead_ms=1000.0)
        running = asyncio.create_task(far.run())
        killing = asyncio.create_task(killer())
        turn, failed = 0, 0
        while len(kills) < count:
            turn += 1
            asking.set()
            for _ in range(20):
                try:
                    said = await answer(far, f"number {turn}", turn, "k")
                    break
                except Exception:
                    failed += 1
            told.append(said)
        killing.cancel()
        running.cancel()
        await asyncio.gather(killing, running, return_exceptions=True)
        print(f"kill: {len(kills)} kills in {turn} turns, {failed} asked once more")
        memory = SqliteMemory(folder / "region.sqlite")
        whole: list[dict[str, Any]] = []
        for name in await memory.conversations():
            found = await memory.load(name)
            whole += [dict(item) for item in found.items] if found else []
        await memory.close()
        return whole

    items = asyncio.run(main())
    end(state["process"])
    answers = [
        i["content"][0]["text"].strip()
        for i in items
        if i.get("role") == "assistant" and i["status"] == "completed"
    ]
    lost = [t for t in told if t not in answers]
    doubled = len(answers) - len(set(answers))
    wrong = sum(t != f"You said number {n}." for n, t in enumerate(told, 1))
    print(f"kill: {len(lost)} turns lost, {doubled} doubled, {wrong} heard wrong")
    return not lost and not doubled and not wrong


def link(folder: Path) -> bool:
    """First words over long links; the ladder speaks where they are late."""
    ours, url = region(folder)
    host, port = "127.0.0.1", int(url.split(":")[2].split("/")[0])

    async def over(rtt: float) -> list[float]:
        took = []
        async with FaultProxy(host, port) as proxy:
            way = Fault(delay=rtt / 2, jitter=rtt / 20)
            proxy.up, proxy.down = way, Fault(delay=rtt / 2, jitter=rtt / 20)
            far = remote(proxy.url("/v1/realtime"))
            running = asyncio.create_task(far.run())
            while far.link is not LinkState.UP:
                await asyncio.sleep(0.01)
            for turn in range(1, 101):
                began = time.perf_counter()
                async for piece in far.ask(*asked("hello", turn, f"l{rtt}")):
                    if isinstance(piece, AnswerWords):
                        took.append(time.perf_counter() - began)
                        break
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return took

    good = True
    for name, rtt in (("regional", 0.04), ("Sydney-US", 0.2)):
        took = asyncio.run(over(rtt))
        p50, p99 = (percentile(took, q) * 1000 for q in (0.5, 0.99))
        print(
            f"link {name} {rtt * 1000:.0f} ms: first words {p50:.0f}, p99 {p99:.0f} ms"
        )
        good = good and p99 < 630
    end(ours)
    return good


PARTS: dict[str, Callable[[Path], bool]] = {
    "audio": audio,
    "idle": idle,
    "cancel": cancel,
    "kill": kill,
    "link": link,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    good = True
    for name in given.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            good = PARTS[name](Path(folder)) and good
    print("all bars met" if good else "a bar was missed")
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
