"""Word error rate: counted as the field counts it, over the words as spoken."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edits import edits
from voiceagent.audio.frames import RATE
from voiceagent.errors import AudioFileError, UsageError
from voiceagent.evaluation.stt import evaluate_stt, read_labels
from voiceagent.stt.protocol import Recognition

pytest.importorskip("jiwer", reason="the extra `eval` is not installed")
pytestmark = pytest.mark.unit

WORDS = st.lists(st.sampled_from(["turn", "on", "the", "light"]), max_size=6)


class Parrot:
    """Says the next of its texts, whatever it hears; counts the audio it was fed."""

    name = "parrot"

    def __init__(self, texts: Iterable[str], accepted: bool = True) -> None:
        self._texts = iter(texts)
        self._accepted = accepted
        self.fed = 0

    def start(self) -> None:
        """Nothing to forget."""

    def feed(self, pcm: bytes) -> str:
        """Count."""
        self.fed += len(pcm)
        return ""

    def preview(self) -> Recognition | None:
        """Nothing before the end."""
        return None

    def finish(self) -> Recognition:
        """The next text."""
        return Recognition(next(self._texts), 1.0, self._accepted)


def recordings(folder: Path, texts: Mapping[str, str | None]) -> Path:
    """A labelled set of half-second files, some without a text."""
    lines = []
    for name, text in texts.items():
        with wave.open(str(folder / name), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(b"\x01\x00" * (RATE // 2))
        lines.append(json.dumps({"file": name} | ({"text": text} if text else {})))
    labels = folder / "labels.jsonl"
    labels.write_text("\n".join(lines) + "\n\n", "utf-8")
    return labels


def test_numbers_case_and_punctuation_do_not_count(tmp_path: Path) -> None:
    labels = recordings(tmp_path, {"a.wav": "What's 20% of it?"})
    report = evaluate_stt(Parrot(["whats twenty percent of it"]), labels=labels)
    assert (report.wer, report.exact, report.words) == (0.0, 1.0, 5)


def test_errors_by_kind_and_the_worst_first(tmp_path: Path) -> None:
    said = {"a.wav": "turn on the light", "b.wav": "stop", "c.wav": "open the door"}
    labels = recordings(tmp_path, said)
    parrot = Parrot(["turn off light", "stop", "open the the door now"], False)
    report = evaluate_stt(parrot, labels=labels)
    kinds = (report.substitutions, report.deletions, report.insertions)
    assert kinds == (1, 1, 2)
    assert report.wer == pytest.approx(4 / 8)
    assert report.exact == pytest.approx(1 / 3)
    assert report.rejected == 3
    assert [clip.file for clip in report.worst] == ["a.wav", "c.wav"]
    assert json.dumps(report.to_json())


def test_every_sample_is_heard_and_time_is_told(tmp_path: Path) -> None:
    labels = recordings(tmp_path, {"a.wav": "stop", "b.wav": "stop"})
    parrot = Parrot(["stop", "stop"])
    seen: list[tuple[int, int]] = []
    report = evaluate_stt(
        parrot, labels=labels, progress=lambda done, total: seen.append((done, total))
    )
    assert parrot.fed == 2 * RATE and report.seconds == 1.0
    assert report.rtf > 0 and report.cpu >= 0
    assert seen == [(1, 2), (2, 2)]


def test_words_in_a_silent_recording_are_told_apart(tmp_path: Path) -> None:
    labels = recordings(tmp_path, {"a.wav": "stop", "b.wav": "..."})
    report = evaluate_stt(Parrot(["stop", "thank you"]), labels=labels)
    assert (report.wer, report.invented) == (0.0, 2)
    assert report.worst[0].file == "b.wav"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(WORDS.filter(bool), WORDS), min_size=1, max_size=4))
def test_it_is_the_edit_distance_over_the_words(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[list[str], list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("set")
    said = {f"{i}.wav": " ".join(words) for i, (words, _) in enumerate(pairs)}
    labels = recordings(folder, said)
    report = evaluate_stt(Parrot(" ".join(b) for _, b in pairs), labels=labels)
    wanted = sum(edits(a, b) for a, b in pairs) / sum(len(a) for a, _ in pairs)
    assert report.wer == pytest.approx(wanted)


def test_rows_without_a_text_are_left_out(tmp_path: Path) -> None:
    labels = recordings(tmp_path, {"a.wav": "stop", "b.wav": None})
    assert read_labels(labels) == [(tmp_path / "a.wav", "stop")]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "has no recording"),
        (b"{", "line 1 of `labels.jsonl` is not a label"),
        (b'{"text": "a"}', "line 1 of `labels.jsonl` is not a label"),
        (b'{"file": "a", "text": "a"}\n\n[]', "line 3 of"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_bad_labels_are_one_typed_error(
    tmp_path: Path, content: bytes, what: str
) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_labels(labels)
    assert what in caught.value.what and caught.value.hint


def test_missing_labels_and_recordings_are_typed_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_labels(tmp_path / "none.jsonl")
    labels = recordings(tmp_path, {"a.wav": "stop"})
    (tmp_path / "a.wav").unlink()
    with pytest.raises(AudioFileError):
        evaluate_stt(Parrot(["stop"]), labels=labels)
