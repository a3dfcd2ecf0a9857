"""Choosing between the sentences that the models of a panel hear.

The acoustic models vote. Where a pack has a network for its words (`word_head.py`) that
knows sounds in its own way, its log likelihood is added: it is right more often than a
vote of three to one is, and less often than four to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiceagent.engines.confidence import UNRIVALLED, Evidence, Second

__all__ = ["Candidate", "Opinion", "weigh"]

VOTE = 3.0
"""What a vote counts beside the natural logarithm of the network's likelihood. On 147
coffee orders in kitchen noise anything from 2 to 5 does as well."""
UNOPPOSED = 10.0
"""Lead of a sentence that nothing was held against."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the panel makes of an utterance."""

    text: str
    evidence: Evidence
    others: tuple[str, ...] = ()
    """Texts of another meaning that some model heard, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may have been said."""

    text: str
    votes: int
    """Models that heard this meaning; none heard a rival that was looked for."""
    score: float | None = None
    """Log likelihood by the pack's network; None where it does not know the words."""


def weigh(
    candidates: Sequence[Candidate],
    *,
    asked: int,
    margin: float,
    lead: float,
    best: float | None = None,
) -> Opinion:
    """The likeliest of `candidates` (the one with most votes first, at least one).

    `asked`: number of models; `lead` of the first candidate over its best rival;
    `best`: log likelihood of the likeliest words of all by the network, in any order;
    None where there is no network.
    """
    scores = [candidate.score for candidate in candidates]
    known = [score for score in scores if score is not None]
    if best is None or len(known) < len(scores):
        heard = [candidate for candidate in candidates if candidate.votes]
        first = heard[0] if heard else candidates[0]
        evidence = Evidence(margin, first.votes / asked, lead)
        return Opinion(first.text, evidence, _texts(heard[1:]))
    places = range(len(candidates))
    ranked = sorted(
        places, key=lambda at: known[at] + VOTE * candidates[at].votes, reverse=True
    )
    first, *others = (candidates[at] for at in ranked)
    against = max((known[at] for at in ranked[1:]), default=None)
    ahead = UNOPPOSED if against is None else known[ranked[0]] - against
    fit = (known[ranked[0]] - best) / max(1, len(first.text.split()))
    if ranked[0] != 0:
        lead = -min(abs(lead), UNRIVALLED)
    evidence = Evidence(margin, first.votes / asked, lead, Second(ahead, fit))
    return Opinion(first.text, evidence, _texts(others))


def _texts(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    return tuple(candidate.text for candidate in candidates if candidate.votes)
