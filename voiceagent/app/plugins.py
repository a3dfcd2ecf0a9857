"""Engines, skills and packs that other distributions bring along.

They stand in the metadata of what is installed, as entry points; reading that runs
nothing of theirs. One is imported when the configuration names it, and not before:

    [project.entry-points."voiceagent.engines"]
    parrot = "parrot_stt:SPEC"        an `EngineSpec` of that name
    [project.entry-points."voiceagent.skills"]
    dice = "dice_skill"               a package beside whose modules lies `intents.yaml`
    [project.entry-points."voiceagent.packs"]
    boat = "boat_pack"                the same, with a house

Under pytest none are seen unless `VOICEAGENT_PLUGINS=on`: what is installed on a
machine must not change a test. `VOICEAGENT_PLUGINS=off` hides them everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from voiceagent import __version__
from voiceagent.app.requirement import allows, split
from voiceagent.errors import PluginError

__all__ = ["SWITCH", "Plugin", "find_plugin", "plugins", "seen"]

SWITCH = "VOICEAGENT_PLUGINS"
"""`on` or `off`; otherwise on, but under pytest."""
KINDS = ("engines", "skills", "packs")


@dataclass(frozen=True, slots=True)
class Plugin:
    """What a distribution offers, as its metadata says."""

    kind: str
    """`engine`, `skill` or `pack`."""
    name: str
    distribution: str
    version: str
    wants: str
    """Versions of voiceagent that it was made for; empty: it does not say."""
    entry: EntryPoint = field(repr=False)

    @property
    def misfit(self) -> str:
        """Why it does not go with this version; empty: it does."""
        if allows(self.wants, __version__):
            return ""
        return f"it was made for voiceagent {self.wants}, and this is {__version__}"

    def load(self) -> Any:
        """What the entry point names; imports its module. Raises `PluginError`."""
        if self.misfit:
            raise self.error(self.misfit)
        try:
            return self.entry.load()
        except (Exception, SystemExit) as error:  # a stranger's module may do anything
            raise self.error(f"{type(error).__name__}: {error}") from error

    def folder(self) -> Path:
        """Where a skill or pack has its files; raises `PluginError`."""
        found = self.load()
        file = getattr(found, "__file__", None)
        if not file:
            raise self.error("its entry point names no module with files")
        return Path(file).parent

    def error(self, cause: str) -> PluginError:
        """That it cannot be used, and why."""
        return PluginError(
            f"{self.kind} `{self.name}` of {self.distribution} {self.version} cannot be"
            " used",
            cause=cause,
            hint="`voiceagent plugins` lists what is installed and what is wrong",
        )


def seen() -> bool:
    """Whether plugins are looked at here."""
    switch = os.environ.get(SWITCH, "").lower()
    if switch in ("on", "off"):
        return switch == "on"
    return "PYTEST_VERSION" not in os.environ


def plugins(kind: str = "") -> Iterator[Plugin]:
    """Everything offered, of one kind (`engine`) or of all; nothing is imported."""
    if not seen():
        return
    for group in KINDS:
        one = group.removesuffix("s")
        if kind in ("", one):
            found = entry_points(group=f"voiceagent.{group}")
            for entry in sorted(found, key=lambda entry: (entry.name, entry.value)):
                yield _plugin(one, entry)


def find_plugin(kind: str, name: str) -> Plugin | None:
    """The one of that name; None: nobody offers it. Raises `PluginError` where several
    do."""
    found = [plugin for plugin in plugins(kind) if plugin.name == name]
    if len(found) > 1:
        makers = " and ".join(plugin.distribution for plugin in found)
        raise PluginError(
            f"{kind} `{name}` is offered twice",
            cause=f"by {makers}",
            hint="uninstall one of them",
        )
    return found[0] if found else None


def _plugin(kind: str, entry: EntryPoint) -> Plugin:
    dist = entry.dist
    wants = ""
    for line in (dist.requires or []) if dist else []:
        name, wanted = split(line)
        if name == "voiceagent":
            wants = wanted
    return Plugin(
        kind=kind,
        name=entry.name,
        distribution=dist.name if dist else "",
        version=dist.version if dist else "",
        wants=wants,
        entry=entry,
    )
