"""Looks at one plugin, in a process that may go with it.

    python -m voiceagent.app.plugin_probe KIND NAME DISTRIBUTION RESULT

RESULT is the file for what was found: what a plugin prints is not mixed with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from voiceagent.app.packs import read_pack
from voiceagent.app.plugins import SWITCH, Plugin, plugins
from voiceagent.child_process.own_path import module_line
from voiceagent.engines.registry import EngineSpec, find_engine
from voiceagent.errors import VoiceAgentError
from voiceagent.skills.config import PackConfig
from voiceagent.store.scratch import ScratchFolder

__all__ = ["LIMIT", "Probed", "probe", "probed"]

SIDE_BY_SIDE = 4
LIMIT = 20.0
"""Seconds that a plugin may take to be loaded."""


class Probed(Struct, frozen=True):
    """What a plugin offers, or what is wrong with it."""

    kind: str
    name: str
    distribution: str
    version: str
    offers: str = ""
    error: str = ""


def probe(plugin: Plugin, *, limit: float = LIMIT) -> Probed:
    """Load a plugin in a child process and say what came of it."""
    told = Probed(plugin.kind, plugin.name, plugin.distribution, plugin.version)
    with ScratchFolder() as folder:
        file = folder.path / "found"
        argv = [*module_line(__name__), plugin.kind, plugin.name]
        why = _run([*argv, plugin.distribution, str(file)], limit)
        try:
            found = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            found = {"error": why or "its process ended without a word"}
    return msgspec.structs.replace(told, **found)


def probed(offered: Iterable[Plugin]) -> Iterator[Probed]:
    """What came of each, in their order; a few are looked at side by side."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        yield from pool.map(probe, offered)


def _run(argv: list[str], limit: float) -> str:
    """Run it and everything that it starts; why it gave nothing, if that is known."""
    nothing = subprocess.DEVNULL
    child = subprocess.Popen(
        argv,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        env=os.environ | {SWITCH: "on"},
        start_new_session=True,
    )
    try:
        status = child.wait(limit)
    except subprocess.TimeoutExpired:
        return f"it was not loaded within {limit:g} s"
    finally:
        with suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    return f"its process was ended by signal {-status}" if status < 0 else ""


def main() -> None:
    """The child."""
    kind, name, distribution, file = sys.argv[1:]
    found = {"error": "it is not installed any more"}
    for plugin in plugins(kind):
        if (plugin.name, plugin.distribution) == (name, distribution):
            try:
                found = {"offers": OFFERS[kind](plugin)}
            except VoiceAgentError as error:
                found = {"error": error.cause or error.what}
    Path(file).write_bytes(msgspec.json.encode(found))


def _engine(plugin: Plugin) -> str:
    spec = plugin.load()
    if not isinstance(spec, EngineSpec):
        raise plugin.error(f"`{plugin.entry.value}` is no `EngineSpec`")
    if spec.name != plugin.name:
        raise plugin.error(f"its engine is called `{spec.name}`")
    if find_engine(spec.stage, spec.name) is not None:
        raise plugin.error(f"voiceagent has a {spec.stage} engine of that name")
    _alone(plugin)
    try:
        spec.load()
    except Exception as error:  # a stranger's module may do anything
        raise plugin.error(f"{type(error).__name__}: {error}") from error
    return f"{spec.stage}: {spec.about or spec.name} ({spec.licences.code})"


def _skill(plugin: Plugin) -> str:
    _alone(plugin)
    packed = read_pack(PackConfig(skills=[plugin.name]))
    for gone in packed.left_out:
        raise plugin.error(gone.why)
    folder = plugin.folder()
    answered = [skill.intents for skill in packed.pack.skills if skill.path == folder]
    return ", ".join(intent for intents in answered for intent in intents)


def _pack(plugin: Plugin) -> str:
    _alone(plugin)
    pack = read_pack(PackConfig(folder=plugin.name)).pack
    skills, intents = len(pack.skills), len(pack.intents.intents)
    return f"skills: {skills}, intents: {intents}"


def _alone(plugin: Plugin) -> None:
    """Refuse a name that another plugin has too."""
    for other in plugins(plugin.kind):
        if other.name == plugin.name and other != plugin:
            raise plugin.error(f"{other.distribution} offers one of that name too")


OFFERS: dict[str, Callable[[Plugin], str]] = {
    "engine": _engine,
    "skill": _skill,
    "pack": _pack,
}

if __name__ == "__main__":
    main()
