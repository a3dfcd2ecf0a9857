"""Testing with voiceagent: scenarios as pytest items, and tools for tests of your own.

    pytest samples/                       # every *.turn.toml, one item a turn
    pytest samples/ --va-pace realtime    # with threads and real waiting
    pytest samples/ --va-report out.html  # and a report of all turns

Fixtures: `run_virtual` runs a coroutine on the virtual loop, `va_replay` replays a
recording or scenario, `clip` makes sound from a list of pieces. `FaultProxy` stands
between a client and a server and does what networks do.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from voiceagent.audio.frames import RATE
from voiceagent.clock import Pace, run
from voiceagent.replay.fault_proxy import Fault, FaultProxy
from voiceagent.testing.replays import replay_scenario
from voiceagent.testing.scenario_items import ScenarioFile, write_replays
from voiceagent.testing.turn import Turn, timeline

if TYPE_CHECKING:
    from voiceagent.replay.replay import Replay

__all__ = [
    "Fault",
    "FaultProxy",
    "Turn",
    "clip",
    "replay_scenario",
    "run_virtual",
    "timeline",
    "tone",
    "va_replay",
]

T = TypeVar("T")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the plugin."""
    group = parser.getgroup("voiceagent")
    paces = [pace.value for pace in Pace]
    group.addoption("--va-pace", default="virtual", choices=paces, help="replay pace")
    group.addoption("--va-report", default=None, help="write an HTML report here")
    group.addoption(
        "--va-update",
        action="store_true",
        help="write what came into goldens and scenarios instead of comparing",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what could only give a part of the report."""
    several = config.getoption("numprocesses", default=None)
    if several and config.getoption("--va-report"):
        raise pytest.UsageError("`--va-report` needs one process: leave `-n` out")


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Every scenario is a file of items."""
    if not file_path.name.lower().endswith(".turn.toml"):
        return None
    found: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report of all replays, if one is wanted."""
    target = session.config.getoption("--va-report", default=None)
    if target:
        write_replays(session.config, Path(str(target)))


def tone(seconds: float, *, hertz: float = 220.0, level: float = 0.3) -> bytes:
    """A tone as 16 kHz mono signed 16-bit PCM; level 0 is silence."""
    import numpy as np

    t = np.arange(round(seconds * RATE)) / RATE
    wave = level * 32767 * np.sin(2 * np.pi * hertz * t)
    return wave.astype("<i2").tobytes()


@pytest.fixture(name="run_virtual")
def run_virtual() -> Callable[[Coroutine[Any, Any, T]], T]:
    """Runs a coroutine on a virtual loop."""
    return lambda main: run(main, virtual=True)


@pytest.fixture(name="va_replay", scope="session")
def va_replay() -> Callable[..., Replay]:
    """Replays a recording or scenario: `va_replay(path, pace="virtual", wake=True,
    config={"pack.folder": ...})`."""
    return replay_scenario


@pytest.fixture(name="clip")
def clip() -> Callable[..., bytes]:
    """Sound from pieces: `clip((0.5, 0), (1.0, 0.3))` is silence, then a tone."""
    return lambda *pieces: b"".join(tone(s, level=level) for s, level in pieces)
