from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from bench_spoken import HeardItem, chosen, said_by, told
from lib.speakers import CONDITIONS, SPEAKERS, Booth, held_out_speakers
from lib.spoken_ears import HearingRoom
from lib.spoken_sets import Came, SpokenItem, odd

from voiceagent.audio.arrays import Samples
from voiceagent.errors import UsageError

pytestmark = pytest.mark.unit


def item(text: str, kind: str = "x", *, foreign: bool = False) -> SpokenItem:
    return SpokenItem(text, kind, "home", False, lambda speak: Came("right"), foreign)


ITEMS = [item(f"{kind} {number}", kind) for kind in "abcd" for number in range(50)]


def test_every_engine_with_two_voices_has_some_in_both_halves() -> None:
    apart = held_out_speakers()
    engines = Counter(name.partition("/")[0] for name in SPEAKERS)
    held_out = Counter(name.partition("/")[0] for name in apart)
    for engine, count in engines.items():
        assert held_out[engine] == (count + 1) // 2, engine
    # They never change sides: what was fitted on some would be judged on them.
    assert sorted(apart) == sorted(held_out_speakers(SPEAKERS[::-1]))
    assert "hibari/heart" in apart and "flite/slt" not in apart


def test_halves_of_sentences_hang_on_their_words_alone() -> None:
    assert odd("Turn it  off") == odd("turn it off")
    share = sum(odd(one.text) for one in ITEMS) / len(ITEMS)
    assert 0.4 < share < 0.6


@pytest.mark.parametrize("count", [1, 4, 40, 199, 200, 500])
def test_as_many_are_chosen_as_wanted_of_each_kind_its_share(count: int) -> None:
    found = chosen(ITEMS, count, 0)
    assert len(found) == len({one.text for one in found}) == min(count, 200)
    kinds = Counter(one.kind for one in found)
    assert max(kinds.values()) - min(kinds[kind] for kind in "abcd") <= 1
    assert found == chosen(ITEMS[::-1], count, 0)


def test_each_engine_and_each_room_is_used_as_often_as_the_others() -> None:
    pairs = [said_by(one, SPEAKERS, 0) for one in ITEMS]
    engines = Counter(speaker.partition("/")[0] for speaker, _ in pairs)
    assert min(engines.values()) > 30
    assert min(Counter(room for _, room in pairs).values()) > 70


def test_sentences_that_mean_nothing_here_are_told_apart() -> None:
    found = [
        HeardItem(item("a"), "flite/slt", "clear", Came("right")),
        HeardItem(item("b"), "flite/slt", "12 dB", Came("wrong")),
        HeardItem(
            item("c", "strange", foreign=True), "flite/slt", "clear", Came("right")
        ),
    ]
    lines = told(found).splitlines()
    shares = {line[:44].strip(): line[44:].split() for line in lines[1:]}
    assert shares["all"] == ["2", "1", "50.0%", "1", "50.0%"]
    assert shares["not ours"] == ["1", "1", "100.0%", "0", "0.0%"]
    assert shares["12 dB"] == ["1", "0", "0.0%", "1", "100.0%"]
    assert "odd" not in shares


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_room_stands_before_the_words_and_goes_on_after_them(
    condition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tone = (8000 * np.sin(np.arange(16_000) / 5)).astype(np.int16)

    def said(self: Booth, text: str, speaker: str) -> Samples:
        return tone

    monkeypatch.setattr(Booth, "_said", said)
    booth = Booth()
    found = booth.utter("words", "flite/slt", condition)
    again = Booth().utter("words", "flite/slt", condition)
    assert np.array_equal(found.sound, again.sound)
    lead, speech = found.sound[:8000], found.sound[9600 : 9600 + 12_000]
    below = 10 * np.log10(np.mean(speech.astype(float) ** 2) / np.var(lead))
    assert below == pytest.approx({"clear": 42, "12 dB": 12}[condition], abs=1.5)
    assert np.array_equal(booth.utter("", "flite/slt", condition).sound, tone[:0])
    assert np.std(found.room) == pytest.approx(np.std(lead), rel=0.3)


def test_an_ear_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ear `horn`"):
        HearingRoom(tmp_path, "horn", again=False)
