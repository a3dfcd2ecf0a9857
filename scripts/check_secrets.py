#!/usr/bin/env python3
"""Planted secrets and a packet capture: what an edge whose policy is "redacted" sends.

    .venv/bin/python scripts/check_secrets.py [--secrets 500]

A region runs on loopback in a process of its own; a real agent is told two secrets in a
row, so that the first one is context of the second question, each pair in a session of
its own. A raw socket on `lo` captures every packet to the region; the streams are put
together again and the websocket frames unmasked. No secret may be in what was captured:
not as it was said anywhere in it, and neither four digits nor a name of it in any text.
Needs root, for the capture. Ends with 1 where something leaked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import struct
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from threading import Thread

from lib.planted_secrets import NAMES, leaked, planted

from voiceagent.agent.agent import Agent
from voiceagent.app.assemble import assemble
from voiceagent.app.config import load_config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.frames import AudioFrame
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.source import OnEvent
from voiceagent.clock import Pace, run
from voiceagent.privacy.gate import INSTRUCTIONS
from voiceagent.replay.demo_region import DemoRegion
from voiceagent.trace.events import Escalated, TurnFinished, Withheld
from voiceagent.trace.trace import Trace

EVERYTHING = 3
"""Ethernet protocol number of all packets."""
HEAD = 14
"""Bytes of an Ethernet header, which loopback has too."""
SYN = 2
"""The flag of the packet that begins a stream."""
AGAIN = 1 << 32
"""TCP sequence numbers begin again here."""


class Capture:
    """Every packet to one port on loopback."""

    def __init__(self, port: int) -> None:
        self.packets = 0
        self._port = port
        self._newest: dict[int, int] = {}
        """The first sequence number of the newest stream from each port."""
        self._streams: dict[tuple[int, int], dict[int, bytes]] = defaultdict(dict)
        self._socket = socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERYTHING)
        )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 26)
        self._socket.bind(("lo", 0))
        self._socket.settimeout(0.5)
        self._going = True
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def end(self) -> list[bytes]:
        """The streams, each from its first byte."""
        self._going = False
        self._thread.join()
        self._socket.close()
        return [_joined(pieces) for pieces in self._streams.values()]

    def _listen(self) -> None:
        while self._going:
            try:
                self._take(self._socket.recv(1 << 17)[HEAD:])
            except TimeoutError:
                continue

    def _take(self, packet: bytes) -> None:
        if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_TCP:
            return
        inner = packet[(packet[0] & 15) * 4 :]
        source, target, number = struct.unpack("!HHI", inner[:8])
        if target != self._port:
            return
        payload = inner[(inner[12] >> 4) * 4 :]
        if inner[13] & SYN:  # a port may be used again
            first = self._newest[source] = (number + 1) % AGAIN
            self._streams[source, first][first] = b""
        elif payload and source in self._newest:
            stream = self._streams[source, self._newest[source]]
            self.packets += number not in stream
            stream[number] = payload


def _joined(pieces: dict[int, bytes]) -> bytes:
    """A stream in order; every packet is seen twice on loopback."""
    first = next(iter(pieces))
    ordered = sorted(pieces.items(), key=lambda one: (one[0] - first) % AGAIN)
    found = bytearray()
    for number, piece in ordered:
        at = (number - first) % AGAIN
        if at > len(found):
            raise SystemExit("packets were lost by the capture: run it again")
        found[at : at + len(piece)] = piece
    return bytes(found)


def messages(stream: bytes) -> Iterator[str]:
    """The texts in the frames of a client, unmasked."""
    at, whole = stream.find(b"\r\n\r\n") + 4, b""
    while at + 6 <= len(stream):
        final, kind = stream[at] & 128, stream[at] & 15
        size, at = stream[at + 1] & 127, at + 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(stream[at : at + width]), at + width
        mask, at = stream[at : at + 4], at + 4
        data = stream[at : at + size]
        at += size
        if kind < 3:
            whole += bytes(b ^ mask[n % 4] for n, b in enumerate(data))
            if final:
                yield whole.decode()
                whole = b""


def texts(value: object) -> Iterator[str]:
    """Every text that an event brings, but for its names and numbers of its own."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("id", "event_id", "metadata", "type", "item_id"):
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


class Typed:
    """Types sentences, each when the answer to the one before is over."""

    name = "text"

    def __init__(self, sentences: list[str], trace: Trace) -> None:
        self.on_event: OnEvent = lambda event: None
        self.agent: Agent | None = None
        self._sentences, self._trace = sentences, trace

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """There are none."""
        assert self.agent is not None
        for number, sentence in enumerate(self._sentences, 1):
            self.agent.type(sentence)
            while count(self._trace, TurnFinished) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        nothing: tuple[AudioFrame, ...] = ()
        for frame in nothing:
            yield frame


def count(trace: Trace, *kinds: type) -> int:
    return sum(isinstance(event, kinds) for _, event in trace)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--secrets", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if os.geteuid():
        raise SystemExit("the capture needs root: run it with sudo")
    secrets = list(planted(given.secrets, random.Random(given.seed), held_out=True))
    with tempfile.TemporaryDirectory() as folder, DemoRegion() as region:
        contacts = Path(folder) / "contacts.txt"
        contacts.write_text("\n".join(NAMES), "utf-8")
        config = load_config(
            flags={
                "region.url": region.url,
                "privacy.leaves": "redacted",
                "privacy.contacts": str(contacts),
            }
        )
        shop = Workshop(config.config)
        capture = Capture(int(region.url.split(":")[2].split("/")[0]))
        asked = sum(
            tell(shop, secrets[at : at + 2]) for at in range(0, given.secrets, 2)
        )
        streams = capture.end()
    report(secrets, streams, asked, capture.packets)


def tell(shop: Workshop, secrets: list[tuple[str, ...]]) -> int:
    """One session; how many of its turns left the device."""
    trace = Trace()
    source = Typed([sentence for _, _, sentence in secrets], trace)
    options = AgentOptions(
        player=VirtualPlayer(), pace=Pace.MEASURED, trace=trace, silent=True
    )
    source.agent = assemble(shop, options)
    run(source.agent.run(source), virtual=True)
    withheld = count(trace, Withheld)
    if withheld:
        print(f"{withheld} of {len(secrets)} withheld", file=sys.stderr)
    return count(trace, Escalated)


def report(
    secrets: list[tuple[str, ...]], streams: list[bytes], asked: int, packets: int
) -> None:
    sent = [list(messages(stream)) for stream in streams]
    everything = "\n".join(m for stream in sent for m in stream)
    leaks = [
        f"{kind}: {secret!r} as it was said"
        for kind, secret, _ in secrets
        if len(secret) >= 8 and secret.lower() in everything.lower()
    ]
    every = (t for stream in sent for m in stream for t in texts(json.loads(m)))
    told = [text for text in every if text != INSTRUCTIONS]
    for text in told:
        for kind, secret, _ in secrets:
            if leaked(kind, secret, text):
                leaks.append(f"{kind}: part of {secret!r} in {text!r}")
    size = sum(map(len, streams))
    print(
        f"{len(secrets)} secrets told, {asked} questions left in {packets} packets "
        f"({size} bytes, {len(told)} texts): {len(set(leaks))} leaked"
    )
    for leak in sorted(set(leaks))[:20]:
        print(f"  {leak}")
    raise SystemExit(bool(leaks) or not asked)


if __name__ == "__main__":
    main()
