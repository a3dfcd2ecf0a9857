"""The language of a pack: from a few values to templates, grammar and guards."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from voiceagent.app.shelf import Shelf
from voiceagent.skills.config import PackConfig

if TYPE_CHECKING:
    from voiceagent.nlu.completeness import Progress
    from voiceagent.nlu.intent import IntentParser
    from voiceagent.nlu.phrase import Phraser
    from voiceagent.nlu.slm.cascade import Cascade
    from voiceagent.skills.packs.pack import Pack
    from voiceagent.stt.grammar import Grammar

__all__ = ["LanguageRecipe", "PackLanguage"]


class LanguageRecipe(Struct, frozen=True):
    """What a language is made from; small enough to be sent to another process."""

    pack: PackConfig
    openings: tuple[str, ...] = ()
    """How the wake words sound when the recogniser hears them too."""
    open_domain: bool = False
    """Whether somebody else may answer what the device does not know."""


class PackLanguage:
    """What is understood; each part is made when it is first needed."""

    def __init__(
        self,
        recipe: LanguageRecipe,
        *,
        asks: Callable[[], bool] = lambda: False,
        shelf: Shelf | None = None,
        pack: Pack | None = None,
    ) -> None:
        """`asks`: whether commands that were heard in doubt are asked back; `pack`:
        instead of the one that the recipe names."""
        self.recipe, self.asks = recipe, asks
        self._shelf, self._own = shelf or Shelf(), pack
        given = recipe.pack
        self._from = (given.folder, given.skills, id(pack) if pack else None)

    @property
    def key(self) -> object:
        """Changes with everything that it is made from."""
        return self._from, self.recipe

    @property
    def pack(self) -> Pack:
        """Templates, lists, house and skills."""
        return self._own or self._shelf.get("pack", self._from, self._load)

    @property
    def parser(self) -> IntentParser:
        """Words to intents."""
        area = self.recipe.pack.area
        return self._shelf.get("parser", (self._from, area), self._parser)

    @property
    def cascade(self) -> Cascade:
        """Templates, then the model, with the guards of the pack in between."""
        return self._shelf.get("cascade", self._from, self._cascade)

    @property
    def phraser(self) -> Phraser:
        """Intents back to words."""
        area = self.recipe.pack.area
        return self._shelf.get("phraser", (self._from, area), self._phraser)

    @property
    def grammar(self) -> Grammar:
        """What may be said, as one word automaton."""
        values = self._from, self.recipe.openings, self.asks()
        return self._shelf.get("grammar", values, self._grammar)

    @property
    def pronunciations(self) -> Mapping[str, Sequence[str]]:
        """Phones by word."""
        return self.pack.pronunciations

    @property
    def spellings(self) -> Mapping[str, Sequence[str]]:
        """How a recogniser of any words writes some of the pack's."""
        return self.pack.spellings

    @property
    def open_domain(self) -> bool:
        """Whether somebody else may answer what the device does not know."""
        return self.recipe.open_domain

    @property
    def progress(self) -> Progress:
        """How much of a command texts are in the pack and its house."""
        values = self.key, self.asks()
        return self._shelf.get("progress", values, self._progress)

    def meaning(self, text: str) -> Hashable:
        """What a text means: the same for texts that differ in their wording alone."""
        from voiceagent.nlu.clarify import gist

        intent = self.parser.parse(text)
        return gist(text) if intent is None else intent.meaning

    def _load(self) -> Pack:
        from voiceagent.skills.packs.pack import load_pack

        given = self.recipe.pack
        folder = Path(given.folder) if given.folder else None
        return load_pack(folder, skill_folders=[Path(path) for path in given.skills])

    def _parser(self) -> IntentParser:
        from voiceagent.nlu.intent import IntentParser

        area = self.recipe.pack.area
        return IntentParser(self.pack, context={"area": area} if area else None)

    def _cascade(self) -> Cascade:
        from voiceagent.nlu.guards.guards import Guards
        from voiceagent.nlu.slm.cascade import Cascade
        from voiceagent.nlu.slm.slots import SlotFinder

        return Cascade(Guards(SlotFinder(self.pack).intents))

    def _phraser(self) -> Phraser:
        from voiceagent.nlu.phrase import Phraser

        return Phraser(self.pack, self.parser)

    def _grammar(self) -> Grammar:
        from voiceagent.nlu.clarify import with_answers
        from voiceagent.stt.grammar import compile_grammar

        intents = self.pack.intents
        if self.asks():
            intents = with_answers(intents)
        openings = self.recipe.openings
        return compile_grammar(intents, self.pack.slot_lists, openings=openings)

    def _progress(self) -> Progress:
        from voiceagent.nlu.completeness import Progress
        from voiceagent.skills.targets import meant

        return Progress(
            self.grammar, self.parser.parse, partial(meant, self.pack.house)
        )
