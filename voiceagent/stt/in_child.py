"""A recogniser in a process of its own.

PocketSphinx keeps Python's global lock while it searches, up to a quarter of a second
at a time: in a thread it would hold up the event loop and the microphone with it. In a
process it uses another core, and a crash of native code fails one turn, not the agent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voiceagent.child_process import Child
from voiceagent.errors import EngineFailed
from voiceagent.stt.protocol import Recognition, Stt

__all__ = ["ProcessStt"]


class ProcessStt:
    """Passes every call on to a recogniser that `make` builds in a child process."""

    def __init__(self, make: Callable[[], Stt], *, name: str) -> None:
        """`make` is pickled; raises what it raises, `EngineFailed` if it dies."""
        self.name = name
        self._make = make
        self._child = self._begin()
        self._phrases: Sequence[str] = ()

    def expect(self, phrases: Sequence[str]) -> None:
        """What may be said besides commands; told with `start`, also to a new child."""
        self._phrases = tuple(phrases)

    def start(self) -> None:
        """Begin an utterance; a child that died is replaced first."""
        if not self._child.alive:
            self._child = self._begin()
        if self._expecting:
            self._ask("expect", self._phrases)
        self._ask("start")

    def feed(self, pcm: bytes) -> str:
        """Take the next audio and give the text so far."""
        return str(self._ask("feed", pcm))

    def preview(self) -> Recognition | None:
        """What `finish` would give now."""
        found = self._ask("preview")
        return found if isinstance(found, Recognition) else None

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        found = self._ask("finish")
        assert isinstance(found, Recognition)
        return found

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _begin(self) -> Child:
        child = Child(
            self._make,
            name=self.name,
            what=f"recogniser `{self.name}`",
            hint="it is started again with the next turn",
        )
        members = child.ask("__dir__")
        self._expecting = "expect" in members
        if "name" in members:
            self.name = str(child.ask("name"))
        return child

    def _ask(self, method: str, *args: object) -> object:
        if not self._child.alive:
            raise EngineFailed(f"recogniser `{self.name}` is not running")
        return self._child.ask(method, *args)
