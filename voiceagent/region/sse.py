"""Server-sent events: bytes of any length in, the data of whole events out."""

from __future__ import annotations

from collections.abc import Iterator

from voiceagent.errors.upstream import UpstreamGarbled

__all__ = ["SseReader"]

LONGEST = 1_000_000
"""Bytes of one line."""


class SseReader:
    """Takes a stream apart, as https://html.spec.whatwg.org says, `data` alone."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []
        self._size = 0

    def push(self, data: bytes) -> Iterator[str]:
        """Take the next bytes; raises `UpstreamGarbled` where a line does not end."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            raise UpstreamGarbled("the upstream sent a line that does not end")
        for line in lines:
            text = line.rstrip(b"\r").decode("utf-8", "replace")
            if not text:
                yield from self._event()
            elif text.startswith("data:"):
                self._data.append(text[5:].removeprefix(" "))
                self._size += len(text)
                if self._size > LONGEST:
                    raise UpstreamGarbled(
                        "the upstream sent an event that does not end"
                    )

    def end(self) -> Iterator[str]:
        """There is no more; servers leave the last empty line out."""
        if self._rest.strip():
            yield from self.push(b"\n")
        yield from self._event()

    def _event(self) -> Iterator[str]:
        if self._data:
            data, self._data, self._size = "\n".join(self._data), [], 0
            yield data
