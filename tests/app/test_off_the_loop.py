"""No book is read or written on the event loop."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest

from voiceagent.agent.port import AgentPort
from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.clip import Clip
from voiceagent.audio.player import PlayResult, VirtualPlayer
from voiceagent.audio.source import Quiet
from voiceagent.clock import Compute, Pace, run
from voiceagent.port import VolumeCommand
from voiceagent.skills.volume.handler import StoredVolume
from voiceagent.store.book import Book
from voiceagent.trace.events import Committed, TurnFinished
from voiceagent.trace.trace import Trace

pytestmark = pytest.mark.unit


class Quick(VirtualPlayer):
    """Has played before anybody hears it."""

    async def play(self, clip: Clip) -> PlayResult:
        return PlayResult(clip.seconds, True)


TEXTS = (
    "set a timer for five minutes",
    "turn the volume up",
    "turn on the kitchen light",
    "who wrote about the 42 whales",
)


def test_books_are_left_to_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"store": {"folder": str(tmp_path)}, "region": {"url": "sim://ok"}}
    shop = Workshop(msgspec.convert(config, Config))
    store, looping, used = shop.store(), threading.Event(), list[bool]()
    touch = Book._guarded

    def guarded(book: Book, verb: str, work: object) -> object:
        if looping.is_set():
            used.append(threading.current_thread() is threading.main_thread())
        return touch(book, verb, work)  # type: ignore[arg-type]

    monkeypatch.setattr(Book, "_guarded", guarded)
    trace = Trace()
    options = AgentOptions(
        player=Quick(),
        pace=Pace.REALTIME,
        store=store,
        trace=trace,
        silent=True,
        typed=True,
    )

    async def main() -> None:
        agent = assemble(shop, options)
        port = AgentPort(agent, Compute(), volume=StoredVolume(store))
        looping.set()
        for text in TEXTS:
            if agent.life.ended:
                agent = assemble(shop, options)
            await agent.run(Quiet(), typed=text)
        await port.do(VolumeCommand(percent=30))
        looping.clear()

    run(main())
    assert len([e for _, e in trace if isinstance(e, TurnFinished)]) == len(TEXTS)
    assert len([e for _, e in trace if isinstance(e, Committed)]) == 3
    assert len(used) > 10 and not any(used)
    store.close()
