#!/usr/bin/env python3
"""Commands said to a real Home Assistant: sound in, its own states out.

`voiceagent listen --stdin` hears the wake word and each command in the voices of flite,
in real time. A line is right where its state and its answer are; asked or refused where
nothing changed and nothing was said to be done; and wrong else.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
import wave
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from home_assistant_lines import Line
from home_assistant_server import Server

RATE = 16000
STEP = RATE // 50 * 2
"""Bytes of a fiftieth of a second."""
WAKE = "hey jarvis"
LATE = 12.0
"""Seconds after its sound in which a command is answered."""
START = 90.0
TELLING = ("brightness", "temperature", "volume_level", "rgb_color", "is_volume_muted")
IDLE = ("sensor", "camera", "sun", "update", "image_processing")
"""Domains that no command changes; some of the demo's change by themselves."""
ON_THE_WAY = {"opening": "open", "closing": "closed"}
House = Mapping[str, Any]


def sound(said: str, voice: str, folder: Path) -> bytes:
    """A sentence in a voice of flite, at the rate of the agent."""
    file, made = folder / "said.wav", folder / "rate.wav"
    subprocess.run(["flite", "-voice", voice, "-t", said, "-o", str(file)], check=True)
    convert = ["ffmpeg", "-loglevel", "error", "-y", "-i", str(file), "-ar", str(RATE)]
    subprocess.run([*convert, str(made)], check=True)
    with wave.open(str(made)) as opened:
        frames: bytes = opened.readframes(opened.getnframes())
        return frames


class Listener:
    """`voiceagent listen`, fed in real time: silence wherever nothing is said."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._waiting: deque[bytes] = deque()
        self._events: list[dict[str, Any]] = []
        self._more = threading.Condition()
        for work in (self._feed, self._read):
            threading.Thread(target=work, daemon=True).start()

    def say(self, pcm: bytes) -> int:
        """Say it after what is still being said; how many events there were before."""
        with self._more:
            seen = len(self._events)
            pcm += bytes(-len(pcm) % STEP)
            self._waiting.extend(pcm[at : at + STEP] for at in range(0, len(pcm), STEP))
        return seen

    def wait(self, seen: int, limit: float, *, event: str) -> None:
        """Until there is an event of a kind since then, or it is too late."""
        with self._more:
            self._more.wait_for(lambda: self._has(seen, event), limit)

    def until_idle(self, limit: float) -> None:
        """Until it waits for its name again, or it is too late."""
        with self._more:
            self._more.wait_for(self._idle, limit)

    def since(self, seen: int) -> list[dict[str, Any]]:
        """Events since then."""
        with self._more:
            return self._events[seen:]

    def _idle(self) -> bool:
        states = [e["state"] for e in self._events if e["event"] == "StateChanged"]
        return bool(states) and states[-1] == "idle"

    def _has(self, seen: int, event: str) -> bool:
        return any(found["event"] == event for found in self._events[seen:])

    def _feed(self) -> None:
        assert self._process.stdin is not None
        due = time.monotonic()
        while self._process.poll() is None:
            with self._more:
                part = self._waiting.popleft() if self._waiting else bytes(STEP)
            try:
                self._process.stdin.write(part)
                self._process.stdin.flush()
            except OSError:
                return
            due += 0.02
            time.sleep(max(0.0, due - time.monotonic()))

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self._events.append(json.loads(line))
                self._more.notify_all()


@contextmanager
def listening(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[Listener]:
    """A listener that is ready, and ended afterwards."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environ)
    try:
        listener = Listener(process)
        listener.wait(0, START, event="SessionStarted")
        yield listener
    finally:
        process.terminate()
        process.wait(30)


def look(server: Server) -> House:
    """What every thing of the house says of itself, without what only runs on."""
    found = {}
    for row in server.ask("/api/states"):
        if row["entity_id"].split(".")[0] not in IDLE:
            shown = row["attributes"]
            state = ON_THE_WAY.get(row["state"], row["state"])
            found[row["entity_id"]] = (state, *(str(shown.get(k)) for k in TELLING))
    return found


def restore(server: Server) -> None:
    """What commands before have opened is closed again."""
    server.ask("/api/services/cover/close_cover", {"entity_id": "cover.garage_door"})
    server.ask("/api/services/lock/lock", {"entity_id": "lock.front_door"})
    time.sleep(1.0)


def judge(
    line: Line, server: Server, before: House, events: Sequence[Mapping[str, Any]]
) -> tuple[str, str]:
    """Right, asked or wrong; and why."""
    after = look(server)
    changed = {name for name in after if after[name] != before.get(name)}
    ends = [found for found in events if found["event"] == "TurnFinished"]
    did = any(found.get("effects") for found in ends)
    heard = " / ".join(f["pii_text"] for f in events if f["event"] == "Transcript")
    told = " / ".join(f["pii_text"] for f in events if f["event"] == "ReplyReady")
    why = f"{line.said!r}: heard {heard!r}, said {told!r}, changed {sorted(changed)}"
    state, attributes = server.state(line.entity)
    if line.right(state, attributes) and line.answer in told:
        if line.answer or did:
            return ("right" if changed <= line.may_change() else "wrong"), why
    return ("wrong" if changed or did else "asked"), why


def spoken(
    listener: Listener, server: Server, lines: Sequence[Line], voice: str, folder: Path
) -> Iterator[tuple[str, str]]:
    """How each line went."""
    restore(server)
    wake, yes = sound(WAKE, voice, folder), sound("yes", voice, folder)
    for line in lines:
        before = look(server)
        command = wake + sound(line.said, voice, folder)
        seen = listener.say(command)
        length = len(command) / RATE / 2
        listener.wait(seen, length + LATE, event="TurnFinished")
        if line.yes:
            time.sleep(1.0)
            more = listener.say(yes)
            listener.wait(more, LATE, event="TurnFinished")
        listener.until_idle(LATE)
        yield judge(line, server, before, listener.since(seen))
