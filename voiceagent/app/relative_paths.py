"""Paths in the user's own file start where that file lies.

From the folder one stands in they would lead to something else each time: to a pack or
a program that a stranger put there under the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voiceagent.skills.packs.places import shipped_packs

__all__ = ["from_there"]

FILES = (
    *("pack.house", "store.folder", "memory.folder", "knowledge.folders"),
    *("privacy.contacts", "cost.prices", "region.ca_file", "region.certificate"),
    *("serve.certificate", "serve.client_ca", "gateway.policy"),
)
"""Keys whose words are paths."""
NAMES = (
    *("stt.model", "slm.model", "serve.stt_model", "llama.model"),
    *("wake.words", "speak.command"),
)
"""Keys whose words may be names of something else."""


def from_there(
    values: Mapping[str, Mapping[str, Any]], folder: Path
) -> dict[str, dict[str, Any]]:
    """The values of a file in that folder, their paths whole."""
    return {
        section: {
            key: _each(f"{section}.{key}", value, folder) for key, value in body.items()
        }
        for section, body in values.items()
    }


def _each(key: str, value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_each(key, one, folder) for one in value]
    if not isinstance(value, str) or not value or value.startswith("~"):
        return value
    if key in FILES or (key in NAMES and _leads_on(value, folder)):
        return str(folder / value)
    if key == "pack.folder":
        return _pack(value, folder)
    return _skill(value, folder) if key == "pack.skills" else value


def _leads_on(value: str, folder: Path) -> bool:
    """`./say.sh`, or what lies there; not the name of a program or of a model."""
    return value.startswith(("./", "../")) or (folder / value).exists()


def _pack(value: str, folder: Path) -> str:
    if "/" not in value and not (folder / value).is_dir():
        if value in shipped_packs() or _brought("pack", value):
            return value
    return str(folder / value)


def _skill(value: str, folder: Path) -> str:
    bare = "/" not in value and not (folder / value).is_dir()
    return value if bare and _brought("skill", value) else str(folder / value)


def _brought(kind: str, name: str) -> bool:
    """Whether a plugin brings it; nothing is imported."""
    from voiceagent.app.plugins import plugins

    return any(plugin.name == name for plugin in plugins(kind))
