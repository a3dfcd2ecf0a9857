"""Sound that only `ffmpeg` knows: read through a child, or told how to convert it."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from voiceagent.audio import ffmpeg
from voiceagent.audio.file import AudioFile, read_audio
from voiceagent.audio.frames import RATE
from voiceagent.audio.kinds import DEMUXERS, SUFFIXES
from voiceagent.errors import AudioFileError
from voiceagent.replay.replay import find_inputs

pytestmark = pytest.mark.audio
needed = pytest.mark.skipif(
    not shutil.which("ffmpeg"), reason="`ffmpeg` is not installed"
)
KINDS = {
    "x.m4a": ("aac", 0.05),
    "x.mp4": ("aac", 0.05),
    "x.aac": ("aac", 0.05),
    "x.webm": ("libopus", 0.05),
    "x.mkv": ("pcm_s16le", 1e-3),
    "x.mka": ("flac", 1e-3),
    "x.caf": ("pcm_s16be", 1e-3),
    "x.au": ("pcm_s16be", 1e-3),
    "x.w64": ("pcm_s16le", 1e-3),
    "x.wma": ("wmav2", 0.1),
    "x.wv": ("wavpack", 1e-3),
    "x.tta": ("tta", 1e-3),
    "x.wav": ("mp2", 0.1),
}


def tone(seconds: float = 1.0) -> NDArray[np.float64]:
    """Two tones that come and go, so that a shift would be seen."""
    t = np.arange(round(RATE * seconds)) / RATE
    return 0.4 * np.sin(2 * np.pi * 440 * t) * np.sin(2 * np.pi * 1.5 * t)


def encoded(folder: Path, name: str, codec: str, seconds: float = 1.0) -> Path:
    source, path = folder / "source.flac", folder / name
    soundfile.write(source, tone(seconds), RATE)
    line = ["ffmpeg", "-y", "-nostdin", "-v", "error", "-i", str(source), "-c:a", codec]
    done = subprocess.run([*line, str(path)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"this `ffmpeg` has no encoder `{codec}`")
    source.unlink()
    return path


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> Path:
    """A file that is left to programs which do as these scripts say."""
    for name, script in scripts.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    path = folder / "x.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(99))
    return path


STREAM = '{"codec_name": "aac", "channels": 1, "sample_rate": "16000"}'
PROBE = f"echo '{{\"streams\": [{STREAM}]}}'"


def error_of(path: Path) -> AudioFileError:
    with pytest.raises(AudioFileError) as caught:
        read_audio(path)
    assert caught.value.cause and caught.value.hint
    return caught.value


@needed
@pytest.mark.parametrize("name", KINDS)
def test_what_others_record_is_read(tmp_path: Path, name: str) -> None:
    codec, tolerance = KINDS[name]
    found = read_audio(encoded(tmp_path, name, codec))
    assert found.facts.complete and RATE <= len(found.samples) + 512 <= RATE * 1.2
    middle, wanted = found.samples[5000:11_000] / 32768, tone()
    starts = range(5000 - 2300, 5000 + 2300)
    errors = [float(np.mean((middle - wanted[at : at + 6000]) ** 2)) for at in starts]
    assert min(errors) < tolerance**2


@needed
@pytest.mark.parametrize("name", sorted(KINDS.keys() - {"x.wav"}))
def test_what_was_cut_is_told(tmp_path: Path, name: str) -> None:
    whole = encoded(tmp_path, name, KINDS[name][0], 4.0)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    error = error_of(whole)
    assert "`partial`" in error.hint or "moov" in error.cause


@needed
def test_channels_are_looked_at_and_made_one(tmp_path: Path) -> None:
    source, path = tmp_path / "x.flac", tmp_path / "x.mka"
    soundfile.write(source, np.stack([tone() * 0, tone()], 1), RATE)
    line = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(source), str(path)]
    subprocess.run([*line[:-1], "-c:a", "flac", line[-1]], check=True)
    found = read_audio(path)
    assert (found.facts.channels, found.facts.mix) == (2, "channel 2")
    assert len(found.samples) == RATE


@needed
@pytest.mark.parametrize(
    "kind", [b"\x1aE\xdf\xa3", b"caff", b".snd", b"\xff\xf1", b"FLV"]
)
def test_what_only_begins_like_sound_is_told(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(kind + bytes(range(256)) * 8)
    error_of(path)


def test_without_it_the_line_that_converts_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "x.webm"
    path.write_bytes(b"\x1aE\xdf\xa3" + bytes(99))
    error = error_of(path)
    assert "not installed" in error.cause and "apt-get install ffmpeg" in error.hint
    assert "ffmpeg -i INPUT" in error.hint


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        ("echo nonsense", "no sound in it"),
        ("echo '{\"streams\": []}'", "no sound in it"),
        ("echo '[mov @ 0x5] moov atom not found' >&2; exit 1", "moov atom not found"),
        (PROBE.replace("16000", "1"), "1 Hz"),
        (PROBE.replace('"channels": 1', '"channels": 99'), "99 channels"),
        ("exit 3", "status 3"),
    ],
)
def test_whatever_it_answers_is_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probe: str, words: str
) -> None:
    path = fake(tmp_path, monkeypatch, ffprobe=probe, ffmpeg="exit 0")
    assert words in str(error_of(path))


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("head -c 64000 /dev/zero; exit 1", "status 1"),
        ("head -c 64000 /dev/zero; echo '[aac] broken' >&2", "broken"),
        ("head -c 64000 /dev/zero; kill -9 $$", "status -9"),
    ],
)
def test_what_it_complains_about_is_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    path = fake(tmp_path, monkeypatch, ffprobe=PROBE, ffmpeg=script)
    error = error_of(path)
    assert "damaged after 1.000 s" in str(error) and words in error.cause
    part = read_audio(path, partial=True)
    assert len(part.samples) == RATE and not part.facts.complete


def test_one_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "SECONDS", 0.2)
    hangs = "cat /dev/zero | head -c 32000; exec tail -f /dev/null"
    path = fake(tmp_path, monkeypatch, ffprobe=PROBE, ffmpeg=hangs)
    assert "took more than" in error_of(path).cause
    path = fake(tmp_path, monkeypatch, ffprobe="exec tail -f /dev/null", ffmpeg="")
    assert "took more than" in error_of(path).cause


def test_one_without_an_end_meets_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fake(tmp_path, monkeypatch, ffprobe=PROBE, ffmpeg="cat /dev/zero")
    with pytest.raises(AudioFileError, match="`max_seconds`"):
        read_audio(path, max_seconds=30.0)
    with AudioFile(path) as half_read:
        next(half_read.blocks())


def test_it_can_write_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes = f"head -c 64000 /dev/zero; sleep 0; echo x > {tmp_path / 'made'}"
    path = fake(tmp_path, monkeypatch, ffprobe=PROBE, ffmpeg=writes)
    if hasattr(__import__("resource"), "prlimit"):
        error_of(path)
        assert not (tmp_path / "made").exists() or not (tmp_path / "made").read_bytes()


def test_a_folder_passes_over_no_sound(tmp_path: Path) -> None:
    names = [f"x{suffix}" for suffix in SUFFIXES] + ["Y.M4A"]
    for name in (*names, "notes.txt", "x.jsonl"):
        (tmp_path / name).touch()
    assert {path.name for path in find_inputs([tmp_path])} == {*names}
    assert set(DEMUXERS) >= {"MP4", "Matroska or WebM", "AAC", "Core Audio"}
