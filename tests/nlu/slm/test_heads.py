"""The heads of the encoder, and the small model that they make with it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf_file import BERT_PIECES, tiny_bert
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.engines.slm.llama_library import engines
from voiceagent.errors import ModelError, ModelMissing
from voiceagent.nlu.intent import SlotValue
from voiceagent.nlu.slm.heads import Heads, HeadsReading, load_heads, shapes
from voiceagent.nlu.slm.intent_encoder import IntentEncoder
from voiceagent.nlu.slm.protocol import NOT_MINE
from voiceagent.nlu.slm.wordpiece import WordPiece

pytestmark = pytest.mark.unit
CLASSES = ["device.on", "timer.set", ""]
TAGS = ["O", "B-name", "I-name", "B-minutes"]
WIDTH, BUCKETS = 32, 16
CARD: dict[str, Any] = {
    "format": 1,
    "pack": "home",
    "width": WIDTH,
    "limit": 24,
    "classes": CLASSES,
    "tags": TAGS,
    "temperature": 1.0,
    "calibration": {"bias": 0.0, "log_best": 1.0, "log_margin": 0.5},
}


def arrays(seed: int = 1) -> dict[str, np.ndarray]:
    """Random heads; the last dimension of vectors decides on "not mine"."""
    random = np.random.default_rng(seed)
    made = {
        "vocabulary": np.frombuffer("\n".join(BERT_PIECES).encode(), np.uint8),
        "intent_weight": random.normal(size=(3, WIDTH)),
        "intent_bias": np.zeros(3),
        "ngram_idf": np.ones(BUCKETS),
        "ngram_weight": random.integers(-9, 9, (BUCKETS, 3)).astype(np.int8),
        "ngram_scale": np.full(3, 0.01),
        "prototype": random.normal(size=(3, WIDTH)) / 6,
        "slot_weight": random.normal(size=(4, WIDTH)),
        "slot_bias": np.zeros(4),
        "slot_transition": np.zeros((5, 4)),
        "slot_allowed": np.array([[1, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 0]], bool),
    }
    return {
        name: values.astype(np.float32) if values.dtype == np.float64 else values
        for name, values in made.items()
    }


def write(folder: Path, card: Mapping[str, Any] = CARD, **changed: Any) -> Path:
    """A model folder's heads; `changed`: arrays to exchange, None to leave out."""
    folder.mkdir(exist_ok=True)
    (folder / "heads.json").write_text(json.dumps(dict(card)))
    kept = {k: v for k, v in {**arrays(), **changed}.items() if v is not None}
    np.savez(folder / "heads.npz", **kept)
    return folder


class Vectors:
    """An encoder that draws a vector for every piece."""

    def __init__(self, vocabulary: Sequence[str] = BERT_PIECES) -> None:
        self.vocabulary, self.width, self.closed = vocabulary, WIDTH, False

    def embed(self, ids: Sequence[int]) -> np.ndarray:
        """The same vectors for the same pieces."""
        random = np.random.default_rng(list(ids))
        return random.normal(size=(len(ids), WIDTH)).astype(np.float32)

    def close(self) -> None:
        """Free nothing."""
        self.closed = True


class Found:
    """Gives the marked words as they are; nothing where `timer.set` has no minutes."""

    def resolve(
        self, intent: str, text: str, spans: Sequence[tuple[int, int, str]] = ()
    ) -> Mapping[str, SlotValue] | None:
        """The words of every span."""
        slots = {slot: text[start:end] for start, end, slot in spans}
        return None if intent == "timer.set" and not slots else slots


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Heads:
    """Random heads, through the files."""
    return load_heads(write(tmp_path_factory.mktemp("heads")))


def encoder(heads: Heads, vectors: Vectors | None = None) -> IntentEncoder:
    """A small model without native code."""
    return IntentEncoder(vectors or Vectors(), heads, Found(), name="x", version="1 a")


@given(st.lists(st.sampled_from(BERT_PIECES[4:30]), min_size=1, max_size=20))
def test_what_is_read_is_always_possible(heads: Heads, words: list[str]) -> None:
    encoded = WordPiece(heads.vocabulary, limit=24).encode(" ".join(words))
    reading = heads.read(encoded, Vectors().embed(encoded.ids))
    assert reading.intent in CLASSES and 0 <= reading.probability <= 1
    allowed = {"device.on": {"name"}, "timer.set": {"minutes"}, "": set()}
    assert {slot for _, _, slot in reading.spans} <= allowed[reading.intent]
    starts = {word.start for word in encoded.words}
    ends = {word.end for word in encoded.words}
    assert all(s in starts and e in ends for s, e, _ in reading.spans)


def test_the_class_with_the_best_score_wins(tmp_path: Path) -> None:
    weight = np.zeros((3, WIDTH), np.float32)
    for best, name in enumerate(CLASSES):
        bias = np.eye(3, dtype=np.float32)[best] * 9
        made = load_heads(write(tmp_path, intent_weight=weight, intent_bias=bias))
        encoded = WordPiece(made.vocabulary).encode("turn on the kitchen light")
        reading = made.read(encoded, Vectors().embed(encoded.ids))
        assert reading.intent == name
        assert reading.best == (name or reading.best) != ""


def test_ngrams_count(tmp_path: Path) -> None:
    without = {
        "ngram_idf": np.zeros(0, np.float32),
        "ngram_weight": np.zeros((0, 3), np.int8),
    }
    with_them, bare = (
        load_heads(write(tmp_path / "a")),
        load_heads(write(tmp_path / "b", **without)),
    )
    encoded = WordPiece(bare.vocabulary).encode("set a timer")
    vectors = Vectors().embed(encoded.ids)
    one, other = with_them.logits(encoded, vectors), bare.logits(encoded, vectors)
    assert 0 < np.abs(one - other).max() < 1


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_gives_a_guess(heads: Heads, text: str) -> None:
    guess = encoder(heads).understand(text)
    assert guess.intent is None or guess.intent.name in CLASSES
    assert guess.intent is not None or guess.reason
    assert text == "" or text not in guess.reason or len(text) < 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("turn on " * 15_000, "too long"),
        ("turn on the light " * 20, "too long"),
        ("", "no words"),
        ("\x00\x07\n", "no words"),
        ("\ud800\udfff", "no words"),
    ],
)
def test_what_is_not_read_says_why(heads: Heads, text: str, reason: str) -> None:
    assert encoder(heads).understand(text).reason == reason


def test_guesses_of_every_kind(heads: Heads, monkeypatch: pytest.MonkeyPatch) -> None:
    slm = encoder(heads)
    assert (slm.name, slm.version) == ("x", "1 a")

    def reads(reading: HeadsReading) -> None:
        monkeypatch.setattr(slm, "read", lambda words: reading)

    reads(HeadsReading("", 0.9))
    assert slm.understand("who wrote hamlet") == NOT_MINE
    reads(HeadsReading("timer.set", 0.8))
    guess = slm.understand("set a timer")
    assert guess.intent is None and "timer.set" in guess.reason
    reads(HeadsReading("device.on", 0.7, ((12, 19, "name"),)))
    guess = slm.understand("Turn on the KITCHEN, light!")
    assert guess.intent is not None and guess.probability == 0.7
    assert guess.intent.slots == {"name": "kitchen"}
    assert guess.intent.text == "Turn on the KITCHEN, light!"


def test_closing_closes_the_encoder(heads: Heads) -> None:
    vectors = Vectors()
    encoder(heads, vectors).close()
    assert vectors.closed


def test_parts_that_do_not_belong_together_are_refused(heads: Heads) -> None:
    with pytest.raises(ModelError) as caught:
        encoder(heads, Vectors((*BERT_PIECES[:-1], "other")))
    assert "tokenizer" in caught.value.cause
    wide = Vectors()
    wide.width = 64
    with pytest.raises(ModelError) as caught:
        encoder(heads, wide)
    assert "64" in caught.value.cause


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A whole folder."""
    yield write(tmp_path / "model")


@pytest.mark.parametrize("file", ["heads.json", "heads.npz"])
def test_a_missing_or_broken_file_is_a_typed_error(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"PK\x03\x04 no")
    with pytest.raises(ModelError, match=file):
        load_heads(folder)
    (folder / file).unlink()
    with pytest.raises(ModelMissing, match=file):
        load_heads(folder)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_flip_and_no_cut_gives_anything_but_heads_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "flips"
    write(folder)
    file = folder / data.draw(st.sampled_from(["heads.json", "heads.npz"]))
    bytes_ = bytearray(file.read_bytes())
    if data.draw(st.booleans()):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] ^= data.draw(
            st.integers(1, 255)
        )
    else:
        del bytes_[data.draw(st.integers(0, len(bytes_) - 1)) :]
    file.write_bytes(bytes_)
    try:
        assert load_heads(folder).card.tags
    except ModelError as error:
        assert error.cause


@pytest.mark.parametrize("name", sorted(arrays()))
def test_an_array_that_is_missing_or_of_another_kind_is_named(
    folder: Path, name: str
) -> None:
    write(folder, **{name: None})
    with pytest.raises(ModelError) as caught:
        load_heads(folder)
    assert f"`{name}` is missing" in caught.value.cause
    write(folder, **{name: np.zeros((2, 2, 2), np.int64)})
    with pytest.raises(ModelError) as caught:
        load_heads(folder)
    assert f"`{name}` is int64" in caught.value.cause


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"intent_bias": np.full(3, np.nan, np.float32)}, "no number"),
        ({"ngram_idf": np.ones(12, np.float32)}, "does not fit"),
        ({"vocabulary": np.full(9, 255, np.uint8)}, "no text"),
        (
            {
                "ngram_idf": np.ones(12, np.float32),
                "ngram_weight": np.zeros((12, 3), np.int8),
            },
            "no power of two",
        ),
    ],
)
def test_values_of_no_use_are_named(
    folder: Path, changed: dict[str, np.ndarray], cause: str
) -> None:
    write(folder, **changed)
    with pytest.raises(ModelError) as caught:
        load_heads(folder)
    assert cause in caught.value.cause


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"classes": [""]},
        {"classes": ["a", "a"]},
        {"tags": []},
        {"width": 0},
        {"limit": 2},
        {"temperature": 0.0},
        {"calibration": {"bias": "high"}},
    ],
)
def test_a_card_of_no_use_is_refused(folder: Path, changed: dict[str, Any]) -> None:
    write(folder, {**CARD, **changed})
    with pytest.raises(ModelError, match="heads.json"):
        load_heads(folder)


def test_every_array_has_a_shape(heads: Heads) -> None:
    assert set(shapes(heads.card)) == set(arrays())


def test_on_llama_cpp_the_whole_model_reads(heads: Heads, tmp_path: Path) -> None:
    if not list(engines()):
        pytest.skip("no package with llama.cpp is installed")
    from voiceagent.engines.slm.llama_cpp import LlamaEncoder

    path = tiny_bert(tmp_path / "bert.gguf")
    slm = IntentEncoder(LlamaEncoder(path), heads, Found(), name="x")
    once = slm.understand("turn on the kitchen light")
    assert slm.understand("turn on the kitchen light") == once
    assert slm.understand("выключи свет").reason
    assert slm.understand("turn " * 50_000).reason == "too long"
    slm.close()
