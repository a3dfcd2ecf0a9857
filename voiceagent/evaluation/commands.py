"""How many spoken commands do what was said.

Two kinds of labels: meaning (`intent`, `slots`: exact, nothing extra) and words
(`text`: the same words, and some intent). Files marked `reject` must do nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from voiceagent.audio.arrays import Samples
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.clock import cpu_seconds
from voiceagent.errors import UsageError
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent
from voiceagent.replay.mixing import mix_noise
from voiceagent.stt.protocol import Recognition

__all__ = [
    "Case",
    "CommandsReport",
    "CommandOutcome",
    "RecogniseCommand",
    "evaluate_commands",
    "read_cases",
    "score",
    "summarise",
]

RecogniseCommand = Callable[[Samples], tuple[Recognition, Intent | None]]
"""What the recogniser and the parser make of one recording."""


@dataclass(frozen=True, slots=True)
class Case:
    """A recording and what is known about it."""

    path: Path
    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    reject: bool = False
    """Nothing may be done on it."""


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What became of one case."""

    strict: bool
    """Intent and slots exactly right; with `text`: those words and some intent; with
    `reject`: nothing."""
    lenient: bool
    """The same, slots beyond the expected ones ignored (the published metric)."""
    acted: bool
    """Something would have been done."""
    slots_right: int
    slots_expected: int
    asked: bool = False
    """It was understood, but not surely: the user would be asked."""

    @property
    def wrong_action(self) -> bool:
        """Something was done that was not asked for."""
        return self.acted and not self.strict


@dataclass(frozen=True, slots=True)
class CommandsReport:
    """Shares are 0..1; `None` where no case asks for it."""

    cases: int
    strict: float | None
    """Of the commands, done exactly as said."""
    lenient: float | None
    slot_recall: float | None
    refused: float | None
    """Of the commands, not acted upon; those that are asked about included."""
    asked: float | None
    """Of the commands, asked about instead of guessed."""
    wrong_action: float | None
    """Of the commands, something else was done."""
    rejected: float | None
    """Of the files that must be rejected, those that were."""
    must_reject: int
    rtf: float
    """Processor seconds per second of audio."""
    missed: tuple[str, ...] = ()
    """File names of the cases that were not right."""

    def to_json(self) -> dict[str, Any]:
        """Fields by name."""
        return asdict(self)


def read_cases(labels: Path) -> list[Case]:
    """The cases of a `labels.jsonl`; `UsageError` names the line that is wrong."""
    try:
        lines = labels.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read labels `{labels}`", cause=str(error)) from error
    cases = [
        _case(labels, number, line)
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not cases:
        raise UsageError(f"no labels in `{labels}`", cause="the file is empty")
    return cases


def _case(labels: Path, number: int, line: str) -> Case:
    try:
        row = json.loads(line)
        path = labels.parent / row["file"]
        slots = {str(name): str(value) for name, value in row.get("slots", {}).items()}
        case = Case(
            path, row.get("intent"), slots, row.get("text"), bool(row.get("reject"))
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"labels `{labels}`, line {number} cannot be read",
            cause=f"{type(error).__name__}: {error}",
            hint='each line is an object with "file" and what is known about it',
        ) from error
    if not (case.reject or case.intent or case.text):
        raise UsageError(
            f"labels `{labels}`, line {number} say nothing to compare with",
            hint='give "intent" and "slots", or "text", or "reject": true',
        )
    return case


def score(case: Case, heard: Recognition, intent: Intent | None) -> CommandOutcome:
    """Compare one result with what is known."""
    acted = heard.accepted and intent is not None
    asked = heard.accepted and intent is None
    if case.reject:
        return CommandOutcome(not acted, not acted, acted, 0, 0, asked)
    if case.intent is None:
        right = acted and spoken(heard.text) == spoken(case.text or "")
        return CommandOutcome(right, right, acted, 0, 0, asked)
    found = _plain(intent.slots) if acted and intent is not None else {}
    expected = _plain(case.slots)
    right_slots = sum(found.get(name) == value for name, value in expected.items())
    named = acted and intent is not None and intent.name == case.intent
    lenient = named and right_slots == len(expected)
    strict = lenient and len(found) == len(expected)
    return CommandOutcome(strict, lenient, acted, right_slots, len(expected), asked)


def _plain(slots: Mapping[str, Any]) -> dict[str, str]:
    """Values as words, so that 5, 5.0 and "five" are one."""
    return {name: spoken(_shown(value)) for name, value in slots.items()}


def _shown(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and isinstance(value, float) else str(value)


def summarise(
    cases: Sequence[Case], outcomes: Sequence[CommandOutcome], *, rtf: float
) -> CommandsReport:
    """The report over all cases."""
    pairs = list(zip(cases, outcomes, strict=True))
    commands = [outcome for case, outcome in pairs if not case.reject]
    strangers = [outcome for case, outcome in pairs if case.reject]
    slots = sum(outcome.slots_expected for outcome in commands)
    return CommandsReport(
        cases=len(pairs),
        strict=_share(outcome.strict for outcome in commands),
        lenient=_share(outcome.lenient for outcome in commands),
        slot_recall=sum(o.slots_right for o in commands) / slots if slots else None,
        refused=_share(not outcome.acted for outcome in commands),
        asked=_share(outcome.asked for outcome in commands),
        wrong_action=_share(outcome.wrong_action for outcome in commands),
        rejected=_share(not outcome.acted for outcome in strangers),
        must_reject=len(strangers),
        rtf=rtf,
        missed=tuple(case.path.name for case, out in pairs if not out.strict),
    )


def _share(values: Iterable[bool]) -> float | None:
    flags = list(values)
    return sum(flags) / len(flags) if flags else None


def evaluate_commands(
    recognise: RecogniseCommand,
    cases: Sequence[Case],
    *,
    noise: Path | None = None,
    snr_db: float | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> CommandsReport:
    """Run every case; `noise` is mixed in at `snr_db` (seeded by the case's number)."""
    if (noise is None) != (snr_db is None):
        raise UsageError("`--noise` and `--snr` belong together", hint="give both")
    ground = None if noise is None else read_audio(noise).samples
    outcomes: list[CommandOutcome] = []
    spent = seconds = 0.0
    for number, case in enumerate(cases):
        samples = read_audio(case.path).samples
        if ground is not None and snr_db is not None:
            samples = mix_noise(samples, ground, snr_db, seed=number)
        before = cpu_seconds()
        heard, intent = recognise(samples)
        spent += cpu_seconds() - before
        seconds += len(samples) / RATE
        outcomes.append(score(case, heard, intent))
        progress(number + 1, len(cases))
    return summarise(cases, outcomes, rtf=spent / max(seconds, 1e-9))
