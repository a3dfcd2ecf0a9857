"""The languages that are known, by name."""

from __future__ import annotations

from collections.abc import Mapping

from voiceagent.errors import UsageError
from voiceagent.lang.en import ENGLISH
from voiceagent.lang.language import Language

__all__ = ["LANGUAGE", "language"]

KNOWN: Mapping[str, Language] = {each.name: each for each in (ENGLISH,)}
LANGUAGE = "en"
"""The language that is heard and spoken where none is named."""


def language(name: str = LANGUAGE) -> Language:
    """The tables of a language; raises `UsageError` for one that is not there."""
    found = KNOWN.get(name)
    if found is None:
        raise UsageError(
            f"language `{name}` is not known", hint=f"known are: {', '.join(KNOWN)}"
        )
    return found
