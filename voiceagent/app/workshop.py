"""The composition root: from a configuration to what agents and regions are made of.

    shop = Workshop(config)
    shop.language       the pack: templates, grammar, guards
    shop.engines        everything that hears, reads and speaks
    shop.with_values({"budget.response_ms": 500})   the same but for a few values

Each part is made when it is first needed. Workshops that came from one another share
whatever does not depend on the values in which they differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from voiceagent.app.choices import check_engines
from voiceagent.app.config import Config, nested
from voiceagent.app.engines import Engines, doubt_of
from voiceagent.app.idle_keys import check_idle
from voiceagent.app.language import LanguageRecipe, PackLanguage
from voiceagent.app.shelf import Shelf
from voiceagent.errors import ConfigError
from voiceagent.skills.config import HomeAssistantConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voiceagent.app.house import Housed
    from voiceagent.app.simulated_region import Asking
    from voiceagent.nlu.intent import Intent
    from voiceagent.nlu.models.library import Library
    from voiceagent.skills.house.house import House
    from voiceagent.skills.packs.pack import Pack
    from voiceagent.store import Store
    from voiceagent.stt.offline import Spans
    from voiceagent.stt.protocol import Recognition
    from voiceagent.trace.events import Degraded

__all__ = ["Workshop"]


class Workshop:
    """Makes parts from a configuration, with its pack or `pack`; heavy ones once."""

    def __init__(
        self, config: Config, *, pack: Pack | None = None, shelf: Shelf | None = None
    ) -> None:
        """`shelf`: where heavy parts are kept; a new one where none is given."""
        self.config, self._pack = config, pack
        self._shelf = shelf or Shelf()

    def with_values(self, values: Mapping[str, object]) -> Workshop:
        """The same with `values` (by dotted key) on top; raises `ConfigError`."""
        data = msgspec.to_builtins(self.config)
        for section, body in nested(values).items():
            data[section] |= body
        try:
            config = msgspec.convert(data, Config)
        except msgspec.ValidationError as error:
            raise ConfigError("what is to be changed", cause=str(error)) from error
        check_engines(config, {})
        check_idle(config, {})
        return Workshop(config, pack=self._pack, shelf=self._shelf)

    @cached_property
    def language(self) -> PackLanguage:
        """What is understood."""
        recipe = LanguageRecipe(
            pack=self.housed.pack,
            openings=tuple(self.config.wake.openings()),
            open_domain=self.escalates,
        )
        return PackLanguage(
            recipe,
            asks=lambda: doubt_of(self.config.stt) > 0 or self._confirms,
            shelf=self._shelf,
            pack=self._pack,
        )

    @property
    def house_trouble(self) -> Sequence[Degraded]:
        """Why there is no house, where there should be one."""
        return self.housed.trouble

    @cached_property
    def housed(self) -> Housed:
        """Whose house it is, and how to ask for one that is not known yet."""
        from voiceagent.app.house import Housed, housed

        if self._pack is not None:
            return Housed(self.config.pack)
        config = self.config
        wait = config.budget.response_ms / 1000
        return housed(config.pack, config.home_assistant, self.state_folder, wait)

    @cached_property
    def engines(self) -> Engines:
        """What hears, reads and speaks."""
        return Engines(self.config, self.language, shelf=self._shelf)

    @property
    def _confirms(self) -> bool:
        """Whether anything is asked about before it is done."""
        confirm = self.config.confirm
        return confirm.unlock or confirm.disarm or confirm.spend or bool(confirm.open)

    @property
    def escalates(self) -> bool:
        """Whether somebody else may answer what the device does not know."""
        return bool(self.config.region.url)

    def speech(self, samples: NDArray[np.int16]) -> Spans:
        """Start and end sample of every stretch of speech in a recording."""
        from voiceagent.stt.offline import speech_spans

        return speech_spans(self.engines.frontend(wake=False), samples)

    def likeness(self, samples: NDArray[np.int16]) -> float:
        """Seconds of speech in a sound: by it the channel of a recording is chosen."""
        from voiceagent.audio.frames import RATE

        return sum(end - start for start, end in self.speech(samples)) / RATE

    def recognise(
        self, samples: NDArray[np.int16]
    ) -> tuple[Recognition, Intent | None]:
        """What the recogniser and the templates make of one recording.

        No intent where the agent would not act at once but ask.
        """
        from voiceagent.audio.offset import without_offset
        from voiceagent.stt.offline import hear

        samples = without_offset(samples)
        spans, least = self.speech(samples), self.config.endpoint.policy().min_speech
        heard = hear(self.engines.stt(), samples, spans, least=least)
        sure = heard.accepted and heard.confidence >= self.engines.ask_below
        return heard, self.language.parser.parse(heard.text) if sure else None

    def house(self, store: Store, *, kept: bool = True) -> House:
        """The built-in house, or a real Home Assistant; what is not kept (a replay)
        never reaches for a real one."""
        from voiceagent.app.house import open_house

        hub = self.config.home_assistant if kept else HomeAssistantConfig()
        if kept and self.housed.why is not None:
            from voiceagent.skills.house.late_house import LateHouse

            return LateHouse(self.housed.why)
        return open_house(hub, self.language.outfit.house, store)

    def store(self) -> Store:
        """What is kept on this device between sessions."""
        from voiceagent.store import Store

        return Store(self.state_folder / "state.sqlite")

    @property
    def state_folder(self) -> Path:
        """Where what is kept between sessions lies."""
        from voiceagent.store import state_folder

        folder = self.config.store.folder
        return Path(folder) if folder else state_folder()

    def library(self, *, live: bool) -> Library:
        """The language models; `live`: each in a process of its own."""
        from voiceagent.nlu.models.library import Library
        from voiceagent.nlu.models.risk_curve import limits_of

        slm, route = self.config.slm, self.config.route
        apart = live and slm.process

        def made() -> Library:
            opened = partial(self.engines.slm, apart=apart)
            return Library(slm, opened, partial(limits_of, route))

        key = apart, slm, route, self.language.key
        return self._shelf.get("library", key, made)

    @property
    def asking(self) -> Asking:
        """Documents and recognisers for what is outside the grammar."""
        from voiceagent.app.simulated_region import Asking

        known = self.config.knowledge
        return self._shelf.get(
            "asking",
            (known, self.config.stt),
            lambda: Asking(known, self.engines.dictation),
        )
