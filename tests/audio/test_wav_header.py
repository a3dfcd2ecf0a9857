"""WAV files as recorders write them: what decides nothing decides nothing."""

from __future__ import annotations

import logging
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.errors import AudioFileError

pytestmark = pytest.mark.unit

SOUND = (np.sin(np.arange(4000) / 9) * 20_000).astype("<i2")
PCM = SOUND.tobytes()
WIDE = SOUND.astype("<i4") << 8
"""The same in 24 bits, at the low end of four bytes."""


@dataclass(frozen=True)
class Made:
    """A WAV file, field by field; None: what is right."""

    data: bytes = PCM
    tag: int = 1
    channels: int = 1
    rate: int = RATE
    per_second: int | None = None
    align: int | None = None
    bits: int = 16
    data_size: int | None = None
    riff_size: int | None = None
    before: bytes = b""
    behind: bytes = b""
    appended: bytes = b""
    magic: bytes = b"RIFF"
    more_fmt: bytes = b""

    @property
    def written(self) -> bytes:
        frame = self.channels * self.bits // 8
        align = frame if self.align is None else self.align
        speed = self.rate * frame if self.per_second is None else self.per_second
        fmt = struct.pack(
            "<HHIIHH", self.tag, self.channels, self.rate, speed, align, self.bits
        )
        size = len(self.data) if self.data_size is None else self.data_size
        body = b"WAVE" + chunk(b"fmt ", fmt + self.more_fmt) + self.before
        body += b"data" + struct.pack("<I", size) + self.data + self.behind
        riff = len(body) if self.riff_size is None else self.riff_size
        return self.magic + struct.pack("<I", riff) + body + self.appended


def chunk(tag: bytes, body: bytes, *, pad: bool = True) -> bytes:
    return (
        tag + struct.pack("<I", len(body)) + body + bytes(len(body) % 2 if pad else 0)
    )


def guid(tag: int, valid: int) -> bytes:
    rest = bytes.fromhex("000000001000800000aa00389b71")
    return struct.pack("<HHIH", 22, valid, 4, tag) + rest


def ds64(riff: int, data: int) -> bytes:
    return chunk(b"ds64", struct.pack("<QQQI", riff, data, 0, 0))


def wide(magic: bytes, riff: int, data: int) -> bytes:
    """An RF64 file, whose lengths stand in a chunk of their own."""
    fmt = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16))
    body = b"WAVE" + ds64(riff, data) + fmt + b"data\xff\xff\xff\xff" + PCM
    return magic + b"\xff\xff\xff\xff" + body


WHOLE = 36 + len(PCM)
HIGH24 = (WIDE << 8).astype("<i4").tobytes()
ODD24 = ((WIDE + 77) & 0xFFFFFF).astype("<i4").tobytes()
PACKED = bytes(np.frombuffer(WIDE.tobytes(), "u1").reshape(-1, 4)[:, :3].tobytes())
LOW_BITS = "S24_LE, nothing above"
READ: dict[str, Made | bytes] = {
    "byte rate twice": Made(per_second=64_000),
    "byte rate half": Made(per_second=16_000),
    "byte rate 0": Made(per_second=0),
    "byte rate of another rate": Made(per_second=44_100 * 2),
    "byte rate swapped with align": Made(per_second=2, align=32_000),
    "byte rate in bits": Made(per_second=256_000),
    "byte rate -1": Made(per_second=0xFFFFFFFF),
    "align 0": Made(align=0),
    "align 4": Made(align=4),
    "align 4 and its byte rate": Made(align=4, per_second=64_000),
    "align 16": Made(align=16),
    "align 1": Made(align=1),
    "align and byte rate 0": Made(align=0, per_second=0),
    "12 bits in 16": Made(bits=12, align=2, per_second=32_000),
    "20 bits in 24": Made(PACKED, bits=20, align=3, per_second=48_000),
    "S24_LE": Made(WIDE.tobytes(), bits=24, align=4, per_second=64_000),
    "S24_LE, byte rate of 3": Made(WIDE.tobytes(), bits=24, align=4),
    "S24_LE, nothing above": Made(ODD24, bits=24, align=4, per_second=64_000),
    "24 at the high end": Made(HIGH24, bits=24, align=4, per_second=64_000),
    "24 valid of 32": Made(HIGH24, tag=0xFFFE, bits=32, more_fmt=guid(1, 24)),
    "S24_LE, extensible": Made(
        WIDE.tobytes(), tag=0xFFFE, bits=24, align=4, more_fmt=guid(1, 24)
    ),
    "packed 24, align 4": Made(PACKED, bits=24, align=4, per_second=64_000),
    "16 at the low end of 32": Made(
        SOUND.astype("<i4").tobytes(), bits=16, align=4, per_second=64_000
    ),
    "data 0, RIFF right": Made(data_size=0),
    "data 0, RIFF 0": Made(data_size=0, riff_size=0),
    "data 0, RIFF 36": Made(data_size=0, riff_size=36),
    "data 0, RIFF -1": Made(data_size=0, riff_size=0xFFFFFFFF),
    "data -1": Made(data_size=0xFFFFFFFF),
    "data 7FFFFFFF": Made(data_size=0x7FFFFFFF, riff_size=0x7FFFFFFF),
    "data a byte too many": Made(data_size=len(PCM) + 1),
    "data a sample too many": Made(data_size=len(PCM) + 2),
    "data 36 too many": Made(data_size=len(PCM) + 36),
    "data is the file's size": Made(data_size=len(PCM) + 44),
    "both the file's size": Made(data_size=len(PCM) + 44, riff_size=WHOLE + 8),
    "data twice, RIFF of the sound": Made(data_size=2 * len(PCM), riff_size=len(PCM)),
    "data twice": Made(data_size=2 * len(PCM)),
    "data 44 too few": Made(data_size=len(PCM) - 44),
    "data in samples": Made(data_size=len(SOUND)),
    "all in samples": Made(data_size=len(SOUND), riff_size=36 + len(SOUND)),
    "RIFF 0": Made(riff_size=0),
    "RIFF the file's size": Made(riff_size=WHOLE + 8),
    "RIFF of the sound": Made(riff_size=len(PCM)),
    "RIFF huge": Made(riff_size=0x7FFFFFFF),
    "zeros behind": Made(behind=bytes(512)),
    "zeros behind the end": Made(appended=bytes(512)),
    "data a byte too few": Made(data_size=len(PCM) - 1),
    "one byte behind": Made(behind=b"\7"),
    "LIST of zeros behind": Made(behind=chunk(b"LIST", bytes(400))),
    "LIST without its pad": Made(behind=chunk(b"LIST", b"INFOx", pad=False)),
    "odd chunk before": Made(before=chunk(b"bext", b"abc")),
    "odd chunk before, no pad": Made(before=chunk(b"LIST", b"abc", pad=False)),
    "large padding before": Made(before=chunk(b"JUNK", bytes(28_000))),
    "a long fmt chunk": Made(more_fmt=bytes(30)),
    "ID3 behind": Made(behind=chunk(b"id3 ", b"ID3\4" + bytes(200))),
    "RF64": wide(b"RF64", 0, len(PCM)),
    "BW64": wide(b"BW64", 60 + 8 + len(PCM), len(PCM)),
    "RF64 with zero sizes": wide(b"RF64", 0, 0),
    "RF64 with -1": wide(b"RF64", 2**64 - 1, 2**64 - 1),
}


def written(made: Made | bytes) -> bytes:
    return made if isinstance(made, bytes) else made.written


def put(folder: Path, data: bytes) -> Path:
    (folder / "x.wav").write_bytes(data)
    return folder / "x.wav"


@pytest.mark.parametrize("name", READ)
def test_what_decides_nothing_decides_nothing(tmp_path: Path, name: str) -> None:
    found = read_audio(put(tmp_path, written(READ[name])))
    assert found.facts.complete and not found.facts.notes
    assert len(found.samples) == len(SOUND)
    assert abs(found.samples - SOUND.astype(int)).max() <= (name == LOW_BITS)


NOT_THEIRS = {
    "16 at the low end of 32",  # read as twice as many samples
    "odd chunk before, no pad",
    "RF64 with zero sizes",
    "RF64 with -1",
}
"""What `ffmpeg` reads otherwise, or not at all."""


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="`ffmpeg` is not installed")
def test_nothing_is_shorter_than_ffmpeg_reads_it(tmp_path: Path) -> None:
    paths = {}
    for number, name in enumerate(sorted(READ.keys() - NOT_THEIRS)):
        paths[name] = tmp_path / f"{number}.wav"
        paths[name].write_bytes(written(READ[name]))
    line = ["ffmpeg", "-nostdin", "-v", "quiet"]
    for path in paths.values():
        line += ["-i", str(path)]
    for number, path in enumerate(paths.values()):
        line += ["-map", str(number), "-f", "s16le", f"{path}.raw"]
    subprocess.run(line, check=False)
    for name, path in paths.items():
        theirs = Path(f"{path}.raw")
        size = theirs.stat().st_size if theirs.exists() else 0
        assert len(read_audio(path).pcm) >= size, name
    assert Path(f"{paths['RF64']}.raw").stat().st_size == len(PCM)


# What is said


SAID = {
    "second `data` chunk of 0.062 s": Made(behind=chunk(b"data", PCM[:2000])),
    "128 bytes behind its end": Made(appended=b"TAG" + b"\1" * 125),
    "40 bytes at its end": Made(behind=chunk(b"LIST", b"INFO") + b"\1" * 40),
}


@pytest.mark.parametrize("words", SAID)
def test_what_is_left_out_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, words: str
) -> None:
    with caplog.at_level(logging.WARNING):
        found = read_audio(put(tmp_path, SAID[words].written))
    assert np.array_equal(found.samples, SOUND)
    (note,) = found.facts.notes
    assert words in note and note in caplog.text


SIZES = st.sampled_from([0, 1, 2, 36, 44]) | st.integers(0, 2**32 - 1)
NEAR = st.integers(-60, 60).map(lambda more: max(0, len(PCM) + 40 + more))


@settings(deadline=None, max_examples=300)
@given(SIZES | NEAR, SIZES | NEAR)
def test_no_size_makes_it_quietly_shorter(
    tmp_path_factory: pytest.TempPathFactory, data: int, riff: int
) -> None:
    made = Made(data_size=data, riff_size=riff)
    path = put(tmp_path_factory.getbasetemp(), made.written)
    try:
        found = read_audio(path)
    except AudioFileError as error:
        assert data > len(PCM)
        if "max_seconds" in str(error):
            return
        assert "ends early" in str(error)
        found = read_audio(path, partial=True)
        assert not found.facts.complete
    size = len(found.samples)
    assert np.array_equal(found.samples, SOUND[:size])
    assert size == len(SOUND) or found.facts.notes


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1))
def test_no_byte_rate_or_block_size_changes_it(
    tmp_path_factory: pytest.TempPathFactory, speed: int, align: int
) -> None:
    made = Made(per_second=speed, align=align)
    found = read_audio(put(tmp_path_factory.getbasetemp(), made.written))
    assert np.array_equal(found.samples, SOUND)


# What is refused


@pytest.mark.parametrize("rate", [8000, 22_050, 48_000, 44_056, 16_003])
def test_a_flipped_rate_is_refused_and_a_wrong_byte_rate_is_not(
    tmp_path: Path, rate: int
) -> None:
    assert read_audio(put(tmp_path, Made(rate=rate, per_second=3).written))
    for bit in (0, 1, 4, 7):
        made = Made(rate=rate ^ 1 << bit, per_second=rate * 2)
        with pytest.raises(AudioFileError, match="contradicts"):
            read_audio(put(tmp_path, made.written))


@pytest.mark.parametrize(
    "made",
    [
        Made(channels=3, align=2, per_second=32_000),
        Made(bits=24, align=2, per_second=32_000),
        Made(PACKED, bits=16, align=3, per_second=48_000),
    ],
)
def test_channels_and_bits_against_two_fields_are_refused(
    tmp_path: Path, made: Made
) -> None:
    with pytest.raises(AudioFileError, match="cannot fill"):
        read_audio(put(tmp_path, made.written))


def test_a_law_needs_no_bits(tmp_path: Path) -> None:
    codes = bytes(range(256))
    right = read_audio(put(tmp_path, Made(codes, tag=6, bits=8).written)).pcm
    wrong = Made(codes, tag=6, bits=16, align=1, per_second=RATE)
    assert read_audio(put(tmp_path, wrong.written)).pcm == right
