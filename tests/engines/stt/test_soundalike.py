"""Words that differ in one phone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.edits import edits
from voiceagent.engines.stt.pocketsphinx.soundalike import SoundAlike

WAYS = {
    "on": ("AA N", "AO N"),
    "off": ("AO F", "AA F"),
    "fifty": ("F IH F T IY",),
    "fifteen": ("F IH F T IY N",),
    "kitchen": ("K IH CH AH N",),
    "four": ("F AO R",),
    "for": ("F AO R",),
}
phones = st.lists(st.sampled_from("ABC"), max_size=5)


@given(phones, phones)
def test_one_edit_is_told_from_two(one: list[str], other: list[str]) -> None:
    near = edits(one, other) <= 1
    ways = {"one": [" ".join(one)], "other": [" ".join(other)]}
    alike = SoundAlike(ways, ways.__getitem__)
    assert alike.like("one") == ["other"] * near


def test_the_words_that_matter_most_sound_alike() -> None:
    alike = SoundAlike(WAYS, WAYS.__getitem__)
    assert alike.like("on") == ["off"]
    assert alike.like("off") == ["on"]
    assert alike.like("fifty") == ["fifteen"]
    assert alike.like("four") == ["for"]
    assert alike.like("kitchen") == alike.like("nobody") == []


@given(st.lists(st.sampled_from(sorted(WAYS)), max_size=6))
def test_one_word_is_exchanged_at_a_time(words: list[str]) -> None:
    alike = SoundAlike(WAYS, WAYS.__getitem__)
    for text in alike.sentences(" ".join(words)):
        pairs = zip(words, text.split(), strict=True)
        changed = [pair for pair in pairs if pair[0] != pair[1]]
        assert len(changed) == 1 and changed[0][1] in alike.like(changed[0][0])
