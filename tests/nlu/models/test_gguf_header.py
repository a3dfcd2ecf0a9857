"""The head of a GGUF file: read whole, or refused with a reason."""

import struct
from pathlib import Path

import pytest
from gguf_file import BERT_PIECES, STORIES, entry, text, tiny_bert, tiny_llama
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.engines.slm.gguf_check import check_decoder, check_encoder
from voiceagent.errors import ModelError, ModelMissing
from voiceagent.nlu.models.gguf_header import Header, read_header

pytestmark = pytest.mark.fault


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder."""
    return tiny_bert(tmp_path_factory.mktemp("gguf") / "bert.gguf")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that writes."""
    return tiny_llama(tmp_path_factory.mktemp("gguf") / "llama.gguf", template="{{x}}")


def reads(path: Path) -> Header | str:
    """The head, or the cause of the typed error; anything else fails the test."""
    try:
        return check_encoder(path)
    except (ModelError, ModelMissing) as error:
        assert error.cause or error.hint
        return error.cause or "unknown"


def test_what_was_written_is_read(bert: Path, llama: Path) -> None:
    header = read_header(bert)
    assert (header.architecture, header.name) == ("bert", "tiny-bert")
    assert header.number("embedding_length") == 32
    assert len(header.vocabulary) == len(BERT_PIECES)
    assert header.tensors["blk.0.ffn_up.weight"].shape == (32, 64)
    assert read_header(llama).chat_template == "{{x}}"


def test_a_real_file_is_read() -> None:
    if not STORIES.is_file():
        pytest.skip("the stories GGUF is not here")
    header = check_decoder(STORIES)
    assert header.name == "stories260K" and len(header.vocabulary) == 512
    with pytest.raises(ModelError, match="not a BERT encoder"):
        check_encoder(STORIES)


@given(data=st.data())
def test_every_cut_is_refused(bert: Path, data: st.DataObject) -> None:
    whole = bert.read_bytes()
    end = data.draw(st.integers(0, len(whole) - 40))
    cut = bert.with_name("cut.gguf")
    cut.write_bytes(whole[:end])
    assert isinstance(reads(cut), str)


@given(data=st.data())
def test_no_flip_gives_anything_but_a_header_or_a_typed_error(
    bert: Path, data: st.DataObject
) -> None:
    whole = bytearray(bert.read_bytes())
    flipped = bert.with_name("flipped.gguf")
    head = len(whole) - 4 * 32 * len(BERT_PIECES)
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, head))] ^= data.draw(st.integers(1, 255))
    flipped.write_bytes(whole)
    reads(flipped)


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_magic_are_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00" + data)
    assert isinstance(reads(path), str)


def test_no_file_and_no_model_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no model file"):
        read_header(tmp_path / "none.gguf")
    (tmp_path / "other").write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(ModelError) as caught:
        read_header(tmp_path / "other")
    assert caught.value.cause == "it is no GGUF file"
    with pytest.raises(ModelError):
        read_header(tmp_path)


def head(*entries: bytes, tensors: bytes = b"", count: int = 0) -> bytes:
    """A file's beginning."""
    start = b"GGUF" + struct.pack("<IQQ", 3, count, len(entries))
    return start + b"".join(entries) + tensors


TENSOR = text("w") + struct.pack("<IQIQ", 1, 4, 0, 0)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**40, 0), "tensors are claimed"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**40), "entries are claimed"),
        (head(), "no weights"),
        (head(text("a") + struct.pack("<IQ", 8, 2**60)), "bytes of text"),
        (head(text("a") + struct.pack("<IIQ", 9, 4, 2**60)), "array entries"),
        (head(text("a") + struct.pack("<IIQ", 9, 9, 1)), "array of type 9"),
        (head(text("a") + struct.pack("<I", 99)), "type 99"),
        (head(tensors=text("w") + struct.pack("<I", 9), count=1), "9 dimensions"),
        (head(tensors=TENSOR, count=1), "cut short"),
        (head(tensors=TENSOR * 2, count=2), "same name"),
        (head(tensors=TENSOR[:-12] + struct.pack("<IQ", 4, 0), count=1), "type 4"),
        (head(tensors=TENSOR[:-12] + struct.pack("<IQ", 8, 0), count=1), "shape"),
        (
            head(text("general.alignment") + entry(0), tensors=TENSOR, count=1),
            "alignment",
        ),
    ],
)
def test_each_lie_is_called_by_its_name(
    tmp_path: Path, data: bytes, cause: str
) -> None:
    (tmp_path / "lie.gguf").write_bytes(data)
    assert cause in str(reads(tmp_path / "lie.gguf"))


def changed(path: Path, old: bytes, new: bytes) -> Path:
    """The same file with some bytes exchanged once."""
    data = path.read_bytes()
    assert data.count(old) >= 1 and len(old) == len(new)
    other = path.with_name("changed.gguf")
    other.write_bytes(data.replace(old, new, 1))
    return other


def number(key: str, value: int) -> bytes:
    """An entry as it stands in the file."""
    return text(key) + entry(value)


@pytest.mark.parametrize(
    ("key", "old", "new", "cause"),
    [
        ("bert.embedding_length", 32, 64, "pieces"),
        ("bert.embedding_length", 32, 0, "is 0"),
        ("bert.block_count", 2, 3, "layer 2 is missing"),
        ("bert.block_count", 2, 2**31, "is 2147483648"),
        ("bert.attention.head_count", 2, 5, "do not share"),
        ("bert.attention.head_count", 2, 0, "do not share"),
        ("bert.feed_forward_length", 64, 65, "ffn_up"),
        ("bert.context_length", 64, 128, "position_embd"),
        ("tokenizer.ggml.bos_token_id", 2, 9999, "bos_token_id"),
    ],
)
def test_sizes_that_do_not_fit_the_weights_are_refused(
    bert: Path, key: str, old: int, new: int, cause: str
) -> None:
    broken = changed(bert, number(key, old), number(key, new))
    assert cause in str(reads(broken))


def test_a_vocabulary_of_another_size_is_refused(llama: Path) -> None:
    key = "llama.embedding_length"
    broken = changed(llama, number(key, 32), number(key, 33))
    with pytest.raises(ModelError) as caught:
        check_decoder(broken)
    assert caught.value.cause.startswith("its tokenizer has")


def test_an_encoder_is_no_model_that_writes(bert: Path, llama: Path) -> None:
    with pytest.raises(ModelError, match="not a model that writes"):
        check_decoder(bert)
    with pytest.raises(ModelError, match="not a BERT encoder"):
        check_encoder(llama)


def test_a_tokenizer_without_a_byte_is_refused(llama: Path) -> None:
    with pytest.raises(ModelError) as caught:
        check_decoder(changed(llama, b"<0x41>", b"<0x4Z>"))
    assert "byte 65" in caught.value.cause


def test_a_piece_that_is_there_twice_is_refused(llama: Path) -> None:
    with pytest.raises(ModelError) as caught:
        check_decoder(changed(llama, b"<0x41>", b"<0x42>"))
    assert "twice" in caught.value.cause
