"""Choosing between sentences: votes, and what a network for the words says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.engines.weighing import UNOPPOSED, Candidate, Opinion, weigh

pytestmark = pytest.mark.property

scores = st.floats(-300, 0)
votes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(
    lambda counts: sorted(counts, reverse=True)
)


def _weigh(candidates: list[Candidate], *, best: float | None = None) -> Opinion:
    return weigh(candidates, asked=4, margin=1.0, lead=50.0, best=best)


@given(votes)
def test_without_a_network_the_most_votes_win(counts: list[int]) -> None:
    heard = [Candidate(f"text {at}", count) for at, count in enumerate(counts)]
    found = _weigh([*heard, Candidate("rival", 0)])
    assert found.text == "text 0"
    assert found.others == tuple(candidate.text for candidate in heard[1:])
    assert found.evidence.second is None
    assert found.evidence.agreement == counts[0] / 4


@given(st.lists(st.tuples(st.integers(0, 4), scores), min_size=1, max_size=5))
def test_the_winner_is_ahead_by_votes_and_score(pairs: list[tuple[int, float]]) -> None:
    heard = [Candidate(f"text {at}", v, s) for at, (v, s) in enumerate(pairs)]
    found = _weigh(heard, best=0.0)
    second = found.evidence.second
    assert second is not None
    assert second.fit <= 0.0
    chosen = next(one for one in heard if one.text == found.text)
    assert all(chosen.votes >= one.votes for one in heard if one.score == chosen.score)
    assert found.evidence.lead == (50.0 if chosen is heard[0] else -50.0)


def test_a_network_can_find_the_rival_right() -> None:
    found = _weigh([Candidate("soy", 3, -30.0), Candidate("skim", 0, -9.0)], best=-8.0)
    assert found.text == "skim"
    assert found.others == ("soy",)
    assert found.evidence.agreement == 0.0


def test_a_sentence_that_the_network_does_not_know_silences_it() -> None:
    heard = [Candidate("ada's lamp", 2, None), Candidate("all lamps", 1, -2.0)]
    assert _weigh(heard, best=-1.0).text == "ada's lamp"


def test_nothing_against_it_is_far_ahead() -> None:
    second = _weigh([Candidate("stop", 4, -3.0)], best=-2.0).evidence.second
    assert second is not None
    assert (second.ahead, second.fit) == (UNOPPOSED, -1.0)
