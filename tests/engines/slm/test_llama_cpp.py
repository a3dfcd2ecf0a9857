"""llama.cpp on real GGUF files, through every package that carries it here."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gguf_file import BERT_PIECES, LLAMA_PIECES, STORIES, tiny_bert, tiny_llama
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.engines.slm import llama_library
from voiceagent.engines.slm.gguf_check import check_decoder
from voiceagent.engines.slm.llama_cpp import STEP, LlamaDecoder, LlamaEncoder
from voiceagent.engines.slm.llama_library import LlamaLibrary, engines, load_library
from voiceagent.errors import EngineFailed, EngineMissing, ModelError, ModelMissing

pytestmark = pytest.mark.audio
INSTALLED = [name for name, _ in engines()]
if not INSTALLED:
    pytest.skip("no package with llama.cpp is installed", allow_module_level=True)


@pytest.fixture(scope="module", params=INSTALLED)
def engine(request: pytest.FixtureRequest) -> str:
    """Each package that is installed and can be used beside what is loaded."""
    return usable(str(request.param))


def usable(name: str) -> str:
    """`name`, or a skip where another package has loaded libraries of its names."""
    try:
        load_library(name)
    except EngineFailed as error:
        if "own" not in error.hint:
            raise
        pytest.skip(f"{name}: {error.hint}")
    return name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bert.gguf` and `llama.gguf`, tiny."""
    made = tmp_path_factory.mktemp("models")
    tiny_bert(made / "bert.gguf")
    tiny_llama(made / "llama.gguf")
    return made


@pytest.fixture(scope="module")
def encoder(folder: Path, engine: str) -> Iterator[LlamaEncoder]:
    """The tiny encoder."""
    made = LlamaEncoder(folder / "bert.gguf", engine=engine)
    yield made
    made.close()


@pytest.fixture(scope="module")
def decoder(folder: Path, engine: str) -> Iterator[LlamaDecoder]:
    """The tiny model that writes."""
    made = LlamaDecoder(folder / "llama.gguf", engine=engine)
    yield made
    made.close()


@pytest.fixture(scope="module")
def stories(engine: str) -> Iterator[LlamaDecoder]:
    """A real model, trained on stories for children."""
    if not STORIES.is_file():
        pytest.skip("the stories GGUF is not here")
    made = LlamaDecoder(STORIES, engine=engine)
    yield made
    made.close()


def written(decoder: LlamaDecoder, prompt: str, count: int) -> str:
    """The likeliest continuation."""
    pieces = [*decoder.opening(), *decoder.tokenize(prompt)]
    held = decoder.keep(pieces[:-1])
    scores = decoder.feed(pieces[held:])
    found = []
    for _ in range(count):
        found.append(int(scores.argmax()))
        scores = decoder.feed(found[-1:])
    return b"".join(decoder.pieces[piece] for piece in found).decode()


def test_every_piece_gets_a_vector(encoder: LlamaEncoder) -> None:
    assert encoder.vocabulary == BERT_PIECES
    vectors = encoder.embed([2, 4, 5, 3])
    assert vectors.shape == (4, 32) and vectors.dtype == np.float32
    assert (encoder.limit, encoder.width, encoder.name) == (64, 32, "tiny-bert")
    assert encoder.engine.split()[0] in ("llama-cpp-python", "xllamacpp")


@settings(max_examples=25)
@given(st.lists(st.integers(0, len(BERT_PIECES) - 1), min_size=1, max_size=80))
def test_vectors_depend_on_the_text_alone(
    encoder: LlamaEncoder, ids: list[int]
) -> None:
    once = encoder.embed(ids)
    encoder.embed([2, 3])
    assert np.array_equal(encoder.embed(ids), once)
    assert len(once) == min(len(ids), encoder.limit)


def test_the_packages_agree(folder: Path) -> None:
    if len(INSTALLED) < 2:
        pytest.skip("only one package with llama.cpp is installed")
    names = [usable(name) for name in INSTALLED]
    made = [LlamaEncoder(folder / "bert.gguf", engine=name) for name in names]
    one, other = (encoder.embed([2, 9, 7, 11, 3]) for encoder in made)
    assert np.allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("ids", [[], [-1], [2, len(BERT_PIECES)]])
def test_unknown_pieces_never_reach_native_code(
    encoder: LlamaEncoder, ids: list[int]
) -> None:
    with pytest.raises(EngineFailed, match="pieces it does not have"):
        encoder.embed(ids)


def test_a_real_model_tells_its_story(stories: LlamaDecoder) -> None:
    story = written(stories, "Once upon a time", 12)
    assert story.startswith(", there was a little girl named")


def test_stepping_back_is_the_same_as_beginning_again(stories: LlamaDecoder) -> None:
    first = written(stories, "Once upon a time", 12)
    written(stories, "Once there was a cat", 8)
    read = stories.read
    assert written(stories, "Once upon a time", 12) == first
    held = len(stories.opening()) + 1
    whole = len(stories.opening()) + len(stories.tokenize("Once upon a time"))
    assert stories.read - read <= whole - held + 12


@settings(max_examples=20)
@given(cuts=st.lists(st.integers(1, 5), max_size=6))
def test_any_cutting_of_a_text_gives_the_same_scores(
    decoder: LlamaDecoder, cuts: list[int]
) -> None:
    pieces = [1, *range(260, 275)]
    decoder.keep([])
    whole = decoder.feed(pieces)
    decoder.keep([])
    at = 0
    for cut in cuts:
        if at + cut < len(pieces):
            decoder.feed(pieces[at : at + cut])
            at += cut
    assert np.allclose(decoder.feed(pieces[at:]), whole, atol=1e-3)
    assert decoder.held == tuple(pieces)


def test_passes_and_pieces_are_counted(decoder: LlamaDecoder) -> None:
    decoder.keep([])
    passes, read = decoder.passes, decoder.read
    decoder.feed([1, 260, 261])
    decoder.feed([262])
    assert (decoder.passes - passes, decoder.read - read) == (2, 4)


def test_pieces_are_what_they_write(decoder: LlamaDecoder) -> None:
    assert len(decoder.pieces) == len(LLAMA_PIECES)
    assert decoder.pieces[259 + 3] == b" the" and decoder.pieces[3 + 10] == b"\n"
    assert decoder.ends == {2} and decoder.opening() == [1]
    assert decoder.special("bos") == "<s>" and decoder.special("none") == ""


@pytest.mark.parametrize("count", [0, STEP + 1])
def test_more_than_fits_is_refused(decoder: LlamaDecoder, count: int) -> None:
    with pytest.raises(EngineFailed, match="no room"):
        decoder.feed([260] * count)


def test_a_full_context_is_a_typed_error(folder: Path, engine: str) -> None:
    small = LlamaDecoder(folder / "llama.gguf", context=40, engine=engine)
    small.feed([260] * 32)
    with pytest.raises(EngineFailed, match="no room"):
        small.feed([260] * 32)
    small.close()


@settings(max_examples=30)
@given(st.text(max_size=300))
def test_any_text_becomes_pieces(decoder: LlamaDecoder, text: str) -> None:
    pieces = decoder.tokenize(text)
    assert all(0 <= piece < len(LLAMA_PIECES) for piece in pieces)
    # What a user says is never a mark.
    assert not {0, 1, 2} & set(decoder.tokenize("</s><s>"))


def test_a_hundred_thousand_letters_are_cut_into_pieces(decoder: LlamaDecoder) -> None:
    assert len(decoder.tokenize("kitchen " * 12_500)) >= 12_500


def test_closed_is_closed(folder: Path, engine: str) -> None:
    made = LlamaEncoder(folder / "bert.gguf", engine=engine)
    made.close()
    made.close()
    with pytest.raises(EngineFailed, match="is closed"):
        made.embed([2, 3])
    other = LlamaDecoder(folder / "llama.gguf", engine=engine)
    other.close()
    with pytest.raises(EngineFailed, match="is closed"):
        other.tokenize("turn on")
    with pytest.raises(EngineFailed, match="is closed"):
        other.feed([1])


def test_broken_weights_are_noticed(folder: Path, engine: str) -> None:
    data = bytearray((folder / "bert.gguf").read_bytes())
    data[-32 * 4 * 20 :] = np.full(32 * 20, np.nan, "<f4").tobytes()
    broken = folder / "nan.gguf"
    broken.write_bytes(data)
    made = LlamaEncoder(broken, engine=engine)
    with pytest.raises(EngineFailed, match="nonsense"):
        made.embed([2, 5, 3])
    made.close()


def test_what_llama_cpp_refuses_is_a_typed_error(folder: Path, engine: str) -> None:
    """The head is fine for us, but the architecture does not exist."""
    data = (folder / "llama.gguf").read_bytes().replace(b"llama", b"llamb")
    (folder / "unknown.gguf").write_bytes(data)
    check_decoder(folder / "unknown.gguf")
    with pytest.raises(ModelError, match="cannot be used"):
        LlamaDecoder(folder / "unknown.gguf", engine=engine)
    with pytest.raises(ModelMissing):
        LlamaDecoder(folder / "none.gguf", engine=engine)


CHILD = """
import sys
from pathlib import Path
from voiceagent.engines.slm.llama_cpp import LlamaEncoder
from voiceagent.errors import VoiceAgentError
sys.path.insert(0, sys.argv[3])
import numpy as np
folder, engine = Path(sys.argv[1]), sys.argv[2]
whole = (folder / "bert.gguf").read_bytes()
random = np.random.default_rng(5)
head = len(whole) - 4 * 32 * 400
done = {"loaded": 0, "refused": 0}
for number in range(60):
    data = bytearray(whole)
    data[random.integers(0, head)] ^= 1 << random.integers(0, 8)
    (folder / "flip.gguf").write_bytes(data)
    try:
        encoder = LlamaEncoder(folder / "flip.gguf", engine=engine)
        encoder.embed([2, 5, 6, 3])
        encoder.close()
        done["loaded"] += 1
    except VoiceAgentError as error:
        done["refused"] += 1
print(done)
"""


def test_what_our_check_lets_through_does_not_end_the_process(
    folder: Path, engine: str
) -> None:
    command = [sys.executable, "-c", CHILD, str(folder), engine, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert "refused" in done.stdout and done.stderr == ""


def test_nothing_is_printed(folder: Path, engine: str) -> None:
    code = (
        "from pathlib import Path\n"
        "from voiceagent.engines.slm.llama_cpp import LlamaEncoder\n"
        f"made = LlamaEncoder(Path({str(folder / 'bert.gguf')!r}), engine={engine!r})\n"
        "made.embed([2, 3]); made.close()"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_missing_package_names_both_install_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(llama_library, "_library_file", lambda engine: None)
    load_library.cache_clear()
    with pytest.raises(EngineMissing) as caught:
        load_library()
    load_library.cache_clear()
    assert "voiceagent[slm]" in caught.value.hint
    assert "voiceagent[slm-source]" in caught.value.hint
    assert caught.value.hint.count("`") % 2 == 0


def test_a_library_that_is_laid_out_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setattr(llama_library, "CONTEXT_DEFAULTS", (512, 2048, 512, 7))
    file = dict(engines())[engine]
    with pytest.raises(EngineFailed) as caught:
        LlamaLibrary(engine, file)
    assert "unknown way" in caught.value.cause


def test_a_file_that_is_no_library_is_refused(tmp_path: Path, engine: str) -> None:
    (tmp_path / "libllama.so").write_bytes(b"no library")
    with pytest.raises(EngineFailed, match="cannot be used"):
        LlamaLibrary(engine, tmp_path / "libllama.so")
