"""Recognisers that remember what they heard, for agents that are spoken to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from voiceagent.app.workshop import Workshop
from voiceagent.engines import stt as engines_stt
from voiceagent.errors import UsageError
from voiceagent.evaluation.remembered import HeardBook, RememberedStt
from voiceagent.evaluation.spoken import SpokenBench, Uttered, hear_with
from voiceagent.evaluation.typed import MODEL
from voiceagent.stt.protocol import BatchStt, Recognition, Stt

__all__ = ["EARS", "HearingRoom"]

EARS: Mapping[str, Mapping[str, object]] = {
    "default": {},
    "alone": {"stt.second": "none"},
    "tiny.en": {"stt.engine": "faster_whisper", "stt.model": "tiny.en"},
    "base": {"stt.engine": "faster_whisper", "stt.model": "base"},
}
"""What is configured for each ear."""


class HearingRoom:
    """Makes agents that hear, one recogniser for each grammar."""

    def __init__(
        self,
        keep: Path | None,
        ear: str = "default",
        *,
        again: bool,
        live: bool = False,
    ) -> None:
        """`keep`: the folder of what was heard; `again`: what another grammar heard
        counts too, the newest; `live`: it listens while somebody speaks."""
        if ear not in EARS:
            raise UsageError(f"no ear `{ear}`", hint=f"one of {', '.join(EARS)}")
        self._keep, self._ear, self._again = keep, ear, again
        self._live = live
        self.ears: list[RememberedStt] = []

    def last(self) -> Recognition | None:
        """What was heard since this was asked before; None: nothing."""
        found = [ear.last for ear in self.ears if ear.last is not None]
        for ear in self.ears:
            ear.last = None
        return found[-1] if found else None

    def bench(
        self, shop: Workshop, world: str, *, model: str = MODEL, area: str = ""
    ) -> SpokenBench:
        """An agent of that workshop; `world`: how its book is called."""
        shop = shop.with_values(EARS[self._ear])
        bench = SpokenBench(shop, _nobody, model=model, area=area)
        hear_with(bench.shop, self._remembering(bench.shop, world))
        return bench

    def remembering(self, shop: Workshop, world: str) -> Stt:
        """The recogniser of that workshop."""
        return self._remembering(shop.with_values(EARS[self._ear]), world)

    def _remembering(self, shop: Workshop, world: str) -> Stt:
        root = f"{world}-{self._ear}"
        book, make = HeardBook(self._book(shop, root)), shop.engines.stt
        ear = RememberedStt(make, book, root=root)
        self.ears.append(ear)
        return ear if self._live else BatchStt(ear)

    def _book(self, shop: Workshop, root: str) -> Path | None:
        if self._keep is None:
            return None
        known = sorted(self._keep.glob(f"heard-{root}-*"), key=_age)
        if self._again and known:
            return known[-1]
        return self._keep / f"heard-{root}-{_print_of(shop)}.jsonl"


def _age(file: Path) -> float:
    return file.stat().st_mtime


def _print_of(shop: Workshop) -> str:
    """Changes with the grammar, the settings and the code of the recognisers."""
    told = sha256(repr((shop.config.stt, shop.language.grammar)).encode())
    for file in sorted(_sources()):
        told.update(file.read_bytes())
    return told.hexdigest()[:12]


def _sources() -> Iterator[Path]:
    for place in engines_stt.__path__:
        yield from Path(place).rglob("*.py")


def _nobody(text: str) -> Uttered:
    raise RuntimeError("nobody speaks yet")
