"""Kills and stops of what hears, speaks and answers in a region, under load."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from lib.from_tests import tiny_llama
from lib.region_client import Client, Exchange, healthy, served

__all__ = ["kills"]

TEMPLATE = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n"
    "{% endfor %}assistant:"
)
CLIENTS, BETWEEN, OPEN, SOON = 3, 0.6, 10.0, 120.0
"""Seconds between two kills, that a response may be open, and until all is well."""
WRITTEN = ("ear", "model", "ear", "model", "ear", "original")
SPOKEN = ("ear", "voice")
"""An ear, the process that it is a copy of, the model, a program that speaks. What a
model of random weights writes nobody can say: spoken answers are of documents."""
ANSWERED = ("completed", "incomplete")
"""A model of random weights goes on until it is cut."""
CHANCE = random.Random(1)


def kills(folder: Path, pcm: bytes, count: int) -> bool:
    """Whether the bars are met."""
    model = tiny_llama(folder / "m.gguf", template=TEMPLATE, width=64)
    lines = [
        'backend = "llama"',
        "[llama]",
        f'model = "{model}"',
        "slots = 4",
        "context = 16384",
        "threads = 1",
        "[knowledge]",
        "passages = 1",
    ]
    good = True
    for parts, part, wanted in (
        (WRITTEN, lines, round(0.6 * count)),
        (SPOKEN, [], count - round(0.6 * count)),
    ):
        with served(folder, *part) as (url, server):
            good = asyncio.run(_load(url, server, pcm, wanted, parts)) and good
    return good


async def _load(
    url: str, server: int, pcm: bytes, count: int, parts: Sequence[str]
) -> bool:
    done: list[Exchange] = []
    stopped = asyncio.Event()
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(Client(url, spoken="voice" in parts))
            for _ in range(CLIENTS)
        ]
        asking = [
            asyncio.create_task(_asks(client, pcm, stopped, done)) for client in clients
        ]
        struck = await _strike(server, count, parts)
        stopped.set()
        await asyncio.gather(*asking)
        lost = sum(client.closed for client in clients)
        after = await _well(url, [one for one in clients if not one.closed], pcm)
    late = [one for one in done if one.open_for > OPEN]
    states = Counter(one.status or "open" for one in done)
    longest = max((one.open_for for one in done), default=0.0)
    hits = ", ".join(f"{n} x {what}" for what, n in sorted(struck.items()))
    print(f"{sum(struck.values())} blows: {hits}")
    print(
        f"{len(done)} responses {dict(states)}, open for {longest:.1f} s at most; "
        f"{lost} of {CLIENTS} sessions lost, {len(late)} responses open after "
        f"{OPEN:g} s (bars 0 and 0)"
    )
    print(f"afterwards healthy, and all answered: {after}")
    return not lost and not late and after and sum(struck.values()) >= count


async def _asks(
    client: Client, pcm: bytes, stopped: asyncio.Event, done: list[Exchange]
) -> None:
    while not stopped.is_set() and not client.closed:
        await client.sound(pcm)
        exchange = await client.ask()
        with suppress(TimeoutError):
            async with asyncio.timeout(60.0):
                await exchange.over.wait()
        done.append(exchange)


async def _strike(server: int, count: int, parts: Sequence[str]) -> Counter[str]:
    """Kill or stop one part after the other."""
    struck: Counter[str] = Counter()
    while sum(struck.values()) < count:
        part = parts[sum(struck.values()) % len(parts)]
        how = CHANCE.choice((signal.SIGKILL, signal.SIGSTOP))
        until = time.perf_counter() + 60.0
        while time.perf_counter() < until:
            found = [pid for pid, kind in _processes(server) if kind == part]
            if found:
                with suppress(ProcessLookupError):
                    os.kill(CHANCE.choice(found), how)
                    struck[f"{part} {how.name}"] += 1
                    break
            await asyncio.sleep(0.005)
        else:
            print(f"there was no {part} to be struck for a minute")
            return struck
        await asyncio.sleep(BETWEEN)
    return struck


def _processes(server: int) -> Iterator[tuple[int, str]]:
    """What works for a server, and which part it is."""
    for pid in _children(server):
        line = _line(pid)
        if "llama_child" in line:
            yield pid, "model"
        elif "spawn_main" in line:
            yield pid, "original"
            yield from ((copy, "ear") for copy in _children(pid))
        elif "flite" in line or "espeak" in line:
            yield pid, "voice"


def _children(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(one) for one in (task / "children").read_text().split()]
    return found


def _line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


async def _well(url: str, clients: list[Client], pcm: bytes) -> bool:
    """Whether health is green, and every session answered, soon."""
    until = time.perf_counter() + SOON
    while time.perf_counter() < until:
        good = await asyncio.to_thread(healthy, url)
        for client in clients:
            await client.sound(pcm)
            exchange = await client.ask()
            with suppress(TimeoutError):
                async with asyncio.timeout(30.0):
                    await exchange.over.wait()
            good = good and exchange.status in ANSWERED and bool(exchange.heard)
        if good:
            return True
        await asyncio.sleep(1.0)
    return False
