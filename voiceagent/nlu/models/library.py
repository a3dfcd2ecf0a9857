"""From the user's choice to a model that answers: found, verified, opened, warmed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from voiceagent.errors import ModelError, ModelUnfit, VoiceAgentError
from voiceagent.nlu.config import SlmConfig
from voiceagent.nlu.decision import Thresholds
from voiceagent.nlu.models.model_folder import NONE, Model, find_model, insist
from voiceagent.nlu.models.shelf import ModelChoice
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.trace.events import Degraded

__all__ = ["DEFAULT", "UNFIT", "Library", "warm"]

DEFAULT = "intents-en"
"""The shipped model that is used where nobody chose another."""
UNFIT = "language model for another pack"
"""What is degraded where the model is sound and the pack is not its own: nothing is
broken, so it is said where an agent begins, and not beside every answer."""
WARM_UP = ("turn on the light", "it is too dark in here")
"""Understood once before a model meets a user: the first call of an engine is slow."""


class Library:
    """The models of this device, as the configuration and the user want them."""

    def __init__(
        self,
        config: SlmConfig,
        open_model: Callable[[Model], Slm],
        limits: Callable[[Model], Thresholds],
        *,
        choice: ModelChoice | None = None,
    ) -> None:
        """`open_model` builds the engine; `limits`: how sure a model has to be."""
        self._config, self._choice = config, choice or ModelChoice()
        self._open, self._limits = open_model, limits
        self._opened: dict[int, Thresholds] = {}
        self._first: tuple[Slm | None, Degraded | None] | None = None
        self._lock = Lock()

    def wanted(self) -> str:
        """The name that counts: the configuration's, the user's choice, the default."""
        return self._config.model or self._choice.read() or DEFAULT

    def card(self) -> Model | None:
        """What is known of the wanted model before it is loaded; None where there is
        none."""
        try:
            return find_model(self.wanted())
        except ModelError:
            return None

    def stamp(self) -> object:
        """Changes with the choice; never where the configuration names a model."""
        return None if self._config.model else self._choice.stamp()

    def load(self, name: str) -> Slm | None:
        """A new instance of that model, verified and warm; None for `none`."""
        if name == NONE:
            return None
        model = find_model(name)
        insist(model)
        limits = self._limits(model)
        slm = self._open(model)
        try:
            warm(slm)
        except BaseException:
            slm.close()
            raise
        self._opened[id(slm)] = limits
        return slm

    def first(self) -> tuple[Slm | None, Degraded | None]:
        """The model that agents begin with, loaded once; where it cannot be had, what
        they are to announce."""
        with self._lock:
            if self._first is None:
                try:
                    self._first = self.load(self.wanted()), None
                except VoiceAgentError as error:
                    self._first = None, _without(error)
            return self._first

    def release(self, slm: Slm) -> None:
        """Free a model."""
        if self._first is not None and self._first[0] is slm:
            self._first = None
        self._opened.pop(id(slm), None)
        slm.close()

    def close(self) -> None:
        """Free the model that agents begin with."""
        if self._first is not None and self._first[0] is not None:
            self.release(self._first[0])
        self._first = None

    def limits(self, slm: Slm) -> Thresholds:
        """How sure that model has to be."""
        return self._opened.get(id(slm), Thresholds())


def _without(error: VoiceAgentError) -> Degraded:
    cause = f": {error.cause}" if error.cause else ""
    why = f"templates alone, since {error.what}{cause}"
    what = UNFIT if isinstance(error, ModelUnfit) else "language model"
    return Degraded(what=what, why=why, hint=error.hint)


def warm(slm: Slm) -> None:
    """Let a model understand sentences; `ModelError` where it cannot."""
    for text in WARM_UP:
        guess = slm.understand(text)
        if not 0.0 <= guess.probability <= 1.0:
            raise ModelError(
                f"model `{slm.name}` does not work",
                cause=f"it gave a probability of {guess.probability}",
                hint="choose another with `voiceagent models use NAME`",
            )
