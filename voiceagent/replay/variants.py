"""Workshops that differ in a few values, made when a scenario asks for them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.errors import ConfigError

__all__ = ["Variants"]


class Variants:
    """Keeps one workshop for each set of values; engines are shared where they can."""

    SHARED = (
        *("pack", "parser", "grammar", "cascade", "stt", "live_stt"),
        *("real_voices", "replies"),
    )

    def __init__(self, base: Workshop) -> None:
        self.base = base
        """The workshop without any values on top."""
        self._made: dict[str, Workshop] = {}
        self._escalating: Workshop | None = None

    def workshop(self, values: Mapping[str, object]) -> Workshop:
        """The workshop with `values` (by dotted key) on top of the base."""
        key = msgspec.json.encode(values, order="deterministic").decode()
        if key not in self._made:
            self._made[key] = self._make(values)
        return self._made[key]

    def _make(self, values: Mapping[str, object]) -> Workshop:
        data = msgspec.to_builtins(self.base.config)
        for dotted, value in values.items():
            section, _, name = dotted.partition(".")
            data.setdefault(section, {})[name] = value
        try:
            made = Workshop(msgspec.convert(data, Config))
        except msgspec.ValidationError as error:
            raise ConfigError("scenario configuration", cause=str(error)) from error
        sections = {dotted.partition(".")[0] for dotted in values}
        if not sections & {"pack", "stt", "wake", "vad", "speak"}:
            self._share(made)
        return made

    def _share(self, made: Workshop) -> None:
        """What is the same in both: with a region the recogniser is another."""
        ready, names = self.base.__dict__, set(self.SHARED)
        if made.escalates != self.base.escalates:
            names -= {"stt", "live_stt"}
            before = self._escalating or made
            if before.config.knowledge == made.config.knowledge:
                ready = {**ready, **before.__dict__}
                names |= {"stt", "live_stt", "asking"}
                names -= set() if before is not made else {"stt", "live_stt"}
            self._escalating = before
        made.__dict__.update({k: ready[k] for k in names if k in ready})
