"""A server is told to end, and told so again."""

from __future__ import annotations

import asyncio
import signal

import pytest

from voiceagent.app.stopping import stop_signalled
from voiceagent.clock import run

pytestmark = pytest.mark.unit
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.mark.parametrize("told", SIGNALS)
def test_the_first_signal_is_a_wish(told: signal.Signals) -> None:
    async def main() -> bool:
        stop = stop_signalled()
        signal.raise_signal(told)
        await stop.wait()
        return stop.is_set()

    assert run(main())


@pytest.mark.parametrize("told", SIGNALS)
def test_the_second_one_ends_it_as_a_key_would(told: signal.Signals) -> None:
    ended: list[str] = []

    async def main() -> None:
        stop = stop_signalled()
        signal.raise_signal(told)
        await stop.wait()
        try:
            signal.raise_signal(told)
            await asyncio.Event().wait()  # calls that are slow to end
        finally:
            ended.append("tidied up")

    with pytest.raises(KeyboardInterrupt):
        run(main())
    assert ended == ["tidied up"]
