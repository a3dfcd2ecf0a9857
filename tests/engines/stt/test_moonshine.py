"""The neural recogniser: its pieces of words, the walk through a grammar, the sound."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken_command import SAID, TURN, grammar_of, spoken_command

from voiceagent.audio.frames import RATE
from voiceagent.engines.stt.moonshine.grammar_search import SecondEar
from voiceagent.engines.stt.moonshine.model import (
    Moonshine,
    open_moonshine,
)
from voiceagent.engines.stt.moonshine.presence import INSTALL, moonshine_folder
from voiceagent.engines.stt.moonshine.spelling import Speller, Writing
from voiceagent.engines.stt.moonshine.subwords import END, Subwords
from voiceagent.engines.stt.pocketsphinx.searches import Hearing
from voiceagent.errors import EngineFailed, ModelError, ModelMissing
from voiceagent.stt.grammar import Grammar

FOLDER = moonshine_folder()
pytestmark = [
    pytest.mark.audio,
    pytest.mark.skipif(FOLDER is None, reason=f"not installed: {INSTALL}"),
]
TIMES = (
    "(wake me|get up) at (seven|twelve) (fifteen|thirty)"
    "|set [the] fan to (twenty [five]|two|one hundred) percent"
)


@pytest.fixture(scope="module")
def model() -> Moonshine:
    return Moonshine()


@pytest.fixture(scope="module")
def pieces() -> Subwords:
    assert FOLDER is not None
    return Subwords(FOLDER / "tokenizer.bin", install=INSTALL)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_text_survives_its_pieces(pieces: Subwords, text: str) -> None:
    plain = " ".join(text.replace("▁", " ").split(" ")).strip()
    assert pieces.join(pieces.split(plain)) == plain.strip()
    assert all(3 <= number < len(pieces) for number in pieces.split(text))


def _written(speller: Speller, pieces: tuple[int, ...]) -> set[tuple[str, ...]]:
    """Sentences that a row of pieces is, walked as a search walks."""
    here = {(speller.begin, ())}
    for piece in pieces:
        here = {
            (step.to, words if step.word is None else (*words, *step.word.split()))
            for place, words in here
            for step in place.steps
            if step.piece == piece
        }
    return {
        words if word is None else (*words, *word.split())
        for place, words in here
        for word in place.ends
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wake me at 7:30.", "wake me at seven thirty"),
        ("wake me at seven-thirty", "wake me at seven thirty"),
        ("Get up, at 12 15", "get up at twelve fifteen"),
        ("Set the fan to 25%.", "set the fan to twenty five percent"),
        ("Set fan to 2 percent!", "set fan to two percent"),
        ("set the fan to 100%", "set the fan to one hundred percent"),
        ("set the fan to 20%", "set the fan to twenty percent"),
    ],
)
def test_a_sentence_may_be_written_in_many_ways(
    pieces: Subwords, text: str, said: str
) -> None:
    speller = Speller(grammar_of(f"({TIMES})"), Writing(pieces))
    assert _written(speller, pieces.split(text)) == {tuple(said.split())}


@pytest.mark.parametrize("text", ["set the fan to 3%", "wake me", "fan", "", "2 2"])
def test_what_is_not_in_the_grammar_cannot_be_written(
    pieces: Subwords, text: str
) -> None:
    speller = Speller(grammar_of(f"({TIMES})"), Writing(pieces))
    assert not _written(speller, pieces.split(text))


def test_every_sentence_can_be_written_and_its_beginnings_too(pieces: Subwords) -> None:
    grammar, draw = grammar_of(TURN), random.Random(1)
    whole = Speller(grammar, Writing(pieces))
    begun = Speller(grammar, Writing(pieces), unfinished=True)
    for _ in range(30):
        said = grammar.sample(draw)
        words = tuple(said.split())
        assert _written(whole, pieces.split(said)) == {words}
        half = words[: draw.randrange(1, len(words))]
        assert _written(begun, pieces.split(" ".join(half))) == {half}
        assert not _written(whole, pieces.split(" ".join(half)))


def test_it_hears_a_command_freely_and_in_a_grammar(model: Moonshine) -> None:
    sound = model.listen(spoken_command())
    assert sound is not None
    assert "on the kitchen light" in sound.written().text.lower()
    first, *others = sound.search(model.speller(grammar_of(TURN)))
    assert first.text.endswith(SAID) and first.score > -20
    assert all(first.score > other.score for other in others[1:])


def test_what_a_search_finds_is_as_likely_as_when_judged_alone(
    model: Moonshine,
) -> None:
    sound = model.listen(spoken_command())
    assert sound is not None
    for found in sound.search(model.speller(grammar_of(TURN)))[:3]:
        alone = Grammar((), frozenset()).with_phrases([found.text])
        (judged,) = sound.search(model.speller(alone), near=1000.0)
        assert judged.words == found.words
        # The weights are of eight bits and activations are scaled over all sentences
        # that are judged together: company changes the second digit.
        assert judged.score >= found.score - 0.1


def test_the_wake_word_is_no_part_of_what_was_said(model: Moonshine) -> None:
    grammar = grammar_of("turn (on|off) the (kitchen|bedroom) light")
    opened = Grammar(
        grammar.arcs, grammar.finals, openings=(("hey", "jarvis"), ("alexa",))
    )
    ear = SecondEar(model, opened)
    sound = ear.sound(Hearing(spoken_command()))
    assert sound is not None
    assert ear.said(sound).text.lower().strip(" .") == "turn on the kitchen light"
    few = ear.few(sound, ["turn off the kitchen light", "turn on the kitchen light"])
    assert few[0].text == "hey jarvis turn on the kitchen light"
    likely, unlikely = few
    least = (likely.score + unlikely.score) / 2
    texts = ["turn off the kitchen light", "turn on the kitchen light"]
    kept = [one for one in ear.few(sound, texts, least=least) if one.score >= least]
    assert [one.text for one in kept] == [likely.text], "the other is given up"
    assert ear.few(sound, texts, least=1.0) == []


@pytest.mark.parametrize("length", [0, 1, 1599])
def test_too_little_sound_is_no_sound(model: Moonshine, length: int) -> None:
    assert model.listen(np.zeros(length, np.int16)) is None


@pytest.mark.parametrize("seconds", [0.1, 0.5, 3.0])
def test_silence_is_no_command(model: Moonshine, seconds: float) -> None:
    sound = model.listen(np.zeros(round(seconds * RATE), np.int16))
    assert sound is not None
    found = sound.search(model.speller(grammar_of(TURN)))
    assert all(one.score < sound.written().score - 5 for one in found)


def test_nothing_that_can_be_said_is_never_found(model: Moonshine) -> None:
    sound = model.listen(spoken_command())
    assert sound is not None
    assert sound.search(model.speller(Grammar((), frozenset()))) == []


def test_where_it_is_not_wanted_it_is_not_opened() -> None:
    assert open_moonshine("none") is None
    assert open_moonshine("auto") is not None


def _copy(folder: Path) -> Path:
    assert FOLDER is not None
    for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"):
        (folder / name).symlink_to(FOLDER / name)
    return folder


@pytest.mark.parametrize("name", ["encoder_model.ort", "decoder_model_merged.ort"])
@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_a_broken_network_is_a_typed_error(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    folder = _copy(tmp_path)
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelError) as caught:
        Moonshine(folder)
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\x05", b"\x01a" * 300 + b"\x90", None])
def test_a_broken_vocabulary_is_a_typed_error(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "tokenizer.bin"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises((ModelError, ModelMissing)) as caught:
        Subwords(file, install=INSTALL)
    assert caught.value.hint


def test_networks_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    (folder / "decoder_model_merged.ort").unlink()
    (folder / "decoder_model_merged.ort").symlink_to(folder / "encoder_model.ort")
    with pytest.raises((ModelError, EngineFailed)):
        Moonshine(folder)


def test_the_end_is_no_word(pieces: Subwords) -> None:
    assert pieces.join([END]) == ""


@pytest.mark.parametrize("level", [0.0, 1.0, 30.0, 400.0])
def test_no_words_are_made_of_noise(model: Moonshine, level: float) -> None:
    noise = np.random.default_rng(7).normal(0.0, level, RATE).astype(np.int16)
    sound = model.listen(noise)
    assert sound is not None and sound.written().text == ""


def test_words_may_be_written_as_was_learnt(pieces: Subwords) -> None:
    learnt = Writing(pieces, {"fan": ("feign", "ve anne")})
    speller = Speller(grammar_of(f"({TIMES})"), learnt)
    for text in ("set the fan to 20%", "Set Feign to 20%", "set the ve anne to 20%"):
        (words,) = _written(speller, pieces.split(text))
        assert " ".join(words).endswith("fan to twenty percent")
    plain = Speller(grammar_of(f"({TIMES})"), Writing(pieces))
    assert not _written(plain, pieces.split("set feign to 20%"))
