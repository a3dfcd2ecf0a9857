"""The pronunciation dictionary that comes with the recogniser, read as a file."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from voiceagent.errors import EngineMissing

__all__ = ["read_dictionary"]


def read_dictionary() -> dict[str, str]:
    """First pronunciation of each word; raises `EngineMissing`."""
    spec = find_spec("pocketsphinx")
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        file = Path(place) / "model" / "en-us" / "cmudict-en-us.dict"
        if file.is_file():
            lines = file.read_text(encoding="utf-8").splitlines()
            pairs = (line.partition(" ") for line in reversed(lines))
            return {word: phones.strip() for word, _, phones in pairs}
    install = "pip install 'voiceagent[edge]'"
    raise EngineMissing("pocketsphinx", install=install, cause="no dictionary found")
