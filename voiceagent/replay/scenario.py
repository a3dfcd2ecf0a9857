"""Scenarios: what a recording must lead to, in a TOML file beside it.

The region of a scenario is simulated in a replay, a real one where there is one; it
knows the documents of the samples, which come with the package.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from voiceagent.errors import ScenarioError
from voiceagent.trace.trace import Record
from voiceagent.trace.turn_rows import TurnRow

__all__ = [
    "Check",
    "Expect",
    "Scenario",
    "ScenarioTurn",
    "check",
    "load_scenario",
    "region_values",
    "sample_documents",
]

SUFFIX = ".turn.toml"
PACKAGE = Path(__file__).resolve().parents[1]
SIMULATED = {"ok": "ok", "dies": "cut", "hangs": "hang", "offline": "offline"}
"""What a simulated region does, by what the scenario calls it."""


class Expect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one turn must be; what is not given is not looked at."""

    transcript: str | None = None
    max_wer: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    intent: str | None = None
    slots: dict[str, str | int | float] | None = None
    tier: str | None = None
    reply: str | None = None
    """A part of the reply, any case."""
    within_ms: float | None = None
    """End of speech to first reply sample; looked at where time is honest."""


class ScenarioTurn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One expected turn."""

    at: float | None = None
    """About when it begins, seconds; without it turns are taken in order."""
    expect: Expect = field(default_factory=Expect)
    absent: list[str] = field(default_factory=list)


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recording and its expected turns (none: nothing may be answered)."""

    audio: str
    noise: str = ""
    """A noise file and its level: `kitchen.flac@12dB`."""
    turn: list[ScenarioTurn] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    """Events that must not happen at all, by name."""
    present: list[str] = field(default_factory=list)
    """Events that must happen, by name."""
    region: Literal["", "ok", "dies", "hangs", "offline"] = ""
    """A larger tier that knows `samples/documents`, and what happens to it; simulated
    in replays, a real one in the demo. Empty: the device is alone."""
    config: dict[str, Any] = field(default_factory=dict)
    """Configuration by dotted key, such as `"audio.duplex" = "full"`."""


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation and whether it held."""

    what: str
    ok: bool
    wanted: str = ""
    got: str = ""

    def __str__(self) -> str:
        verdict = "ok" if self.ok else f"wanted {self.wanted!r}, got {self.got!r}"
        return f"{self.what}: {verdict}"


def load_scenario(path: Path) -> Scenario:
    """Read a scenario; raises `ScenarioError` with the key that is wrong."""
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
        return msgspec.convert(data, Scenario)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(
            f"cannot read scenario `{path}`",
            cause=str(error),
            hint="it is TOML: see `samples/` for examples",
        ) from error
    except msgspec.ValidationError as error:
        raise ScenarioError(
            f"scenario `{path}` is wrong", cause=str(error), hint=_near(str(error))
        ) from error


def region_values(kind: str, addresses: Mapping[str, str]) -> dict[str, object]:
    """Configuration by dotted key for a scenario whose region behaves like `kind`;
    `addresses`: of real ones. Nothing where the device is alone."""
    if not kind:
        return {}
    return {
        "region.url": addresses.get(kind, f"sim://{SIMULATED[kind]}"),
        "privacy.leaves": "audio",
        "knowledge.folders": [str(folder) for folder in sample_documents()],
    }


def sample_documents(package: Path = PACKAGE) -> list[Path]:
    """What the region of the samples knows; raises `ScenarioError` where the package
    came without it."""
    in_checkout = (package.parent / "pyproject.toml").is_file()
    checkout = package.parent / "samples" / "documents"
    base = checkout if in_checkout else package / "shipped_documents"
    folders = sorted(one for one in base.glob("*") if one.is_dir())
    if not folders:
        raise ScenarioError(
            "the region of the samples has no documents",
            cause=f"there are none in `{base}`",
            hint="install voiceagent anew, or leave `region` out of the scenario",
        )
    return folders


def check(
    scenario: Scenario,
    rows: Sequence[TurnRow],
    records: Sequence[Record],
    *,
    timed: bool,
) -> list[Check]:
    """Every expectation; `timed`: whether latencies are to be looked at."""
    answered = [row for row in rows if row.latency_ms]
    checks = [_same("turns", len(scenario.turn), len(answered))]
    names = {type(record.event).__name__ for record in records}
    checks += [Check(f"no {n}", n not in names, "absent", n) for n in scenario.absent]
    checks += [Check(f"has {n}", n in names, n, "absent") for n in scenario.present]
    for number, turn in enumerate(scenario.turn):
        row = _row_for(turn, number, answered)
        if row is not None:
            checks += _check_turn(number + 1, turn, row, records, timed=timed)
    return checks


def _row_for(
    turn: ScenarioTurn, number: int, rows: Sequence[TurnRow]
) -> TurnRow | None:
    if turn.at is None:
        return rows[number] if number < len(rows) else None
    at = turn.at
    near = [row for row in rows if row.started is not None]
    return min(near, key=lambda row: abs((row.started or 0.0) - at), default=None)


def _check_turn(
    number: int,
    turn: ScenarioTurn,
    row: TurnRow,
    records: Sequence[Record],
    *,
    timed: bool,
) -> list[Check]:
    expect, name = turn.expect, f"turn {number}"
    checks = []
    if expect.transcript is not None:
        checks.append(_check_words(name, expect, row.transcript))
    if expect.intent is not None:
        got = row.intent.name if row.intent else "none"
        checks.append(_same(f"{name} intent", expect.intent, got))
    if expect.slots is not None:
        slots: Mapping[str, object] = row.intent.slots if row.intent else {}
        checks.append(_same(f"{name} slots", expect.slots, slots))
    if expect.tier is not None:
        checks.append(_same(f"{name} tier", expect.tier, row.tier))
    if expect.reply is not None:
        ok = expect.reply.lower() in row.reply.lower()
        checks.append(Check(f"{name} reply", ok, expect.reply, row.reply))
    if expect.within_ms is not None and timed:
        took = row.response_ms if row.response_ms is not None else float("inf")
        ok = took <= expect.within_ms
        checks.append(Check(f"{name} within", ok, f"{expect.within_ms}", f"{took}"))
    seen = {type(r.event).__name__ for r in records if r.event.turn == row.turn}
    checks += [Check(f"{name} no {n}", n not in seen, "absent", n) for n in turn.absent]
    return checks


def _check_words(name: str, expect: Expect, got: str) -> Check:
    wanted = expect.transcript or ""
    if expect.max_wer == 0:
        return _same(f"{name} transcript", wanted, got)
    ratio = difflib.SequenceMatcher(None, wanted.split(), got.split()).ratio()
    return Check(f"{name} transcript", 1 - ratio <= expect.max_wer, wanted, got)


def _same(what: str, wanted: object, got: object) -> Check:
    return Check(what, wanted == got, str(wanted), str(got))


def _near(message: str) -> str:
    """A "did you mean" for an unknown key."""
    word = message.split("`")[1] if "`" in message else ""
    known = [*Scenario.__struct_fields__, *ScenarioTurn.__struct_fields__]
    near = difflib.get_close_matches(word, [*known, *Expect.__struct_fields__], 1)
    return f"did you mean `{near[0]}`?" if near else "see `samples/` for examples"
