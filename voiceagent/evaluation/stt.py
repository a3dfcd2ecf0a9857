"""Word error rate and speed of a recogniser on labelled recordings.

What was said and what was heard are compared as spoken words: lower case, no
punctuation, numbers and signs spelled out (`words.spoken`); apostrophes vanish. The
best guess counts even where the recogniser did not accept it; how often it did not is
told beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import FRAME_BYTES, RATE
from voiceagent.clock import cpu_seconds, perf
from voiceagent.errors import EngineMissing, UsageError
from voiceagent.lang.spoken import spoken
from voiceagent.stt.protocol import Recognition, Stt

__all__ = ["SttClip", "SttReport", "evaluate_stt", "read_labels"]

INSTALL = "pip install 'voiceagent[eval]'"
WORST = 20
"""Recordings with the most errors that a report names."""


@dataclass(frozen=True, slots=True)
class SttClip:
    """One recording: what was said and what was heard, as spoken words."""

    file: str
    said: str
    heard: str
    errors: int
    """Words replaced, left out or added."""
    accepted: bool


@dataclass(frozen=True, slots=True)
class SttReport:
    """What a recogniser is worth on a set of recordings."""

    engine: str
    normaliser: str
    files: int
    words: int
    """Of all that was said."""
    wer: float
    """Errors over words: 0 is perfect, more than 1 is possible."""
    substitutions: int
    deletions: int
    insertions: int
    exact: float
    """Share of recordings without any error."""
    rejected: int
    """Recordings whose text the recogniser did not accept itself."""
    invented: int
    """Words heard in recordings in which nothing was said; no part of `wer`."""
    seconds: float
    """Of audio."""
    rtf: float
    """Seconds of waiting per second of audio, partials included."""
    cpu: float
    """Processor seconds per second of audio."""
    worst: list[SttClip]

    def to_json(self) -> dict[str, Any]:
        """Fields by name."""
        return asdict(self)


def evaluate_stt(
    stt: Stt,
    *,
    labels: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> SttReport:
    """Hear every recording of `labels` (JSON lines with `file` and `text`).

    Recordings are streamed in 20 ms frames, as a microphone gives them. Raises
    `EngineMissing`, `UsageError` or `AudioFileError`.
    """
    rows = read_labels(labels)
    run = _SttRun(stt)
    heard: list[Recognition] = []
    for path, _ in rows:
        heard.append(run.hear(path))
        progress(len(heard), len(rows))
    names = [path.relative_to(labels.parent).as_posix() for path, _ in rows]
    clips = [
        _clip(name, said, found)
        for name, (_, said), found in zip(names, rows, heard, strict=True)
    ]
    return _report(run, clips)


def read_labels(labels: Path) -> list[tuple[Path, str]]:
    """Recordings and what was said in them; raises `UsageError`."""
    try:
        lines = labels.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"`{labels.name}` cannot be read",
            cause=str(error),
            hint="name a file of JSON lines such as"
            ' `{"file": "a.flac", "text": "turn on the light"}`',
        ) from error
    rows = list(_rows(labels, lines))
    if not rows:
        raise UsageError(
            f"`{labels.name}` has no recording with a `text`",
            hint="add lines with `file` and `text`",
        )
    return rows


def _rows(labels: Path, lines: list[str]) -> Iterator[tuple[Path, str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = {**json.loads(line)}
            if "text" in row:
                yield labels.parent / str(row["file"]), spoken(str(row["text"]))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"line {number} of `{labels.name}` is not a label",
                cause=f"{type(error).__name__}: {error}",
                hint='write it as `{"file": "a.flac", "text": "turn on the light"}`',
            ) from error


class _SttRun:
    """One recogniser over many recordings, and what it cost."""

    def __init__(self, stt: Stt) -> None:
        self.stt = stt
        self.waited = 0.0
        self.worked = 0.0
        """Processor seconds."""
        self.heard = 0.0
        """Seconds of audio."""

    def hear(self, path: Path) -> Recognition:
        """Stream one recording."""
        pcm = read_audio(path).pcm
        began, worked = perf(), cpu_seconds()
        self.stt.start()
        for at in range(0, len(pcm), FRAME_BYTES):
            self.stt.feed(pcm[at : at + FRAME_BYTES])
        found = self.stt.finish()
        self.waited += perf() - began
        self.worked += cpu_seconds() - worked
        self.heard += len(pcm) / 2 / RATE
        return found


def _clip(name: str, said: str, found: Recognition) -> SttClip:
    heard = spoken(found.text)
    return SttClip(name, said, heard, _count([said], [heard])["errors"], found.accepted)


def _count(said: list[str], heard: list[str]) -> dict[str, int]:
    """Errors by kind between texts in the same order; a silent one has only added."""
    try:
        from jiwer import process_words
    except ImportError as error:
        raise EngineMissing("jiwer", install=INSTALL, cause=str(error)) from error
    pairs = [(a, b) for a, b in zip(said, heard, strict=True) if a]
    added = sum(len(b.split()) for a, b in zip(said, heard, strict=True) if not a)
    counts = {"substitutions": 0, "deletions": 0, "insertions": added}
    if pairs:
        out = process_words([a for a, _ in pairs], [b for _, b in pairs])
        counts = {kind: getattr(out, kind) + counts[kind] for kind in counts}
    return {**counts, "errors": sum(counts.values())}


def _report(run: _SttRun, clips: list[SttClip]) -> SttReport:
    spoken_clips = [clip for clip in clips if clip.said]
    silent = [clip for clip in clips if not clip.said]
    counts = _count(
        [clip.said for clip in spoken_clips], [clip.heard for clip in spoken_clips]
    )
    words = sum(len(clip.said.split()) for clip in spoken_clips)
    errors = counts.pop("errors")
    worst = sorted((clip for clip in clips if clip.errors), key=lambda c: -c.errors)
    return SttReport(
        engine=run.stt.name,
        normaliser="voiceagent.lang.spoken.spoken",
        files=len(clips),
        words=words,
        wer=errors / words if words else 0.0,
        **counts,
        exact=sum(not clip.errors for clip in clips) / len(clips),
        rejected=sum(not clip.accepted for clip in clips),
        invented=sum(clip.errors for clip in silent),
        seconds=run.heard,
        rtf=run.waited / run.heard if run.heard else 0.0,
        cpu=run.worked / run.heard if run.heard else 0.0,
        worst=worst[:WORST],
    )
