"""A recogniser in a process of its own.

PocketSphinx keeps Python's global lock while it searches, up to a quarter of a second
at a time: in a thread it would hold up the event loop and the microphone with it. In a
process it uses another core, and a crash of native code fails one turn, not the agent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voiceagent.audio.frames import RATE
from voiceagent.child_process import Child
from voiceagent.errors import EngineFailed
from voiceagent.stt.protocol import Recognition, Stt

__all__ = ["ProcessStt"]

CALL = 3.0
"""Seconds of work for a call of the recogniser over a short command: the final pass
takes 0.3 to 0.9."""
A_SECOND = 0.5
"""Seconds more for each second of audio, which is heard in a quarter of its time."""


class ProcessStt:
    """Passes every call on to a recogniser that `make` builds in a child process."""

    def __init__(
        self, make: Callable[[], Stt], *, name: str, copied: bool = False
    ) -> None:
        """`make` is pickled; raises what it raises, `EngineLost` if it dies or hangs.

        `copied`: it runs no threads of its own, and a lost one may be replaced by a
        copy."""
        self.name = name
        self._phrases: Sequence[str] = ()
        self._bytes = 0
        self._proved = True
        self._child = Child(
            make,
            name=name,
            what=f"recogniser `{name}`",
            hint="another one takes its place and hears the same again",
            copied=copied,
        )
        members = self._child.ask("__dir__")
        self._expecting = "expect" in members
        if "name" in members:
            self.name = str(self._child.ask("name"))

    @property
    def pid(self) -> int:
        """The process that listens."""
        return self._child.pid

    def expect(self, phrases: Sequence[str]) -> None:
        """What may be said besides commands; told with `start`, also to a new child."""
        self._phrases = tuple(phrases)

    def start(self) -> None:
        """Begin an utterance; a child that was lost is replaced first."""
        if not self._child.well:
            # A copy that was lost before it had found anything may be a bad one.
            anew, self._proved = not self._proved, False
            self._child.renew(anew=anew)
        self._bytes = 0
        if self._expecting:
            self._ask("expect", self._phrases)
        self._ask("start")

    def feed(self, pcm: bytes) -> str:
        """Take the next audio and give the text so far."""
        self._bytes += len(pcm)
        return str(self._ask("feed", pcm))

    def preview(self) -> Recognition | None:
        """What `finish` would give now."""
        found = self._ask("preview")
        self._proved = True
        return found if isinstance(found, Recognition) else None

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        found = self._ask("finish")
        assert isinstance(found, Recognition)
        self._proved = True
        return found

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _ask(self, method: str, *args: object) -> object:
        if not self._child.alive:
            raise EngineFailed(f"recogniser `{self.name}` is not running")
        limit = CALL + A_SECOND * self._bytes / (2 * RATE)
        return self._child.ask(method, *args, limit=limit)
