"""Server-sent events: bytes of any length in, the data of whole events out."""

from __future__ import annotations

from collections.abc import Iterator

from voiceagent.errors import RemoteFailed

__all__ = ["SseReader"]

LONGEST = 1_000_000
"""Bytes of one line."""


class SseReader:
    """Takes a stream apart, as https://html.spec.whatwg.org says, `data` alone."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []

    def push(self, data: bytes) -> Iterator[str]:
        """Take the next bytes; raises `RemoteFailed` where a line does not end."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            raise RemoteFailed("the upstream sent a line that does not end")
        for line in lines:
            text = line.rstrip(b"\r").decode("utf-8", "replace")
            if not text and self._data:
                yield "\n".join(self._data)
                self._data = []
            elif text.startswith("data:"):
                self._data.append(text[5:].removeprefix(" "))
