"""What would be done: sentences through the model, its slots and the guards behind it.

A threshold chosen on the model's word alone is stricter than the risk that it is meant
for: much of what a model gets wrong, no guard lets through.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lib.training.datasets import NOBODY, Example
from voiceagent.engines.slm.llama_cpp import LlamaEncoder
from voiceagent.nlu.decision import DecisionStep, Opinion, Thresholds
from voiceagent.nlu.guards.guards import Guards
from voiceagent.nlu.intent import IntentParser
from voiceagent.nlu.slm.cascade import Cascade
from voiceagent.nlu.slm.heads import load_heads
from voiceagent.nlu.slm.intent_encoder import IntentEncoder
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.skills.packs.frames import FramedPack
from voiceagent.skills.packs.pack import load_pack
from voiceagent.stt.protocol import Recognition

__all__ = ["Acted", "Acting"]

UNLIMITED = Thresholds(act=0.0, ask=0.0)


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of one sentence if the model were believed however unsure it is."""

    probability: float
    """0 where nothing would be done."""
    right: bool
    """The intent meant; its values are read by rules, and hang on no threshold."""


class Acting:
    """A finished model folder at work for the home pack."""

    def __init__(self, folder: Path) -> None:
        pack, heads = load_pack(None), load_heads(folder)
        self._finder = SlotFinder(pack)
        encoder = LlamaEncoder(folder / "model.gguf", limit=heads.card.limit)
        self._model = IntentEncoder(encoder, heads, self._finder, name=folder.name)
        self._cascade = Cascade(Guards(self._finder.intents, framed=pack.framed))
        self._parsers = [IntentParser(pack)]
        if pack.frames is not None:
            framed = FramedPack(pack.frames, pack.slot_lists)
            self._parsers.append(IntentParser(framed))

    def asked(self, example: Example) -> bool:
        """Whether it is the model that is asked: no template says the sentence."""
        return all(parser.parse(example.text) is None for parser in self._parsers)

    def of(self, example: Example) -> Acted:
        """What the model makes of it, behind the guards."""
        guess = self._model.understand(example.text)
        opinion = Opinion(self._model.name, guess, limits=UNLIMITED)
        heard = Recognition(example.text, 1.0, True)
        found = self._cascade.route(heard, None, opinion)
        if guess.intent is None or found.step is not DecisionStep.ACT:
            return Acted(0.0, example.intent == NOBODY)
        return Acted(guess.probability, guess.intent.name == example.intent)

    def close(self) -> None:
        """Free the model."""
        self._model.close()
