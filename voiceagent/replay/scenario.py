"""Scenarios: what a recording must lead to, in a TOML file beside it.

Files and folders are relative to the scenario's own folder. The region of a scenario is
simulated in a replay, a real one where there is one; it knows the documents of the
samples, which come with the package.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from voiceagent.errors import ScenarioError
from voiceagent.skills.packs.places import find_pack

__all__ = [
    "SUFFIX",
    "Expect",
    "Scenario",
    "ScenarioTurn",
    "dotted",
    "is_scenario",
    "noise_of",
    "pack_folder",
    "region_values",
    "sample_documents",
    "scenario_values",
]

SUFFIX = ".turn.toml"
PACKAGE = Path(__file__).resolve().parents[1]
SIMULATED = {"ok": "ok", "dies": "cut", "hangs": "hang", "offline": "offline"}
"""What a simulated region does, by what the scenario calls it."""
PATHS = ("pack.skills", "knowledge.folders")
"""Configuration that lists folders."""


class Expect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one turn must be; what is not given is not looked at."""

    transcript: str | None = None
    """The words, in any case and without punctuation; empty: none at all."""
    max_wer: Annotated[float, Meta(ge=0.0, lt=1.0)] | None = None
    """Errors a word of the transcript that are forgiven."""
    intent: str | None = None
    """`none`: nothing was understood."""
    slots: dict[str, str | int | float] | None = None
    tier: str | None = None
    reply: str | None = None
    """A part of the reply, any case."""
    within_ms: Annotated[float, Meta(gt=0.0)] | None = None
    """End of speech to first reply sample; looked at where time is honest."""


class ScenarioTurn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One expected turn."""

    at: Annotated[float, Meta(ge=0.0)] | None = None
    """About when it begins, seconds; without it turns are taken in order."""
    expect: Expect = field(default_factory=Expect)
    absent: list[str] = field(default_factory=list)
    """Events that must not happen in it, by name."""
    present: list[str] = field(default_factory=list)
    """Events that must happen in it, by name."""


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
    pack: str = ""
    """A pack instead of the built-in home: a folder, or the name of a shipped one."""
    house: str = ""
    """A `house.toml` instead of the pack's own."""
    wake: Literal["auto", "off"] = "auto"
    """`off`: the recording is one command, without a wake word."""
    region: Literal["", "ok", "dies", "hangs", "offline"] = ""
    """A larger tier that knows `samples/documents`, and what happens to it; simulated
    in replays, a real one in the demo. Empty: the device is alone."""
    config: dict[str, Any] = field(default_factory=dict)
    """Configuration by dotted key, such as `"audio.duplex" = "full"`."""


def is_scenario(path: Path) -> bool:
    """Whether a file is called like one."""
    return path.name.lower().endswith(SUFFIX)


def scenario_values(
    scenario: Scenario, folder: Path, addresses: Mapping[str, str]
) -> dict[str, object]:
    """Its configuration by dotted key; `folder`: where it lies, `addresses`: of real
    regions by what happens to them."""
    values = region_values(scenario.region, addresses)
    if scenario.pack:
        values["pack.folder"] = str(pack_folder(scenario.pack, folder))
    if scenario.house:
        values["pack.house"] = str((folder / scenario.house).resolve())
    for key, value in dotted(scenario.config).items():
        found = isinstance(value, list) and key in PATHS
        values[key] = [_near_it(folder, one) for one in value] if found else value
    return values


def dotted(config: Mapping[str, Any]) -> dict[str, Any]:
    """By dotted key what may stand in tables: `config.budget.response_ms = 500`."""
    flat: dict[str, Any] = {}
    for key, value in config.items():
        inner = value if isinstance(value, dict) and "." not in key else None
        flat |= (
            {key: value}
            if inner is None
            else {f"{key}.{name}": one for name, one in inner.items()}
        )
    return flat


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


def noise_of(text: str) -> tuple[str, float] | None:
    """File and level in dB; None where there is no level."""
    file, _, level = text.rpartition("@")
    try:
        snr = float(level.removesuffix("dB"))
    except ValueError:
        return None
    return (file, snr) if file and math.isfinite(snr) else None


def pack_folder(name: str, folder: Path) -> Path:
    """The folder beside the scenario, or the shipped pack of that name."""
    beside = (folder / name).resolve()
    return beside if beside.is_dir() else find_pack(Path(name))


def _near_it(folder: Path, name: object) -> object:
    beside = folder / str(name)
    return str(beside.resolve()) if beside.is_dir() else name
