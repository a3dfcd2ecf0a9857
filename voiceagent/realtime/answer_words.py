"""The words of one response, wherever its server tells them, each of them once.

Some tell them piece by piece, some at the end of a part, of an item or of the response,
some as text and as the transcript of a sound that nobody asked for, most several times.
"""

from __future__ import annotations

from voiceagent.errors import RemoteFailed
from voiceagent.realtime.server_events import ItemShown, PartShown

__all__ = ["AnswerWordsReader"]

TEXT, TRANSCRIPT = "text", "transcript"


class AnswerWordsReader:
    """Knows what has been told; each method gives the words that are new."""

    def __init__(self) -> None:
        self._told = ""
        self._family = ""
        """Whether the words are read from text or from transcripts: not from both."""

    @property
    def silent(self) -> bool:
        """Whether there were no words yet."""
        return not self._told

    def delta(self, text: str, *, transcript: bool) -> str:
        """The next piece."""
        if not text or not self._reads(TRANSCRIPT if transcript else TEXT):
            return ""
        self._told += text
        return text

    def part(self, part: PartShown) -> str:
        """A part as a whole. Raises `RemoteFailed` where words before it are lost."""
        family = TEXT if part.text else TRANSCRIPT
        text = part.text or part.transcript or ""
        if not text or not self._reads(family):
            return ""
        if _letters(text) in _letters(self._told):
            return ""
        return self._rest(text, or_new=True)

    def whole(self, items: list[ItemShown]) -> str:
        """All of it, at the end. Raises `RemoteFailed` where words are lost."""
        texts = [self._text(item) for item in items if item.type == "message"]
        text = " ".join(filter(None, texts))
        return self._rest(text, or_new=False) if text else ""

    def _reads(self, family: str) -> bool:
        self._family = self._family or family
        return family == self._family

    def _text(self, item: ItemShown) -> str:
        parts = item.content or ()
        texts = " ".join(part.text for part in parts if part.text)
        heard = " ".join(part.transcript for part in parts if part.transcript)
        return (heard or texts) if self._family == TRANSCRIPT else (texts or heard)

    def _rest(self, text: str, *, or_new: bool) -> str:
        """What of `text` has not been told; `or_new`: it may be something further."""
        told, found = _letters(self._told), _letters(text)
        if not found.startswith(told):
            if or_new and told[:1] != found[:1]:
                rest = f" {text}"
            elif len(found) > len(told):
                raise RemoteFailed(
                    "the answer was broken off", cause="some of its words did not come"
                )
            else:
                return ""
        else:
            rest = _after(text, len(told)).rstrip() if told else text
            if self._told[-1:].isspace():
                rest = rest.lstrip()
        self._told += rest
        return rest


def _letters(text: str) -> str:
    return "".join(text.split())


def _after(text: str, letters: int) -> str:
    """What follows so many letters, spaces not counted; spaces go with what follows."""
    for at, letter in enumerate(text):
        letters -= not letter.isspace()
        if not letters:
            return text[at + 1 :]
    return ""
