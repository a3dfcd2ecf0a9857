"""The language of a pack: from a few values to templates, grammar and guards."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from voiceagent.app import language_parts as parts
from voiceagent.app.kept import KeptFiles, program
from voiceagent.app.shelf import Shelf
from voiceagent.skills.config import PackConfig

if TYPE_CHECKING:
    from hassil.intents import Intents, SlotList

    from voiceagent.app.packs import LeftOut, Packed
    from voiceagent.nlu.completeness import Progress
    from voiceagent.nlu.intent import IntentParser
    from voiceagent.nlu.phrase import Phraser
    from voiceagent.nlu.reader import CommandReader
    from voiceagent.nlu.slm.cascade import Cascade
    from voiceagent.nlu.slm.forms import Takes
    from voiceagent.skills.packs.outfit import Outfit
    from voiceagent.skills.packs.pack import Pack
    from voiceagent.stt.grammar import Grammar

__all__ = ["LanguageRecipe", "PackLanguage", "PackVocabulary"]

T = TypeVar("T")
ROOMS = ("engines", "frontend", "lang", "nlu", "skills", "stt", "templates")
"""Whose code makes what is kept."""


class LanguageRecipe(Struct, frozen=True):
    """What a language is made from; small enough to be sent to another process."""

    pack: PackConfig
    openings: tuple[str, ...] = ()
    """How the wake words sound when the recogniser hears them too."""
    open_domain: bool = False
    """Whether somebody else may answer what the device does not know."""


class PackVocabulary:
    """A language as those see it who understand without templates."""

    def __init__(self, language: PackLanguage) -> None:
        self._language = language

    @property
    def name(self) -> str:
        """Of the pack."""
        return self._language.outfit.name

    @property
    def intents(self) -> Intents:
        """Templates with their own lists and rules."""
        return self._language.pack.intents

    @property
    def slot_lists(self) -> Mapping[str, SlotList]:
        """Lists made from the house."""
        return self._language.pack.slot_lists

    @property
    def takes(self) -> Mapping[str, Takes]:
        """What every intent takes."""
        return self._language.takes


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
        self._from = (
            given.folder,
            given.skills,
            given.house,
            id(pack) if pack else None,
        )
        self.files = KeptFiles()

    @property
    def key(self) -> object:
        """Changes with everything that it is made from."""
        return self._from, self.recipe

    @property
    def pack(self) -> Pack:
        """Templates, lists, house and skills."""
        return self._own or self._packed.pack

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Plugins that the pack has to do without, as far as is known by now."""
        known = self._own is not None or self._source is not None
        return () if known else tuple(self._packed.left_out)

    @property
    def outfit(self) -> Outfit:
        """All of the pack that a sentence of a template needs."""
        if self._own is not None:
            return self._own.outfit
        return self._made("outfit", lambda: self.pack.outfit)

    @property
    def parser(self) -> IntentParser:
        """Words to intents."""
        area = self.recipe.pack.area
        return self._made("parser", lambda: parts.parser(self.pack, area), area)

    @property
    def reader(self) -> CommandReader:
        """Words to intents, whatever manners stand around them."""
        area = self.recipe.pack.area

        def frames() -> IntentParser | None:
            return self._made("frames", lambda: parts.frames(self.pack, area), area)

        def make() -> CommandReader:
            return parts.reader(self.parser, frames, lambda: self.takes)

        return self._shelf.get("reader", (self._from, area), make)

    @property
    def cascade(self) -> Cascade:
        """Templates, then the model, with the guards of the pack in between."""
        framed = self._made("framed", lambda: self.pack.framed)
        make = partial(parts.cascade, self.takes, framed)
        return self._shelf.get("cascade", self._from, make)

    @property
    def takes(self) -> Mapping[str, Takes]:
        """What every intent takes."""
        return self._made("takes", lambda: parts.takes(self.pack))

    @property
    def phraser(self) -> Phraser:
        """Intents back to words."""
        area = self.recipe.pack.area
        make = partial(parts.phraser, self.pack, self.parser)
        return self._shelf.get("phraser", (self._from, area), make)

    @property
    def grammar(self) -> Grammar:
        """What may be said, as one word automaton."""
        openings, asks = self.recipe.openings, self.asks()

        def make() -> Grammar:
            return parts.grammar(self.pack, openings, asks=asks)

        return self._made("grammar", make, openings, asks)

    @property
    def pronunciations(self) -> Mapping[str, Sequence[str]]:
        """Phones by word."""
        return self.outfit.pronunciations

    @property
    def spellings(self) -> Mapping[str, Sequence[str]]:
        """How a recogniser of any words writes some of the pack's."""
        return self.outfit.spellings

    @property
    def open_domain(self) -> bool:
        """Whether somebody else may answer what the device does not know."""
        return self.recipe.open_domain

    @property
    def progress(self) -> Progress:
        """How much of a command texts are in the pack and its house."""
        make = partial(parts.progress, self.grammar, self.parser, self.outfit.house)
        return self._shelf.get("progress", (self.key, self.asks()), make)

    def meaning(self, text: str) -> Hashable:
        """What a text means: the same for texts that differ in their wording alone."""
        from voiceagent.nlu.clarify import gist

        intent = self.parser.parse(text)
        return gist(text) if intent is None else intent.meaning

    def kept(self, kind: str, make: Callable[[], T], *more: object) -> T:
        """What an engine makes of what may be said; `more`: what else it is made of."""
        return self._made(kind, make, self.recipe.openings, self.asks(), *more)

    @property
    def _source(self) -> bytes | None:
        """What the pack is made of; None where it cannot be kept between runs."""
        if self._own is not None:
            return None
        from voiceagent.app.pack_source import source_of

        given = self.recipe.pack
        return self._shelf.get("source", self._from, lambda: source_of(given))

    def _made(self, kind: str, make: Callable[[], T], *more: object) -> T:
        """What is made of the pack and of `more`: of this run, of one before, anew."""

        def kept() -> T:
            source = self._source
            if source is None:
                return make()
            pieces = (source, program(*ROOMS), msgspec.json.encode(more))
            return self.files.get(kind, pieces, make)

        return self._shelf.get(kind, (self._from, more), kept)

    @property
    def _packed(self) -> Packed:
        from voiceagent.app.packs import read_pack

        given = self.recipe.pack
        return self._shelf.get("pack", self._from, lambda: read_pack(given))
