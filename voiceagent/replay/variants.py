"""Workshops that differ in a few values, made when a scenario asks for them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from voiceagent.app.workshop import Workshop
from voiceagent.errors import ConfigError

__all__ = ["Variants"]


class Variants:
    """Keeps one workshop for each set of values; engines are shared where they can."""

    def __init__(self, base: Workshop) -> None:
        self.base = base
        """The workshop without any values on top."""
        self._made: dict[bytes, Workshop] = {}

    def workshop(self, values: Mapping[str, object]) -> Workshop:
        """The workshop with `values` (by dotted key) on top of the base."""
        key = msgspec.json.encode(values, order="deterministic")
        if key not in self._made:
            self._made[key] = self._make(values)
        return self._made[key]

    def _make(self, values: Mapping[str, object]) -> Workshop:
        try:
            return self.base.with_values(values)
        except ConfigError as error:
            raise ConfigError(
                "scenario configuration", cause=error.brief, hint=error.hint
            ) from error
