"""The agent's voice: rendered clips from the cache, or from the first voice that works.

Rendering is shared: a reply that is rendered ahead of time while the user is still
speaking and the same reply wanted a moment later are one piece of work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from voiceagent.audio.clip import Clip
from voiceagent.clock import Compute
from voiceagent.errors import EngineLost, UsageError, VoiceAgentError
from voiceagent.trace.events import Degraded, Event
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.protocol import Tts
from voiceagent.tts.text import prepared

__all__ = ["Renderer"]


REST = 30.0
"""Seconds that a voice which failed is left alone; twice as long each time it fails
again."""
LONGEST_REST = 900.0


class Renderer:
    """Turns sentences into clips through `Compute`, with a cache and fall-backs."""

    def __init__(
        self,
        voices: Sequence[Tts],
        cache: ReplyCache,
        compute: Compute,
        emit: Callable[[Event], None],
    ) -> None:
        """`voices`: the preferred one first; the next is used when one fails, until
        that one has rested."""
        self._voices, self._cache, self._compute = list(voices), cache, compute
        self._emit = emit
        self._rendering: dict[str, asyncio.Task[Clip]] = {}
        self._resting: dict[str, asyncio.TimerHandle | None] = {}
        self._strikes: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The voice in use."""
        return self._choice()[0].name if self._voices else "none"

    def cached(self, text: str) -> Clip | None:
        """The clip of `text`, if it is ready."""
        return self._cache.get(self.name, text)

    async def clip(self, text: str) -> Clip:
        """The clip of `text`; raises `VoiceAgentError` when no voice can say it."""
        if (ready := self.cached(text)) is not None:
            return ready
        task = self._rendering.get(text)
        if task is None:
            task = asyncio.create_task(self._render(text))
            self._rendering[text] = task
            task.add_done_callback(lambda done: self._rendered(text, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up what is still being rendered."""
        tasks = list(self._rendering.values())
        for task in tasks:
            task.cancel()
        for alarm in self._resting.values():
            if alarm is not None:
                alarm.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _rendered(self, text: str, task: asyncio.Task[Clip]) -> None:
        self._rendering.pop(text, None)
        if not task.cancelled():
            task.exception()  # fetched, so that an unawaited failure is not logged

    async def _render(self, text: str) -> Clip:
        tried: list[Tts] = []
        while True:
            tries, told = len(tried), False
            try:
                found = await self._compute("tts", self._say, text, tried)
            except EngineLost as error:  # one that hangs in our own process
                if len(tried) == tries:  # it was not even begun
                    tried.append(self._next(tried))
                found, told = error, True
            name = tried[-1].name
            if isinstance(found, Clip):
                self._strikes.pop(name, None)
                self._cache.put(name, text, found)
                return found
            if not isinstance(found, UsageError):  # that one is the text's fault
                self._rest(name)
            # A program that was killed is another one the next time.
            alone = len(self._voices) == 1 and isinstance(found, EngineLost)
            if len(tried) >= len(self._voices) + alone:
                raise found
            if not told:
                self._announce(name, found)

    def _say(self, text: str, tried: list[Tts]) -> Clip | VoiceAgentError:
        """The next voice's clip, or why there is none; `tried` is added to. In the
        thread, where it is known how the sentence before this one went."""
        voice = self._next(tried)
        tried.append(voice)
        try:
            # It starts at once and is as loud as all others.
            return prepared(voice.synthesize(text), text)
        except UsageError as error:
            return error
        except VoiceAgentError as error:
            self._resting.setdefault(voice.name, None)
            return error

    def _next(self, tried: Sequence[Tts]) -> Tts:
        """Who is to be tried now."""
        return next(iter(self._choice(tried) or tried))

    def _choice(self, tried: Sequence[Tts] = ()) -> list[Tts]:
        """The voices that are left, best first: those that rest come last."""
        left = [voice for voice in self._voices if voice not in tried]
        return sorted(left, key=lambda voice: voice.name in self._resting)

    def _rest(self, name: str) -> None:
        """It failed: leave it alone for a while."""
        if (alarm := self._resting.get(name)) is not None:
            alarm.cancel()
        strikes = self._strikes.get(name, 0)
        self._strikes[name] = strikes + 1
        seconds = min(REST * 2**strikes, LONGEST_REST)
        wake = partial(self._resting.pop, name, None)
        self._resting[name] = asyncio.get_running_loop().call_later(seconds, wake)

    def _announce(self, name: str, error: VoiceAgentError) -> None:
        why = f"{error.what}: {error.cause}" if error.cause else error.what
        self._emit(Degraded(what=f"voice {name}", why=why, hint=error.hint))
