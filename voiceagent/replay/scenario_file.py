"""Reading scenarios: what is written there has an effect, or is an error.

A test with a slip of the pen must not be green: every error names the file and the key,
and what may have been meant.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from voiceagent.errors import ScenarioError
from voiceagent.errors.meant import did_you_mean
from voiceagent.replay.scenario import (
    Expect,
    Scenario,
    ScenarioTurn,
    dotted,
    noise_of,
    pack_folder,
)
from voiceagent.replay.slips import ScenarioSlip, slip_of
from voiceagent.skills.packs.places import shipped_packs
from voiceagent.trace import events

__all__ = ["load_scenario"]

EVENTS = frozenset(events.__all__) - {"Event"}
KEYS_OF_THE_TOP = {"pack.folder": "pack", "pack.house": "house"}
"""Configuration that stands at the top, where paths are the scenario's."""
IDLE = ("serve", "upstream", "llama", "memory", "store", "telemetry", "home_assistant")
"""Sections that a replay never reads: it has a house, a store and a region of its
own."""


def load_scenario(path: Path) -> Scenario:
    """Read a scenario; raises `ScenarioError` with the key that is wrong."""
    try:
        with path.open("rb") as file:
            data = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(
            f"cannot read scenario `{path}`",
            cause=str(error),
            hint="it is TOML: see `samples/` for examples",
        ) from error
    wrong = slip_of(data, Scenario, ScenarioTurn, Expect)
    if wrong:
        raise _wrong(path, *wrong)
    try:
        scenario = msgspec.convert(data, Scenario)
    except msgspec.ValidationError as error:
        raise _wrong(path, str(error), "") from error
    for cause, hint in _faults(scenario, path.parent):
        raise _wrong(path, cause, hint)
    return scenario


def _wrong(path: Path, cause: str, hint: str) -> ScenarioError:
    hint = hint or "see `samples/` for examples"
    return ScenarioError(f"scenario `{path}` is wrong", cause=cause, hint=hint)


def _faults(scenario: Scenario, folder: Path) -> Iterator[ScenarioSlip]:
    """What is well-formed and still cannot be meant."""
    yield from _file_faults(scenario, folder)
    yield from _event_faults(scenario.absent, scenario.present, "$")
    yield from _order_faults(scenario)
    for number, turn in enumerate(scenario.turn, 1):
        yield from _event_faults(turn.absent, turn.present, f"$.turn[{number}]")
        yield from _expect_faults(turn.expect, f"$.turn[{number}].expect")
    yield from _config_faults(scenario)


def _file_faults(scenario: Scenario, folder: Path) -> Iterator[ScenarioSlip]:
    yield from _missing("audio", scenario.audio, folder)
    if scenario.noise:
        found = noise_of(scenario.noise)
        if found is None:
            hint = "write it as `kitchen.flac@12dB`"
            yield f"`$.noise`: no level in dB in `{scenario.noise}`", hint
        else:
            yield from _missing("noise", found[0], folder)
    if scenario.house:
        yield from _missing("house", scenario.house, folder)
    if scenario.pack and not pack_folder(scenario.pack, folder).is_dir():
        known = ", ".join(shipped_packs())
        yield (
            f"`$.pack`: there is no folder `{scenario.pack}` beside it",
            f"it is relative to the scenario; packs that are shipped: {known}",
        )


def _missing(key: str, name: str, folder: Path) -> Iterator[ScenarioSlip]:
    if (folder / name).is_file():
        return
    beside = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    hint = did_you_mean(name, beside) or f"it is looked for in `{folder}`"
    yield f"`$.{key}`: there is no file `{name}`", hint


def _event_faults(
    absent: Sequence[str], present: Sequence[str], where: str
) -> Iterator[ScenarioSlip]:
    for key, names in (("absent", absent), ("present", present)):
        for name in names:
            if name not in EVENTS:
                hint = (
                    did_you_mean(name, EVENTS) or f"events: {', '.join(sorted(EVENTS))}"
                )
                yield f"`{where}.{key}`: there is no event `{name}`", hint
    for name in set(absent) & set(present):
        yield f"`{where}`: `{name}` is both absent and present", "leave one of them out"


def _order_faults(scenario: Scenario) -> Iterator[ScenarioSlip]:
    told = [turn.at for turn in scenario.turn if turn.at is not None]
    if any(not math.isfinite(at) for at in told):
        yield "`$.turn`: `at` is no time", "seconds from the start of the recording"
    if told != sorted(set(told)):
        yield "`$.turn`: every `at` has to be later than the one before", ""
    if scenario.wake == "off" and (told or len(scenario.turn) > 1):
        yield (
            '`$.wake`: with "off" the recording is one command',
            "write one `[[turn]]`, without `at`",
        )


def _expect_faults(expect: Expect, where: str) -> Iterator[ScenarioSlip]:
    if expect.max_wer is not None and not expect.transcript:
        yield f"`{where}.max_wer` without a `transcript`", "add the words"
    if expect.reply is not None and not expect.reply.strip():
        yield f"`{where}.reply` is empty: any reply has it", "leave it out"
    numbers = [expect.within_ms, expect.max_wer, *(expect.slots or {}).values()]
    if any(isinstance(n, float) and not math.isfinite(n) for n in numbers):
        yield f"`{where}`: `inf` and `nan` are always or never right", ""


def _config_faults(scenario: Scenario) -> Iterator[ScenarioSlip]:
    config = dotted(scenario.config)
    for key, top in KEYS_OF_THE_TOP.items():
        if key in config:
            yield f'`$.config."{key}"` stands elsewhere', f"write `{top} = ...` on top"
    for key in config:
        if key.partition(".")[0] in IDLE:
            yield f'`$.config."{key}"` means nothing in a replay', "leave it out"
    if scenario.region and "region.url" in config:
        yield '`$.region` and `$.config."region.url"`', "leave one of them out"
