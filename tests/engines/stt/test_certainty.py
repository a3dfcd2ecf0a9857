"""How sure one may be of words that were written down freely."""

from __future__ import annotations

import pytest

from voiceagent.engines.stt.moonshine.certainty import certainty, features_of
from voiceagent.engines.stt.moonshine.model import MoonshineTranscript

pytestmark = pytest.mark.unit
TEXT = "Turn off the kitchen light."


def said(score: float, worst: float, text: str = TEXT) -> MoonshineTranscript:
    return MoonshineTranscript(text, score, 7, worst=worst)


def test_likelier_pieces_make_it_surer_and_nothing_makes_it_certain() -> None:
    found = [certainty(said(8 * mean, 4 * mean)) for mean in (0, -0.1, -0.3, -1, -9)]
    assert found == sorted(found, reverse=True)
    assert all(0.0 < sure < 1.0 for sure in found)


def test_one_piece_that_might_be_another_makes_it_less_sure() -> None:
    assert certainty(said(-1.0, -2.0)) < certainty(said(-1.0, -0.2))


def test_no_words_are_not_sure_at_all() -> None:
    assert certainty(said(0.0, 0.0, "")) == 0.0


@pytest.mark.parametrize("score", [0.0, -1e9])
def test_features_have_limits(score: float) -> None:
    found = features_of(said(score, score, "word " * 500))
    assert all(abs(value) < 10 for value in found)
