"""From a verified model folder to something that understands sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from voiceagent.errors import ModelError, ModelUnfit
from voiceagent.nlu.intent import Understood
from voiceagent.nlu.models.model_folder import Model
from voiceagent.nlu.slm.forms import Takes
from voiceagent.nlu.slm.instructions import KeptState, made_anew
from voiceagent.nlu.slm.protocol import Slm

__all__ = ["LARGE", "SlmRuntimes", "Vocabulary", "build_answerer", "build_slm"]


LARGE = 100 * 2**20
"""Bytes of weights from which on a second thread is worth that threads wait for each
other."""


class Vocabulary(Understood, Protocol):
    """What a model is made for: intents, slots and values, by a name."""

    @property
    def name(self) -> str:
        """Of the pack that they belong to."""
        ...

    @property
    def takes(self) -> Mapping[str, Takes]:
        """What every intent takes, by its name."""
        ...


@dataclass(frozen=True, slots=True)
class SlmRuntimes:
    """What runs the weights; made from a path and options such as `limit`."""

    encoder: Callable[..., Any]
    """A model that reads (`TextEncoder`)."""
    decoder: Callable[..., Any]
    """A model that writes (`ChatDecoder`)."""
    talks: bool = False
    """Whether a model that writes may answer in words of its own."""
    kept: KeptState = made_anew
    """Where the state of a model that has read its instructions is kept."""


def build_slm(model: Model, pack: Vocabulary, engines: SlmRuntimes) -> Slm:
    """The model at work for a pack; raises `VoiceAgentError`."""
    build = BUILDERS.get(model.card.kind)
    if build is None:
        raise ModelError(
            f"model `{model.name}` understands no sentences",
            cause=f"its kind is `{model.card.kind}`",
            hint="choose another with `voiceagent models use NAME`",
        )
    return build(model, pack, engines)


def _encoder(model: Model, pack: Vocabulary, engines: SlmRuntimes) -> Slm:
    from voiceagent.nlu.slm.heads import load_heads
    from voiceagent.nlu.slm.intent_encoder import IntentEncoder
    from voiceagent.nlu.slm.slots import SlotFinder

    heads = load_heads(model.folder)
    unknown = {*heads.card.classes} - {*pack.takes, ""}
    # A pack of that name may have lost an intent; it is then refused where it is used.
    if unknown and heads.card.pack != pack.name:
        raise ModelUnfit(
            f"model `{model.name}` was made for another pack",
            cause=f"it knows `{min(unknown)}`, which pack `{pack.name}` does not",
            hint=f"use it with pack `{heads.card.pack}`, or train one for this pack "
            "with `scripts/train_slm.py`",
        )
    slots = SlotFinder.knowing(pack.takes)
    encoder = engines.encoder(model.path, limit=heads.card.limit)
    return _or_free(
        encoder,
        lambda: IntentEncoder(
            encoder, heads, slots, name=model.name, version=model.version
        ),
    )


def _writer(model: Model, pack: Vocabulary, engines: SlmRuntimes) -> Slm:
    from voiceagent.nlu.slm.generative import GenerativeSlm
    from voiceagent.nlu.slm.instruct import InstructSlm
    from voiceagent.nlu.slm.tools import tools_of

    tools = tools_of(pack)
    names: dict[str, Any] = {"name": model.name, "version": model.version}
    decoder = engines.decoder(model.path)
    if model.card.kind == "generative-intents":
        return _or_free(decoder, lambda: GenerativeSlm(decoder, tools, **names))
    names |= {"kept": engines.kept, "talks": engines.talks}
    return _or_free(decoder, lambda: InstructSlm(decoder, tools, **names))


def build_answerer(model: Model, engines: SlmRuntimes) -> Slm:
    """The model as one that answers in its own words; raises `VoiceAgentError`."""
    from voiceagent.nlu.slm.answerer import ROOM, AnsweringSlm

    if model.card.kind != "instruct":
        raise ModelError(
            f"model `{model.name}` cannot answer in words",
            cause=f"its kind is `{model.card.kind}`",
            hint='give an instruct model to `slm.answers`, such as "smollm2"',
        )
    decoder = engines.decoder(model.path, context=ROOM)
    names = {"name": model.name, "version": model.version}
    return _or_free(decoder, lambda: AnsweringSlm(decoder, **names))


def _or_free(weights: Any, build: Callable[[], Slm]) -> Slm:
    """What was loaded is freed again where the rest does not fit it."""
    try:
        return build()
    except BaseException:
        weights.close()
        raise


BUILDERS: dict[str, Callable[[Model, Vocabulary, SlmRuntimes], Slm]] = {
    "intent-encoder": _encoder,
    "generative-intents": _writer,
    "instruct": _writer,
}
