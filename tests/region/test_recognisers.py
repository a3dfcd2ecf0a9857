"""Recognisers that die, hang or are stopped: replaced, and asked once more."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from regions import Parrot, region, until

from voiceagent import child_process
from voiceagent.clock import run
from voiceagent.errors import EngineLost, ModelMissing
from voiceagent.region import recognisers
from voiceagent.region.heard_speech import HeardSpeech
from voiceagent.region.listener import Listener
from voiceagent.region.recognisers import Recognisers

pytestmark = pytest.mark.fault
ME: tuple[str, ...] = ("me", "s")


class Toy(Listener):
    """Hears what bytes say, and does what they say."""

    def __init__(self) -> None:
        """Nothing to load."""

    def hear(self, pcm: bytes) -> HeardSpeech:
        """One word, or many pieces."""
        first, *rest = pcm.split(b" ")
        if rest:
            return HeardSpeech("", (first, *rest))
        return HeardSpeech(self.words(first))

    def words(self, piece: bytes) -> str:
        """That piece."""
        word, _, mark = piece.decode().partition("@")
        if mark and not Path(mark).exists():
            Path(mark).touch()
            self.harm(word)
        elif word in ("kill", "stop") and not mark:
            self.harm(word)
        return word

    def harm(self, how: str) -> None:
        """End or stop."""
        os.kill(os.getpid(), {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}[how])


def refuses() -> Toy:
    """A recogniser that lacks something."""
    raise ModelMissing("no model", hint="none")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Toys answer at once."""
    monkeypatch.setattr(child_process, "STILL", 0.5)
    monkeypatch.setattr(recognisers, "LOOK", 0.05)
    monkeypatch.setattr(recognisers, "PING", 2)
    yield


def test_words_come_whatever_becomes_of_the_process(tmp_path: Path) -> None:
    async def main() -> None:
        ears, lost = Recognisers(Toy, processes=1, copied=True), list[int]()
        ears.lost = lambda: lost.append(1)
        await ears.start()
        try:
            assert ears.trouble == ""
            assert await ears.words(b"one two three", ME) == "one two three"
            for how in ("kill", "stop"):
                asked = f"well {how}@{tmp_path / how} then".encode()
                assert await ears.words(asked, ME) == f"well {how} then"
            assert len(lost) == 2
            # What loses every process that it is asked of fails, and nothing else.
            with pytest.raises(EngineLost):
                await ears.words(b"kill", ME)
            assert await ears.words(b"four", ME) == "four"
        finally:
            await ears.close()

    run(main())


def test_one_that_nobody_asks_is_seen_to(tmp_path: Path) -> None:
    async def main() -> None:
        ears = Recognisers(Toy, processes=1, copied=True)
        await ears.start()
        try:
            for how in (signal.SIGKILL, signal.SIGSTOP):
                await until(lambda: len(ears.pids) == 2)
                gone = ears.pids
                for pid in gone:
                    os.kill(pid, how)
                await until(lambda gone=gone: not set(ears.pids) & set(gone))
                await until(lambda: not ears.trouble)
            assert await ears.words(b"five", ME) == "five"
        finally:
            await ears.close()

    run(main())


def test_who_gives_up_keeps_nobody_waiting_for_long() -> None:
    async def main() -> None:
        ears = Recognisers(Toy, processes=1, copied=True)
        await ears.start()
        try:
            asked = asyncio.ensure_future(ears.words(b"stop", ME))
            waiting = asyncio.ensure_future(ears.words(b"six", ("you", "s")))
            await until(lambda: ears.waiting == 1)
            asked.cancel()
            assert await waiting == "six"
        finally:
            await ears.close()

    run(main())


def gated(gate: Path) -> Toy:
    """A recogniser that can be made where there is such a file."""
    if not gate.exists():
        raise ModelMissing("no model", hint="none")
    return Toy()


def test_nobody_is_kept_waiting_where_nobody_can_hear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognisers, "OUTAGE", 0.2)
    monkeypatch.setattr(recognisers, "RESTS", (0.1,))
    gate = tmp_path / "gate"

    async def main() -> None:
        gate.touch()
        ears = Recognisers(partial(gated, gate), processes=1)
        await ears.start()
        try:
            await until(lambda: len(ears.pids) == 2)
            gate.unlink()
            for asked in ("while it is lost", "while none can be made"):
                with pytest.raises(EngineLost):
                    await ears.words(b"kill", (asked, "s"))
                assert ears.trouble
            gate.touch()
            await until(lambda: not ears.trouble)
            await until(lambda: ears.waiting == 0 and not ears.trouble)
        finally:
            await ears.close()

    run(main())


def test_what_cannot_be_made_is_told_at_the_start() -> None:
    async def main() -> None:
        ears = Recognisers(refuses)
        assert ears.trouble
        with pytest.raises(ModelMissing):
            await ears.start()
        await ears.close()

    run(main())


def test_a_region_that_cannot_hear_lets_go_of_what_it_began() -> None:
    class Closing(Parrot):
        """Says whether it was closed."""

        closed = False

        async def close(self) -> None:
            self.closed = True

    async def main() -> bool:
        backend = Closing()
        with pytest.raises(ModelMissing):
            async with region(backend, ears=Recognisers(refuses, processes=1)):
                pass
        return backend.closed

    assert run(main())


def test_who_has_waited_for_long_is_not_asked_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognisers, "STRUCK", 0.0)

    async def main() -> None:
        ears = Recognisers(Toy, processes=1, copied=True)
        await ears.start()
        try:
            with pytest.raises(EngineLost):
                await ears.words(f"kill@{tmp_path / 'once'}".encode(), ME)
            assert await ears.words(b"seven", ME) == "seven"
        finally:
            await ears.close()

    run(main())
