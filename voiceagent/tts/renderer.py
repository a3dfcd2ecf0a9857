"""The agent's voice: rendered clips from the cache, or from the first voice that works.

Rendering is shared: a reply that is rendered ahead of time while the user is still
speaking and the same reply wanted a moment later are one piece of work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from voiceagent.audio.clip import Clip
from voiceagent.clock import Compute
from voiceagent.errors import VoiceAgentError
from voiceagent.trace.events import Degraded, Event
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.protocol import Tts
from voiceagent.tts.text import prepared

__all__ = ["Renderer"]


class Renderer:
    """Turns sentences into clips through `Compute`, with a cache and fall-backs."""

    def __init__(
        self,
        voices: Sequence[Tts],
        cache: ReplyCache,
        compute: Compute,
        emit: Callable[[Event], None],
    ) -> None:
        """`voices`: the preferred one first; the next is used when one fails."""
        self._voices, self._cache, self._compute = list(voices), cache, compute
        self._emit = emit
        self._rendering: dict[str, asyncio.Task[Clip]] = {}

    @property
    def name(self) -> str:
        """The voice in use."""
        return self._voices[0].name if self._voices else "none"

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
        await asyncio.gather(*tasks, return_exceptions=True)

    def _rendered(self, text: str, task: asyncio.Task[Clip]) -> None:
        self._rendering.pop(text, None)
        if not task.cancelled():
            task.exception()  # fetched, so that an unawaited failure is not logged

    async def _render(self, text: str) -> Clip:
        while True:
            voice = self._voices[0]
            try:
                clip = await self._compute("tts", _rendered, voice, text)
            except VoiceAgentError as error:
                self._drop(error)
            else:
                self._cache.put(voice.name, text, clip)
                return clip

    def _drop(self, error: VoiceAgentError) -> None:
        """The first voice failed: announce it and go on with the next, if any."""
        if len(self._voices) < 2:
            raise error
        failed = self._voices.pop(0)
        self._emit(
            Degraded(what=f"voice {failed.name}", why=error.what, hint=error.hint)
        )


def _rendered(voice: Tts, text: str) -> Clip:
    """A clip that starts at once and is as loud as all others."""
    return prepared(voice.synthesize(text), text)
