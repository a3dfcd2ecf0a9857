"""What the engines of a configuration need installed, and what others would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.app.choices import chosen
from voiceagent.engines.registry import (
    ENGINES,
    LIBRARIES,
    EngineSpec,
    EngineStage,
    packages_of,
)
from voiceagent.errors import install_line

if TYPE_CHECKING:
    from msgspec import Struct

__all__ = ["Need", "packages", "programs"]


@dataclass(frozen=True, slots=True)
class Need:
    """A package or program."""

    name: str
    what: str
    """What it does, and under which licences."""
    install: str
    needed: bool
    """False: with this configuration the agent also works without it."""
    same: tuple[str, ...] = ()
    """Others that do the same: one is enough."""


def packages(config: Struct) -> Iterator[Need]:
    """Distributions, those of engines first."""
    wanted = {name for spec in chosen(config) for name in packages_of(spec)}
    runtimes = tuple(s.package for s in ENGINES if s.stage is EngineStage.SLM)
    for name, spec in _by_package().items():
        same = runtimes if name in runtimes else ()
        line = spec.install_line
        yield Need(name, _what(spec), line, name in wanted, same)
    for name, what, licence, extra in LIBRARIES:
        yield Need(name, f"{what}; {licence}", install_line(extra), True)


def programs() -> Iterator[Need]:
    """Voices that are programs, and what reads other kinds of sound files."""
    for spec in ENGINES:
        if spec.install.startswith("apt-get "):
            needed = spec.name == "espeak"
            yield Need(
                spec.package, "a voice", f"apt-get install {spec.package}", needed
            )
    files = "m4a, webm, mkv and other kinds of sound files; LGPL-2.1 or GPL-2"
    yield Need("ffmpeg", files, "apt-get install ffmpeg", needed=False)


def _by_package() -> dict[str, EngineSpec]:
    """One engine of each distribution, that which is not made of others."""
    found: dict[str, EngineSpec] = {}
    for spec in ENGINES:
        if spec.extra and not spec.parts:
            found.setdefault(spec.package, spec)
    return found


def _what(spec: EngineSpec) -> str:
    weights = spec.licences.weights
    return f"{spec.about}; {spec.licences.code}" + (
        f", weights {weights}" if weights else ""
    )
