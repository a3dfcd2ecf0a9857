"""A recogniser that remembers what it made of sounds, so that they are heard once.

What it answers hangs on all that it was told since an utterance began: the phrases it
expects, every piece of sound, every look ahead. The digest of that is the key; where
it is known the recogniser is not asked, nor even made. Where something is not, it is
told all of the utterance again, and asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from voiceagent.audio.frames import RATE
from voiceagent.clock import cpu_seconds
from voiceagent.errors import UsageError
from voiceagent.stt.protocol import Expecting, Recognition, Stt

__all__ = ["HeardBook", "RememberedStt", "SpentHearing"]

KEY = 20
"""Letters of a digest that are kept."""


class HeardBook:
    """What was heard, by digest: a line of JSON each, only ever appended to."""

    def __init__(self, file: Path | None = None) -> None:
        """`file`: where it is kept; None: nowhere. Raises `UsageError`."""
        self._found: dict[str, Any] = {}
        self._file: TextIO | None = None
        if file is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = file.open("a+", encoding="utf-8")
            self._file.seek(0)
            for line in self._file:
                self._read(line)
        except OSError as error:
            raise UsageError(f"cannot keep `{file}`", cause=str(error)) from error

    def _read(self, line: str) -> None:
        try:
            row = json.loads(line)
        except ValueError:
            return  # it was stopped in the middle of it: heard again
        self._found[row["key"]] = row["found"]

    def get(self, key: str) -> tuple[bool, Any]:
        """Whether it is known, and what it was."""
        return key in self._found, self._found.get(key)

    def keep(self, key: str, found: Any) -> None:
        """Remember it."""
        self._found[key] = found
        if self._file is not None:
            row = {"key": key, "found": found}
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def flush(self) -> None:
        """Nothing of it is lost from here on."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Nothing more is kept."""
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(slots=True)
class SpentHearing:
    """What a recogniser took for the sounds that it has really heard."""

    sound: float = 0.0
    """Seconds of it."""
    cpu: float = 0.0
    """Processor seconds, all in all."""
    ends: list[float] = field(default_factory=list)
    """Processor seconds of the last look at each utterance."""


class RememberedStt:
    """`Stt`, `Expecting`: asks another one about what it does not remember."""

    def __init__(self, make: Callable[[], Stt], book: HeardBook, *, root: str) -> None:
        """`make()`: the recogniser, made when it is first needed; `root`: all that its
        answers hang on beside the sound."""
        self.name = "remembered"
        self._make, self._book, self._root = make, book, root
        self._stt: Stt | None = None
        self._phrases: tuple[str, ...] = ()
        self._told: list[tuple[str, bytes]] = []
        """What was told since the utterance began."""
        self._passed = 0
        """How much of that the recogniser knows."""
        self._digest = sha256()
        self._end: float | None = None
        self.last: Recognition | None = None
        """What it made of the newest utterance."""
        self.spent = SpentHearing()

    def expect(self, phrases: Sequence[str]) -> None:
        """Short answers possible from the next `start` on."""
        self._phrases = tuple(phrases)

    def start(self) -> None:
        """Begin an utterance."""
        self._ended()
        self._told, self._passed = [], 0
        begun = json.dumps([self._root, sorted(self._phrases)])
        self._digest = sha256(begun.encode())

    def feed(self, pcm: bytes) -> str:
        """The text so far."""
        return str(self._asked("feed", pcm))

    def preview(self) -> Recognition | None:
        """What `finish` would give now."""
        found = _recognition(self._asked("preview"))
        self.last = found or self.last
        return found

    def finish(self) -> Recognition:
        """The final result."""
        found = _recognition(self._asked("finish"))
        assert found is not None
        self.last = found
        return found

    def _ended(self) -> None:
        """The utterance before is over: often a look ahead was its last word."""
        if self._end is not None:
            self.spent.ends.append(self._end)
            self._end = None
        self._book.flush()

    def close(self) -> None:
        """Nothing more is heard."""
        self._ended()
        self._book.close()

    def _asked(self, what: str, pcm: bytes = b"") -> Any:
        self._told.append((what, pcm))
        self._digest.update(what.encode() + len(pcm).to_bytes(4) + pcm)
        key = self._digest.hexdigest()[:KEY]
        known, found = self._book.get(key)
        if not known:
            found = self._heard()
            self._book.keep(key, found)
        return found

    def _heard(self) -> Any:
        """What the recogniser makes of all that was told, the last of it included."""
        stt = self._stt = self._stt or self._make()
        found: Any = None
        for what, pcm in self._told[self._passed :]:
            if self._passed == 0:
                if isinstance(stt, Expecting):
                    stt.expect(self._phrases)
                stt.start()
            self._passed += 1
            found = self._measured(stt, what, pcm)
        return found

    def _measured(self, stt: Stt, what: str, pcm: bytes) -> Any:
        began = cpu_seconds()
        found: Any = stt.feed(pcm) if what == "feed" else getattr(stt, what)()
        took = cpu_seconds() - began
        self.spent.cpu += took
        self.spent.sound += len(pcm) / 2 / RATE
        if what != "feed":
            self._end = took
        return asdict(found) if isinstance(found, Recognition) else found


def _recognition(found: Any) -> Recognition | None:
    """As it was kept."""
    if found is None or isinstance(found, Recognition):
        return found
    lists = {"alternatives": (), "sure": ()}
    return Recognition(**found | {key: tuple(found.get(key, ())) for key in lists})
