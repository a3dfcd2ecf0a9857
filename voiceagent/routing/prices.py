"""Prices of models: with dates, in whole millionths, and unknown where they are."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from voiceagent.errors import ConfigError

__all__ = [
    "ANSWER_SECONDS",
    "Counterfactual",
    "LETTERS_A_TOKEN",
    "Price",
    "PriceTable",
    "Use",
    "answer_use",
    "load_prices",
]

MICRO = 1_000_000
"""Sums are kept in millionths of the currency: no rounding adds up."""
LETTERS_A_TOKEN = 4
"""About, in English; for estimates before a model has told what it counted."""
ANSWER_TOKENS = 60
"""Of a short spoken answer, for the same."""
ANSWER_SECONDS = 3.0
"""That a region works on one, for the same."""
Rate = Annotated[float, Meta(ge=0.0)]


class Use(Struct, frozen=True, kw_only=True):
    """What an answer used."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    audio_seconds: float = 0.0
    busy_seconds: float = 0.0
    """From the question to the end of the answer, or to where it was given up."""


def answer_use(input_tokens: int, audio_seconds: float = 0.0) -> Use:
    """What a short spoken answer uses, about."""
    return Use(
        input_tokens=input_tokens,
        output_tokens=ANSWER_TOKENS,
        audio_seconds=audio_seconds,
        busy_seconds=ANSWER_SECONDS,
    )


class Price(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one model costs, from a date on."""

    model: str
    valid_from: date
    source: str = ""
    input_per_million: Rate = 0.0
    output_per_million: Rate = 0.0
    audio_per_minute: Rate = 0.0
    per_answer: Rate = 0.0
    per_hour: Rate = 0.0
    """Of a machine by the hour, for the time that it works on an answer."""

    def of(self, use: Use) -> int | None:
        """Millionths that this costs; None where the tokens are not known and cost."""
        total = self.per_answer + self.audio_per_minute * use.audio_seconds / 60
        total += self.per_hour * use.busy_seconds / 3600
        for rate, count in (
            (self.input_per_million, use.input_tokens),
            (self.output_per_million, use.output_tokens),
        ):
            if rate and count is None:
                return None
            total += rate * (count or 0) / 1e6
        return round(total * MICRO)


class Counterfactual(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model that would have answered everything."""

    model: str = ""


class PriceTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All prices, in one currency."""

    currency: str = "USD"
    price: list[Price] = field(default_factory=list)
    counterfactual: Counterfactual = field(default_factory=Counterfactual)

    def price_of(self, model: str, day: date) -> Price | None:
        """The newest price of that model that applied on that day; None: unknown."""
        known = [p for p in self.price if p.model == model and p.valid_from <= day]
        return max(known, key=lambda p: p.valid_from, default=None)

    def cost(self, model: str, use: Use, day: date) -> int | None:
        """Millionths of the currency; None: unknown."""
        price = self.price_of(model, day)
        return None if price is None else price.of(use)

    def expected(self, model: str, letters: int, day: date) -> int | None:
        """Millionths that an answer to so many letters will cost, about."""
        tokens = letters // LETTERS_A_TOKEN + 1
        return self.cost(model, answer_use(tokens), day)

    @property
    def models(self) -> Sequence[str]:
        """Those with a known price."""
        return sorted({price.model for price in self.price})


def load_prices(path: str = "") -> PriceTable:
    """The table of a file, or the built-in one; raises `ConfigError`."""
    where = path or "the built-in prices"
    try:
        if path:
            text = Path(path).read_text(encoding="utf-8")
        else:
            text = (
                resources.files("voiceagent.routing")
                .joinpath("prices.toml")
                .read_text()
            )
        return msgspec.convert(tomllib.loads(text), PriceTable)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"`{where}` cannot be read", cause=str(error), hint="it is a TOML file"
        ) from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"`{where}` is wrong", cause=str(error)) from error
