"""Scenarios as pytest items: one for each expected turn, one for the whole.

A scenario that cannot be read or replayed fails in our words: nobody needs to see where
in our code that was found out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from voiceagent.errors import VoiceAgentError
from voiceagent.errors.foreign import one_line, words_of_others
from voiceagent.testing.replays import replay_scenario

if TYPE_CHECKING:
    from voiceagent.replay.expectations import Check
    from voiceagent.replay.replay import Replay

__all__ = ["ScenarioFile", "write_replays"]


class ScenarioFile(pytest.File):
    """A scenario; replayed once for all of its items."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for the whole, and one for each turn."""
        from voiceagent.replay.scenario_file import load_scenario

        scenario, lines = load_scenario(self.path), _turn_lines(self.path)
        yield ScenarioItem.from_parent(self, name="events", turn=0, line=0)
        for number in range(1, len(scenario.turn) + 1):
            line = lines[number - 1] if number <= len(lines) else 0
            name = f"turn-{number}"
            yield ScenarioItem.from_parent(self, name=name, turn=number, line=line)

    def replayed(self) -> Replay:
        """The replay of this scenario, made when first asked for."""
        done = self.config.stash.setdefault(REPLAYS, {})
        if self.path not in done:
            done[self.path] = _outcome(self.path, self.config)
        one = done[self.path]
        if isinstance(one, VoiceAgentError):
            raise one
        return one

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> Any:
        """Our own errors as they are printed elsewhere."""
        if isinstance(excinfo.value, VoiceAgentError):
            return PlainFailure(self.path, 0, excinfo.value)
        return super().repr_failure(excinfo)


REPLAYS: pytest.StashKey[dict[Path, Replay | VoiceAgentError]] = pytest.StashKey()


def _outcome(path: Path, config: pytest.Config) -> Replay | VoiceAgentError:
    try:
        one = replay_scenario(path, str(config.getoption("--va-pace")))
        return (
            _brought_up_to_date(path, one) if config.getoption("--va-update") else one
        )
    except VoiceAgentError as error:
        return error


def _brought_up_to_date(path: Path, one: Replay) -> Replay:
    """What came is written into the scenario, which is then held against it again."""
    from voiceagent.replay.expectations import check
    from voiceagent.replay.scenario_file import load_scenario
    from voiceagent.replay.update import updated

    if not list(updated(path, one)):
        return one
    checks = check(load_scenario(path), one.rows, one.records, timed=False)
    return replace(one, checks=checks)


def _turn_lines(path: Path) -> list[int]:
    """Where the turns stand in the file, from 0."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [i for i, line in enumerate(lines) if line.strip().startswith("[[turn]]")]


class ScenarioItem(pytest.Item):
    """The expectations on one turn, or on the recording as a whole."""

    def __init__(self, *, turn: int, line: int, **options: Any) -> None:
        super().__init__(**options)
        self._turn, self._line = turn, line

    def runtest(self) -> None:
        """Replay if need be, and look at the expectations."""
        assert isinstance(self.parent, ScenarioFile)
        one = self.parent.replayed()
        mine = [check for check in one.checks if check.turn == self._turn]
        failed = [check for check in mine if not check.ok]
        if failed or not mine:
            raise ScenarioFailed(failed, one)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> Any:
        """What was wanted, what came, and what happened around it."""
        if isinstance(excinfo.value, ScenarioFailed | VoiceAgentError):
            return PlainFailure(self.path, self._line, excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self._line, f"{self.path.name}::{self.name}"


class ScenarioFailed(AssertionError):
    """Expectations that did not hold, each with the events around it."""

    def __init__(self, failed: Sequence[Check], one: Replay) -> None:
        super().__init__(one.told(failed) if failed else "nothing was looked at")


@dataclass(frozen=True, slots=True)
class FailureSummary:
    """Where it failed, and in a line how: the names are those that pytest asks for."""

    path: str
    lineno: int
    message: str


class PlainFailure:
    """A failure in words, as pytest prints one: no code, and a line for the summary."""

    def __init__(self, path: Path, line: int, error: BaseException) -> None:
        self.text = words_of_others(str(error))
        first = self.text.partition("\n")[0]
        if isinstance(error, VoiceAgentError):
            first = error.brief
        self.reprcrash = FailureSummary(str(path), line + 1, one_line(first, 400))

    def __str__(self) -> str:
        at = self.reprcrash
        return f"{self.text}\n\n{at.path}:{at.lineno}: {at.message}"

    def toterminal(self, tw: Any) -> None:
        """Print it on pytest's terminal."""
        tw.line(str(self))


def write_replays(config: pytest.Config, path: Path) -> None:
    """A report of all scenarios that were replayed."""
    done = config.stash.get(REPLAYS, {})
    replays = [one for one in done.values() if not isinstance(one, VoiceAgentError)]
    if not replays:
        return
    from voiceagent.app.config import Config
    from voiceagent.app.provenance import provenance
    from voiceagent.replay.waveform import about, notes
    from voiceagent.trace.machine import facts
    from voiceagent.trace.report.write import write_report

    records = [record for one in replays for record in one.records]
    write_report(
        records,
        path,
        title="Scenarios",
        facts={**provenance(Config()), **facts()},
        notes=notes(replays),
        about=about(replays),
    )
