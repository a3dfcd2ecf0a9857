"""Instructions are read once: what is kept of them is the same as reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from gguf_file import tiny_llama
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_decoder import ScriptedDecoder

from voiceagent.app.kept import KeptFiles
from voiceagent.engines.slm.llama_library import engines
from voiceagent.nlu.slm.constrained_decoding import ConstrainedWriter
from voiceagent.nlu.slm.instructions import made_anew, read_once

if not list(engines()):
    pytest.skip("no package with llama.cpp is installed", allow_module_level=True)
from voiceagent.engines.slm.llama_cpp import LlamaDecoder  # noqa: E402

pytestmark = pytest.mark.audio
PIECES = [5, 9, 11, 7, 5, 6, 12, 8]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that writes."""
    path = tmp_path_factory.mktemp("model") / "llama.gguf"
    tiny_llama(path)
    return path


@pytest.fixture(scope="module")
def decoder(file: Path) -> Iterator[LlamaDecoder]:
    """At work."""
    made = LlamaDecoder(file)
    yield made
    made.close()


def read(decoder: LlamaDecoder, kept: KeptFiles, version: str = "1") -> int:
    """How many pieces went through the model until it held all of them."""
    decoder.keep([])
    before = decoder.read
    read_once(decoder, ConstrainedWriter(decoder), PIECES, kept.get, version)
    assert list(decoder.held) == PIECES
    return decoder.read - before


@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.integers(4, 20), min_size=1, max_size=40))
def test_a_state_is_as_good_as_reading(
    decoder: LlamaDecoder, pieces: list[int]
) -> None:
    decoder.keep([])
    decoder.feed(pieces)
    state = decoder.state()
    scores = decoder.feed([4])
    assert decoder.take_state(pieces, state) and list(decoder.held) == pieces
    assert np.array_equal(decoder.feed([4]), scores)


@pytest.mark.parametrize(
    "harm",
    [lambda s: s[:-5], lambda s: s + b"x", lambda s: bytes(len(s)), lambda s: b""],
)
def test_what_is_no_state_leaves_nothing_behind(
    decoder: LlamaDecoder, harm: Callable[[bytes], bytes]
) -> None:
    decoder.keep([])
    fresh = decoder.feed([9, 4])
    decoder.keep([])
    decoder.feed(PIECES)
    assert not decoder.take_state(PIECES, harm(decoder.state()))
    assert not decoder.held
    assert np.array_equal(decoder.feed([9, 4]), fresh)


def test_the_second_start_reads_nothing(decoder: LlamaDecoder, tmp_path: Path) -> None:
    assert read(decoder, KeptFiles(tmp_path / "kept")) == len(PIECES)
    assert read(decoder, KeptFiles(tmp_path / "kept")) == 0
    assert read(decoder, KeptFiles(tmp_path / "kept"), version="2") == len(PIECES)


@pytest.mark.parametrize("harm", ["cut", "turned", "empty", "folder"])
def test_a_file_that_is_broken_is_read_again(
    decoder: LlamaDecoder, tmp_path: Path, harm: str
) -> None:
    kept = KeptFiles(tmp_path / "kept")
    read(decoder, kept)
    (path,) = (tmp_path / "kept").iterdir()
    data = path.read_bytes()
    path.unlink()
    match harm:
        case "folder":
            path.mkdir()
        case "cut":
            path.write_bytes(data[:-20])
        case "turned":
            path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
        case _:
            path.touch()
    assert read(decoder, kept) == len(PIECES)


def test_a_state_of_another_build_is_read_again(decoder: LlamaDecoder) -> None:
    def stale(kind: str, made_from: Iterable[bytes], make: object) -> bytes:
        return b"of another build"

    decoder.keep([])
    read_once(decoder, ConstrainedWriter(decoder), PIECES, stale, "1")
    assert list(decoder.held) == PIECES


def test_what_cannot_be_kept_is_read(tmp_path: Path) -> None:
    scripted = ScriptedDecoder("x")
    kept = KeptFiles(tmp_path / "kept")
    read_once(scripted, ConstrainedWriter(scripted), [2, 3], kept.get, "1")
    assert scripted.held == [2, 3] and not (tmp_path / "kept").exists()
    scripted.keep([])
    read_once(scripted, ConstrainedWriter(scripted), [2, 3], made_anew, "1")
    assert scripted.held == [2, 3]
