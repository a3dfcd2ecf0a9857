"""However often a client shows its receipts, a few signatures a second are made, and
the last head that it showed is among them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from voiceagent.clock import run
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import Countersign, Send, SessionStep
from voiceagent.region.countersigning import Countersigning
from voiceagent.region.notary import Notary
from voiceagent.region.tasks import Tasks

pytestmark = pytest.mark.fault
FIRST = "0" * 64


def head(count: int, before: Countersign | None = None) -> Countersign:
    return Countersign(
        chain="1" * 32,
        count=count,
        last=f"{count:064x}",
        from_count=before.count if before else 0,
        from_last=before.last if before else FIRST,
    )


def test_a_flood_is_signed_a_few_times() -> None:
    sent: list[Any] = []

    def do(steps: Iterable[SessionStep]) -> None:
        sent.extend(step.event for step in steps if isinstance(step, Send))

    async def main() -> None:
        tasks = Tasks(lambda name, error: None)
        wire = ServerSession(session_id="s", opted_in=True).wire
        signing = Countersigning(Notary(None, "eu"), "edge", wire, do, tasks)
        first = head(1)
        signing.ask(first)
        while not sent:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        for count in range(2, 500):
            signing.ask(head(count, first))
            await asyncio.sleep(0)
        while sent[-1]["count"] != 499:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        assert len(sent) == 2
        await tasks.end()
        signing.ask(head(500, head(499)))  # it begins anew after the end of a task
        while sent[-1]["count"] != 500:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        await tasks.end()

    run(main())


def test_nobody_signs_where_there_is_no_notary() -> None:
    async def main() -> None:
        tasks = Tasks(lambda name, error: None)
        wire = ServerSession(session_id="s", opted_in=True).wire
        Countersigning(None, "edge", wire, lambda steps: None, tasks).ask(head(1))
        assert not tasks.running

    run(main())
