"""Receipts are countersigned beside the questions, over a real socket."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from regions import envelope, question, quick, region, until, words

from voiceagent.clock import run
from voiceagent.privacy.countersign import Witnessed, kept_countersignature
from voiceagent.privacy.receipts import Receipt, Receipts
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.region.notary import Notary
from voiceagent.trace.events import Degraded, Event

pytestmark = pytest.mark.fault


def count(folder: Path) -> int:
    seen = kept_countersignature(folder)
    return seen.count if seen else 0


async def talk(folder: Path, notary: Notary | None, turns: int) -> list[Event]:
    """So many questions with a receipt each; what was announced."""
    events: list[Event] = []
    async with region(notary=notary) as (url, _):
        remote = RealtimeRemote(
            Target(name="region", url=url),
            quick(url),
            events.append,
            keeper=Witnessed(folder),
        )
        running = asyncio.create_task(remote.run())
        try:
            for turn in range(turns):
                Receipts(folder).add(Receipt(turn=turn, to="region"))
                said = await words(remote, question("what"), envelope(turn + 1))
                assert said == "You said what."
            if notary is not None:
                there = Receipts(folder, reading=True).head()
                wanted = there.count if there else 0
                await until(
                    lambda: (
                        (turns and count(folder) == wanted)
                        or any(isinstance(e, Degraded) for e in events)
                    )
                )
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    return [event for event in events if isinstance(event, Degraded)]


def test_what_leaves_is_countersigned(tmp_path: Path) -> None:
    folder, home = tmp_path / "edge", tmp_path / "region"

    async def main() -> None:
        assert await talk(folder, Notary(home, "eu"), 3) == []
        assert count(folder) == 3
        assert await talk(folder, Notary(home, "eu"), 2) == []
        assert count(folder) == 5

    run(main())


def test_an_older_set_is_announced_once(tmp_path: Path) -> None:
    folder, home = tmp_path / "edge", tmp_path / "region"

    async def main() -> None:
        await talk(folder, Notary(home, "eu"), 2)
        shutil.copytree(folder, tmp_path / "then")
        await talk(folder, Notary(home, "eu"), 2)
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "then", folder)
        (said,) = await talk(folder, Notary(home, "eu"), 0)
        assert "4 receipts were countersigned, and there are 2" in said.why
        assert count(folder) == 4, "what the region has seen is kept"

    run(main())


def test_a_region_that_signs_nothing_is_as_before(tmp_path: Path) -> None:
    folder = tmp_path / "edge"

    async def main() -> None:
        assert await talk(folder, None, 2) == []
        assert count(folder) == 0

    run(main())
