"""The languages that are known, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from voiceagent.errors import UsageError
from voiceagent.lang.language import Language

__all__ = ["LANGUAGE", "LANGUAGES", "language"]


def _english() -> Language:
    from voiceagent.lang.en import ENGLISH

    return ENGLISH


LANGUAGES: Mapping[str, Callable[[], Language]] = {"en": _english}
"""Each is read when it is first asked for: a command line that only prints its help
needs none."""
LANGUAGE = "en"
"""The language that is heard and spoken where none is named."""


@cache
def language(name: str = LANGUAGE) -> Language:
    """The tables of a language; raises `UsageError` for one that is not there."""
    read = LANGUAGES.get(name)
    if read is None:
        raise UsageError(
            f"language `{name}` is not known", hint=f"known are: {', '.join(LANGUAGES)}"
        )
    return read()
