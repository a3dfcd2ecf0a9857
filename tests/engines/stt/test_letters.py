"""How programs say words that no dictionary has."""

from __future__ import annotations

import random
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edits import edits
from voiceagent.engines.stt.pocketsphinx.letters import espeak_mnemonics, said_like
from voiceagent.stt.dictionary import read_dictionary
from voiceagent.stt.pronounce import PHONES

pytestmark = pytest.mark.audio

needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="`espeak-ng` is not installed"
)


@needs_espeak
def test_it_says_words_nearly_as_the_dictionary_has_them() -> None:
    entries = read_dictionary()
    words = [word for word in entries if word.isalpha() and 4 <= len(word) <= 10]
    wrong = total = 0
    for word in random.Random(2).sample(sorted(words), 25):
        ways = said_like(word)
        assert ways and all(PHONES.issuperset(way.split()) for way in ways), word
        known = entries[word].split()
        wrong += min(edits(way.split(), known) for way in ways)
        total += len(known)
    assert wrong / total < 0.15


@needs_espeak
@pytest.mark.parametrize("word", ["fjord", "siobhan", "o'brien", "éclair", "xqzt"])
def test_any_word_is_said_in_phones_or_not_at_all(word: str) -> None:
    assert all(PHONES.issuperset(way.split()) for way in said_like(word))


def test_without_a_program_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert said_like("fjord") == []


@given(st.lists(st.sampled_from(sorted(PHONES)), min_size=1, max_size=9))
def test_phones_become_one_stressed_word(phones: list[str]) -> None:
    written = espeak_mnemonics(" ".join(phones))
    assert written.startswith("[[") and written.endswith("]]")
    assert written.count("'") == any(phone[0] in "AEIOU" for phone in phones)


@needs_espeak
def test_it_says_the_phones_that_it_is_given() -> None:
    from voiceagent.engines.tts.voices import espeak

    plain, told = espeak(), espeak(respelt={"aoife": espeak_mnemonics("IY F AH")})
    assert told.render("call aoife") != plain.render("call aoife")
    assert told.render("call mary") == plain.render("call mary")
