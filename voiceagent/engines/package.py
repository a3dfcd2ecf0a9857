"""Where an installed package lies, without importing it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from voiceagent.errors import EngineMissing

__all__ = ["package_folder"]


def package_folder(package: str, *, install: str) -> Path:
    """Folder of an installed package, found without importing it; else
    `EngineMissing`."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EngineMissing(package, install=install)
    return Path(spec.submodule_search_locations[0])
