"""Engines behind walls: one that hangs is given up, two sessions share no state."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from voiceagent import child_process
from voiceagent.app.assemble import assemble
from voiceagent.app.config import Config
from voiceagent.app.options import AgentOptions
from voiceagent.app.workshop import Workshop
from voiceagent.audio.player import VirtualPlayer
from voiceagent.audio.streams import FileSource
from voiceagent.clock import Pace, run
from voiceagent.engines.fake import ScriptedSlm, ScriptedStt
from voiceagent.errors import EngineFailed
from voiceagent.nlu.slm.in_child import ProcessSlm
from voiceagent.stt import in_child
from voiceagent.stt.in_child import ProcessStt
from voiceagent.trace.events import Event, TurnFinished

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
PATIENCE = 4.0
"""Seconds after which an engine that answers within milliseconds has hung."""
PCM = bytes(32_000)
LOOP = b"\x01\x00" * 16_000
"""Sound that the scripted recogniser never comes back from."""
Outcome = object
"""What a call gave, the error that it raised, or None: it still waits."""


class Looping(ScriptedStt):
    """A recogniser with a sound that it thinks about for ever."""

    def feed(self, pcm: bytes) -> str:
        """The words so far, or nothing any more."""
        if pcm == LOOP:
            for _ in cycle([0]):
                pass
        return super().feed(pcm)


def pid(name: str) -> int:
    """The process of the engine of that name."""
    (found,) = [p.pid for p in multiprocessing.active_children() if name in p.name]
    assert found is not None
    return found


def frozen(name: str, call: Callable[[], object]) -> Callable[[], object]:
    """That call, on an engine whose process is stopped first."""
    os.kill(pid(name), signal.SIGSTOP)
    return call


def outcomes(
    calls: dict[str, Callable[[], object]],
) -> tuple[dict[str, Outcome], list[threading.Thread]]:
    """What each call came to in time, all of them at once, and who waits for them."""
    found: dict[str, Outcome] = {}

    def note(name: str, call: Callable[[], object]) -> None:
        try:
            found[name] = call()
        except Exception as error:
            found[name] = error

    threads = [
        threading.Thread(target=note, args=item, daemon=True) for item in calls.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE / len(threads))
    return {name: found.get(name) for name in calls}, threads


@pytest.fixture(scope="module")
def short() -> Iterator[None]:
    """Limits for engines that answer within milliseconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child_process, "STILL", 0.5)
        patch.setattr(in_child, "CALL", 0.2)
        yield


@pytest.fixture(scope="module")
def hung(short: None) -> Iterator[tuple[dict[str, Any], dict[str, Outcome], set[int]]]:
    """Engines by name, what came of a call that hung, and processes that remain."""
    engines = {
        "stopped": ProcessStt(partial(ScriptedStt, ["turn it on"]), name="stopped"),
        "looping": ProcessStt(partial(Looping, ["turn it on"]), name="looping"),
        "model": ProcessSlm(partial(ScriptedSlm, name="model"), name="model"),
    }
    pids = {pid(name) for name in engines}
    for name in ("stopped", "looping"):
        engines[name].start()
    stt, loop, slm = engines["stopped"], engines["looping"], engines["model"]
    calls = {
        "stopped": frozen("stopped", lambda: stt.feed(PCM)),
        "looping": lambda: loop.feed(LOOP),
        "model": frozen("model", lambda: slm.understand("turn it on")),
    }
    found, waiting = outcomes(calls)
    left = {p.pid for p in multiprocessing.active_children() if p.pid in pids}
    yield engines, found, {pid for pid in left if pid is not None}
    for process in multiprocessing.active_children():
        if process.pid in pids:
            process.kill()
    for thread in waiting:
        thread.join()
    for engine in engines.values():
        engine.close()


Hung = tuple[dict[str, Any], dict[str, Outcome], set[int]]


@pytest.mark.fault
@pytest.mark.parametrize("name", ["stopped", "looping", "model"])
def test_an_engine_that_hangs_is_given_up(hung: Hung, name: str) -> None:
    error = hung[1][name]
    assert isinstance(error, EngineFailed), "it still waits"
    assert error.what and error.hint


@pytest.mark.fault
def test_an_engine_that_hangs_is_killed(hung: Hung) -> None:
    assert not hung[2]


@pytest.mark.fault
@pytest.mark.parametrize("name", ["stopped", "looping"])
def test_a_recogniser_that_hung_is_replaced(hung: Hung, name: str) -> None:
    assert hung[1][name] is not None, "it still waits"
    stt = hung[0][name]
    stt.start()
    assert stt.feed(PCM) == "turn it on" and stt.finish().text == "turn it on"


@pytest.mark.fault
def test_a_model_that_hung_is_replaced(hung: Hung) -> None:
    assert hung[1]["model"] is not None, "it still waits"
    slm = hung[0]["model"]
    assert slm.understand("turn it on").intent is None and not slm.broken


@pytest.fixture(scope="module")
def shop() -> Workshop:
    """A workshop with a small pack and real engines."""
    config = Config()
    return Workshop(
        replace(
            config,
            pack=replace(config.pack, folder=str(coffee())),
            stt=replace(config.stt, second="none"),
        )
    )


def coffee() -> Path:
    """The folder of a pack with few sentences."""
    root = Path(__file__).resolve().parents[1] / "voiceagent"
    (folder,) = [f.parent for f in root.rglob("coffee/intents.yaml")]
    return folder


async def session(shop: Workshop, wait: float) -> list[Event]:
    """What an agent of the workshop makes of a recording that begins later."""
    agent = assemble(shop, AgentOptions(player=VirtualPlayer(), pace=Pace.VIRTUAL))
    await asyncio.sleep(wait)
    await agent.run(FileSource(SAMPLES / "20-never-mind.flac", pace=Pace.VIRTUAL))
    return [record.event for record in agent.trace]


@pytest.mark.audio
def test_agents_of_one_workshop_never_hear_each_other(shop: Workshop) -> None:
    """Both are told the same, one a third of a second after the other."""

    async def together() -> list[list[Event]]:
        return list(await asyncio.gather(*(session(shop, w) for w in (0.0, 0.31))))

    alone = run(session(shop, 0.0), virtual=True)
    assert [event for event in alone if isinstance(event, TurnFinished)]
    assert run(together(), virtual=True) == [alone, alone]
