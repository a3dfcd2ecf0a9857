"""What a configured pack is made of, without reading it as a pack."""

from __future__ import annotations

import hashlib
from pathlib import Path

from voiceagent.errors import PackError
from voiceagent.skills.config import PackConfig
from voiceagent.skills.packs.places import contents, find_pack

__all__ = ["source_of"]


def source_of(config: PackConfig) -> bytes | None:
    """Changes with everything that the pack is made of; None where that is not known:
    what plugins bring is looked up anew each time."""
    folders = [Path(name) for name in config.skills]
    home = Path(config.folder) if config.folder else None
    alone = home is not None and len(home.parts) == 1 and not find_pack(home).is_dir()
    if alone or not all(f.is_dir() or len(f.parts) > 1 for f in folders):
        return None
    found = hashlib.sha256()
    try:
        house = Path(config.house).expanduser() if config.house else None
        for piece in contents(home, folders, house):
            found.update(len(piece).to_bytes(8, "big") + piece)
    except PackError:
        return None
    return found.digest()
