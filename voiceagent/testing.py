"""Testing with voiceagent: scenarios as pytest items, and tools for tests of your own.

    pytest samples/                       # every *.turn.toml, one item a turn
    pytest samples/ --va-pace realtime    # with threads and real waiting
    pytest samples/ --va-report out.html  # and a report of all turns

Fixtures: `run_virtual` runs a coroutine on the virtual loop, `va_replay` replays a
recording or scenario, `clip` makes sound from a list of pieces. `FaultProxy` stands
between a client and a server and does what networks do.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from voiceagent.audio.frames import RATE
from voiceagent.clock import Pace, run
from voiceagent.replay.fault_proxy import Fault, FaultProxy

if TYPE_CHECKING:
    from voiceagent.replay.replay import Replay
    from voiceagent.replay.scenario import Check
    from voiceagent.trace.turn_rows import TurnRow

__all__ = [
    "Fault",
    "FaultProxy",
    "Turn",
    "clip",
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
        "--va-update", action="store_true", help="write goldens instead of comparing"
    )


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Every scenario is a file of items."""
    if not file_path.name.endswith(".turn.toml"):
        return None
    found: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report of all replays, if one is wanted."""
    target = session.config.getoption("--va-report", default=None)
    done = session.config.stash.get(REPLAYS, {})
    if target and done:
        from voiceagent.replay.waveform import notes
        from voiceagent.trace.machine import facts
        from voiceagent.trace.report.write import write_report

        replays = list(done.values())
        records = [record for one in replays for record in one.records]
        path = Path(str(target))
        write_report(
            records, path, title="Scenarios", facts=facts(), notes=notes(replays)
        )


REPLAYS: pytest.StashKey[dict[Path, Replay]] = pytest.StashKey()


class ScenarioFile(pytest.File):
    """A scenario; replayed once for all of its items."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for the whole, and one for each turn."""
        from voiceagent.replay.scenario import load_scenario

        scenario = load_scenario(self.path)
        yield ScenarioItem.from_parent(self, name="events", prefixes=None)
        for number in range(1, len(scenario.turn) + 1):
            prefix = f"turn {number} "
            yield ScenarioItem.from_parent(self, name=f"turn-{number}", prefixes=prefix)

    def replayed(self) -> Replay:
        """The replay of this scenario, made when first asked for."""
        done = self.config.stash.setdefault(REPLAYS, {})
        if self.path not in done:
            done[self.path] = replay_scenario(
                self.path, str(self.config.getoption("--va-pace"))
            )
        return done[self.path]


class ScenarioItem(pytest.Item):
    """The expectations on one turn, or on the events as a whole."""

    def __init__(self, *, prefixes: str | None, **options: Any) -> None:
        super().__init__(**options)
        self._prefix = prefixes

    def runtest(self) -> None:
        """Replay if need be, and look at the expectations."""
        assert isinstance(self.parent, ScenarioFile)
        one = self.parent.replayed()
        failed = [check for check in self._mine(one) if not check.ok]
        if failed:
            raise ScenarioFailed(failed, one)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> str:
        """What was wanted, what came, and what happened around it."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, 0, f"{self.path.name}::{self.name}"

    def _mine(self, one: Replay) -> list[Check]:
        if self._prefix is not None:
            return [c for c in one.checks if c.what.startswith(self._prefix)]
        return [c for c in one.checks if not c.what.startswith("turn ")]


class ScenarioFailed(AssertionError):
    """Expectations that did not hold, with the events of the recording."""

    def __init__(self, failed: Sequence[Check], one: Replay) -> None:
        lines = [str(check) for check in failed]
        super().__init__("\n".join([*lines, "", *timeline(one)]))


class Turn:
    """A turn with assertions that read as sentences.

    `Turn(row).understood("light.turn_on").within(ms=700).on("device")`
    """

    def __init__(self, row: TurnRow) -> None:
        self.row = row

    def heard(self, text: str) -> Turn:
        """The final words are `text`."""
        assert self.row.transcript == text, self._saw()
        return self

    def understood(self, name: str, **slots: object) -> Turn:
        """It means `name`, with exactly these slots where some are given."""
        assert self.row.intent is not None and self.row.intent.name == name, self._saw()
        assert not slots or self.row.intent.slots == slots, self._saw()
        return self

    def on(self, tier: str) -> Turn:
        """That tier answered."""
        assert self.row.tier == tier, self._saw()
        return self

    def within(self, *, ms: float) -> Turn:
        """The first sample of the reply came in time."""
        took = self.row.response_ms
        assert took is not None and took <= ms, self._saw()
        return self

    def said(self, part: str) -> Turn:
        """The reply holds `part`, in any case."""
        assert part.lower() in self.row.reply.lower(), self._saw()
        return self

    def _saw(self) -> str:
        return f"turn {self.row.turn} of {self.row.file}: {self.row.as_dict()}"


def timeline(one: Replay) -> list[str]:
    """The events of a replay, one a line."""
    return [f"{at:8.3f} s  {event}" for at, event in one.records]


def replay_scenario(path: Path, pace: str = "virtual") -> Replay:
    """Replay a recording or scenario with the default configuration."""
    from voiceagent.replay.replay import ReplaySettings, replay_path
    from voiceagent.replay.variants import Variants

    shop = _workshop()
    variants = Variants(shop)
    settings = ReplaySettings(pace=Pace(pace))
    return replay_path(shop, path, settings, configured=variants.workshop)


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
    """Replays a recording or scenario: `va_replay(path, pace="virtual")`."""
    return replay_scenario


@pytest.fixture(name="clip")
def clip() -> Callable[..., bytes]:
    """Sound from pieces: `clip((0.5, 0), (1.0, 0.3))` is silence, then a tone."""
    return lambda *pieces: b"".join(tone(s, level=level) for s, level in pieces)


_WORKSHOPS: list[Any] = []


def _workshop() -> Any:
    """One workshop a test session: engines load once."""
    if not _WORKSHOPS:
        from voiceagent.app.config import Config
        from voiceagent.app.workshop import Workshop

        _WORKSHOPS.append(Workshop(Config()))
    return _WORKSHOPS[0]
