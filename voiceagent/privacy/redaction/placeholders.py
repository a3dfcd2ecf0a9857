"""Placeholders: typed, stable within a session, and put back on the device alone."""

from __future__ import annotations

import re

__all__ = ["Placeholders", "Restorer"]

KINDS = ("NAME", "NUMBER", "EMAIL", "ADDRESS", "CODE", "DATE", "LINK")
SHAPE = re.compile(rf"\[?\b({'|'.join(KINDS)})[ _-]?(\d{{1,4}})\b\]?", re.IGNORECASE)
BEGINNINGS = sorted({kind[:n] for kind in KINDS for n in range(1, len(kind))})
OPEN = re.compile(
    rf"(?:\[[^\]\s]{{0,14}}(?: \d{{0,4}})?|\b(?:{'|'.join(KINDS)})[ _-]?\d*"
    rf"|\b(?:{'|'.join(BEGINNINGS)}))$",
    re.IGNORECASE,
)
"""The end of a text that may be the beginning of a placeholder."""
KEPT = 1000
"""Secrets remembered in a session; beyond that they are replaced without a way back."""


class Placeholders:
    """Gives every secret of a session its placeholder."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, str], str] = {}
        self._said: dict[str, str] = {}
        self._counts = dict.fromkeys(KINDS, 0)

    def of(self, kind: str, key: str, said: str) -> str:
        """The placeholder for a secret of that kind; `said`: how it was put now."""
        found = self._by_key.get((kind, key))
        if found is None:
            self._counts[kind] += 1
            found = f"[{kind}_{self._counts[kind]}]"
            if len(self._said) >= KEPT:
                return found
            self._by_key[kind, key] = found
            self._said[found] = said
        return found

    def restore(self, text: str) -> str:
        """The text with the secrets back in their places."""
        return SHAPE.sub(self._restored, text)

    def _restored(self, found: re.Match[str]) -> str:
        name = f"[{found[1].upper()}_{int(found[2])}]"
        return self._said.get(name, found[0])


class Restorer:
    """Puts secrets back into a text that comes in pieces of any length."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders, self._text = placeholders, ""

    def push(self, piece: str) -> str:
        """Take the next piece; gives what is certain by now."""
        text = self._text + piece
        begun = OPEN.search(text)
        cut = begun.start() if begun else len(text)
        self._text = text[cut:]
        return self._placeholders.restore(text[:cut])

    def end(self) -> str:
        """Nothing follows: what was kept back."""
        text, self._text = self._text, ""
        return self._placeholders.restore(text)

    def whole(self, text: str) -> str:
        """A text that is complete."""
        return self._placeholders.restore(text)
