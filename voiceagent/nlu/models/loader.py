"""Models on their way in and out, beside the one in use."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from voiceagent.chores import Chores
from voiceagent.clock import Compute
from voiceagent.errors import EngineLost, VoiceAgentError
from voiceagent.nlu.decision import Thresholds
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.trace.events import Degraded, Event

__all__ = ["ModelLoader", "ModelSource"]

log = logging.getLogger(__name__)


class ModelSource(Protocol):
    """Where models come from and go to; blocking."""

    def load(self, name: str) -> Slm | None:
        """A new instance of the model, verified and warm; None for none. Raises
        `VoiceAgentError`."""
        ...

    def release(self, slm: Slm) -> None:
        """Nobody needs it any more: free it."""
        ...

    def limits(self, slm: Slm) -> Thresholds:
        """How sure it has to be."""
        ...

    def stamp(self) -> object:
        """Changes when the user chooses another model; quick."""
        ...

    def wanted(self) -> str:
        """The name of the user's choice."""
        ...


class ModelLoader:
    """Loads what was wished for last, one at a time, and frees what was let go."""

    def __init__(
        self,
        source: ModelSource,
        compute: Compute,
        emit: Callable[[Event], None],
        arrived: Callable[[], None],
    ) -> None:
        """`arrived`: called when another model is ready to be taken."""
        self.anew = False
        """The next one takes over even where it is called like the one in use."""
        self._source, self._compute, self._emit = source, compute, emit
        self._arrived = arrived
        self._wish: str | None = None
        self._ready: list[Slm | None] = []
        self._loading = Chores(self._not_loaded)
        self._busy = False
        self._freeing = Chores(_not_freed)

    def offer(self, name: str) -> None:
        """Load that model; a wish that is not yet being granted is replaced."""
        self._wish = name
        if not self._busy:
            self._busy = True
            self._loading.start(name, self._load())

    def take(self) -> list[Slm | None]:
        """What has been loaded since, the newest last; None for no model at all."""
        ready, self._ready = self._ready, []
        return ready

    def free(self, slm: Slm) -> None:
        """Free a model once it has answered what it is still working on."""
        # The same thread that asks it: it cannot be freed under a running call.
        release = self._source.release
        self._freeing.start(slm.name, self._compute("slm", release, slm))

    async def settled(self) -> None:
        """Wait until nothing is being loaded or freed any more."""
        await self._loading.settled()
        await self._freeing.settled()

    async def stop(self) -> None:
        """Load no more."""
        await self._loading.close()

    async def _load(self) -> None:
        try:
            while self._wish is not None:
                name, self._wish = self._wish, None
                await self._load_one(name)
        finally:
            self._busy = False

    async def _load_one(self, name: str) -> None:
        try:
            fresh = await self._compute("load", self._source.load, name)
        except Exception as error:
            # A bug in an engine must not end the session with its task group.
            self._not_loaded(name, error)
            return
        self._ready.append(fresh)
        self._arrived()

    def _not_loaded(self, name: str, error: Exception) -> None:
        if isinstance(error, EngineLost):  # told by whoever lost it
            log.warning("model was not taken", extra={"code": error.code})
            return
        why, hint = type(error).__name__, "see the log"
        if isinstance(error, VoiceAgentError):
            why, hint = error.cause or error.what, error.hint
        else:
            log.error("loading failed", exc_info=error)
        what = f"language model `{name}` was not taken"
        self._emit(Degraded(what=what, why=why, hint=hint))


def _not_freed(name: str, error: Exception) -> None:
    code = error.code if isinstance(error, VoiceAgentError) else type(error).__name__
    log.warning("model was not freed", extra={"code": code})
