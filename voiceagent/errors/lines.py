"""The lines that hints name, as they have to be typed here.

Errors and events name them the same on every machine, between backticks: `pip install
'voiceagent[edge]'`, `apt-get install flite`, `voiceagent models list`. Which line does
that depends on where it is read: in a checkout or beside an installed package, with the
environment on the search path or not, as root or not, on Debian or elsewhere. Whoever
shows a hint to a person passes it through `here`.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shlex import quote

__all__ = ["Surroundings", "here", "surroundings"]

LINE = re.compile(
    r"(run )?`(?:(pip install|apt-get install|voiceagent) ([^`]+)"
    r"|(scripts/\w+\.py)( [^`]+)?)`"
)
EXTRAS = re.compile(r"'voiceagent(\[[\w,-]+\])'")
BREW = {"libportaudio2": "portaudio"}
"""Debian's packages that Homebrew knows by another name."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How this process was started, as a person would type it from this folder."""

    python: str
    program: str
    """`voiceagent`, or what stands for it."""
    install: str
    """Installs a Python package beside ours."""
    checkout: str = ""
    """The folder of the sources; empty where the package is installed."""
    system: str = ""
    """Installs a package of the system; empty where that is not known."""


def here(text: str, place: Surroundings | None = None) -> str:
    """The text, with its lines as they work in this place."""
    if "`" not in text:
        return text
    known = place or surroundings()
    return LINE.sub(lambda found: _told(known, *found.groups("")), text)


def _told(
    place: Surroundings, run: str, kind: str, rest: str, script: str, given: str
) -> str:
    match kind:
        case "voiceagent":
            return f"{run}`{place.program} {rest}`"
        case "pip install":
            return f"{run}`{_packages(place, rest)}`"
        case "apt-get install" if place.system:
            return f"{run}`{_programs(place, rest)}`"
        case "apt-get install":
            names = ", ".join(rest.split())
            how = "with the package manager of this system"
            return f"install {names} (Debian's names) {how}"
        case _ if place.checkout:
            file = quote(os.path.normpath(f"{place.checkout}/{script}"))
            return f"{run}`{place.python} {file}{given}`"
        case _:
            return f"{run}`{script}{given}` (in a checkout of the sources)"


def _packages(place: Surroundings, wanted: str) -> str:
    extras = EXTRAS.fullmatch(wanted)
    if not place.checkout or extras is None:
        return f"{place.install} {wanted}"
    pins = quote(os.path.normpath(f"{place.checkout}/constraints.txt"))
    ours = quote(f"{place.checkout}{extras[1]}")
    return f"{place.install} --constraint {pins} --editable {ours}"


def _programs(place: Surroundings, wanted: str) -> str:
    names = wanted.split()
    if place.system.startswith("brew"):
        names = [BREW.get(name, name) for name in names]
    return " ".join((place.system, *names))


def surroundings() -> Surroundings:
    """Those of this process."""
    folder = Path(sys.executable or "python3").parent
    python = _typed(Path(sys.executable or "python3"))
    return Surroundings(
        python=python,
        program=_on_path(folder / "voiceagent") or f"{python} -m voiceagent",
        install=_install(folder, python),
        checkout=_checkout(),
        system=_system(),
    )


def _typed(path: Path) -> str:
    """A path from the current folder where it is below it."""
    try:
        return quote(str(path.relative_to(Path.cwd())))
    except (ValueError, OSError):
        return quote(str(path))


def _on_path(file: Path) -> str:
    """The bare name if the shell finds that very file, else its path; empty: none."""
    if not file.exists():
        return ""
    found = shutil.which(file.name)
    same = found and os.path.realpath(found) == os.path.realpath(file)
    return file.name if same else _typed(file)


def _install(folder: Path, python: str) -> str:
    if find_spec("pip") is None:
        if shutil.which("uv"):
            return f"uv pip install --python {python}"
        return f"{python} -m ensurepip && {python} -m pip install"
    own = _on_path(folder / "pip") == "pip"
    return "pip install" if own else f"{python} -m pip install"


def _checkout() -> str:
    root = Path(__file__).resolve().parents[2]
    if not (root / "constraints.txt").is_file() or not (root / "models").is_dir():
        return ""
    return "." if root == Path.cwd().resolve() else str(root)


def _system() -> str:
    if shutil.which("apt-get"):
        root = not hasattr(os, "geteuid") or os.geteuid() == 0
        return "apt-get install" if root else "sudo apt-get install"
    return "brew install" if shutil.which("brew") else ""
