"""What is known of the tiers: times, shares and prices, each with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceagent.planner.estimate import Estimate, Timings, guess
from voiceagent.routing.latency import LatencyBook, Prior

__all__ = ["GUESSED", "LETTERS", "PRIORS", "TierFacts", "from_book"]

PRIORS = {
    "device": Prior(0.1, 0.3),
    "pop": Prior(0.02, 0.05),
    "region": Prior(0.3, 0.7),
}
"""Seconds to the first sound where nobody has measured."""
LETTERS = 60
"""Of a usual request."""


def from_book(book: LatencyBook, leg: str, age: float | None = None) -> Timings:
    """What the book expects of a leg, as samples; its prior where it saw none."""
    expected = book.predict(leg, LETTERS)
    seconds = (expected.usual,) * 12 + (expected.slow,) * 8
    source = "the latency book" if expected.seen else "a guess"
    return Timings(tuple(sorted(seconds)), expected.seen, age, source)


def _prior(leg: str) -> tuple[Timings, ...]:
    return (from_book(LatencyBook(PRIORS), leg),)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TierFacts:
    """All that a plan weighs; what is not given is a guess and counts as one."""

    device: tuple[Timings, ...] = field(default_factory=lambda: _prior("device"))
    """End of speech to the first sound of the answer, where the device gives it; one
    for each source where these contradict each other."""
    region: tuple[Timings, ...] = field(default_factory=lambda: _prior("region"))
    """... where a region gives it."""
    pop: tuple[Timings, ...] = field(default_factory=lambda: _prior("pop"))
    """... where the cache of a point of presence does."""
    kept: Estimate = guess(0.7, 1.0)
    """Share of requests that the device answers itself."""
    right: Estimate = guess(0.95, 1.0)
    """Of these, the share that is right."""
    region_right: Estimate = guess(0.95, 1.0)
    """The same of a region."""
    hits: Estimate = guess(0.3, 1.0)
    """Share of cacheable requests that the cache has an answer to."""
    hop: Estimate = guess(0.1)
    """Seconds there and back between two places of the network."""
    tool: Estimate = guess(0.02)
    """Seconds that a tool works on one call."""
    answer_price: Estimate | None = None
    """Of one answer of a region; None: not known."""
    pop_price: Estimate | None = None
    """A day of the machine at the point of presence; None: not known."""
    currency: str = "USD"
    doubts: tuple[str, ...] = ()
    """What was left out of them, and where they contradict each other."""


GUESSED = TierFacts()
"""Where nothing was measured."""
