"""How well a detector tells speech from the rest, on a 10 ms grid.

Scores are causal: the probability a detector gives after a frame stands for that frame,
never for earlier ones, so its delay costs what it costs in use. Labels are read from
`.scv` rows (start, end, 0 or 1) or `.rttm` speaker turns beside the recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiceagent.audio.arrays import Doubles
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, RATE
from voiceagent.audio.kinds import is_sound_name
from voiceagent.clock import cpu_seconds
from voiceagent.errors import UsageError
from voiceagent.frontend.vad import Vad, VadSmoother

__all__ = [
    "LabelledClip",
    "VadReport",
    "auc",
    "evaluate_vad",
    "f1",
    "read_labelled",
    "release_lags",
    "tpr_at",
]

CELL = RATE // 100
"""Samples of a grid cell: 10 ms."""
CELLS = FRAME_SAMPLES // CELL
SHORTEST_GAP = 10
"""Cells of silence that must follow speech for its end to count as a release."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A recording and where speech is in it."""

    name: str
    samples: NDArray[np.int16]
    """16 kHz mono."""
    speech: Bools
    """One truth for each whole 10 ms."""


@dataclass(frozen=True, slots=True)
class VadReport:
    """What a detector is worth on a labelled set."""

    vad: str
    clips: int
    seconds: float
    speech_share: float
    auc: float
    """Area under the curve of true against false positives; 0.5 is a coin."""
    tpr_at_5_fpr: float
    """Share of speech heard when 5 % of the rest is taken for speech."""
    tpr: float
    """Share of speech heard at threshold 0.5."""
    fpr: float
    """Share of the rest taken for speech at threshold 0.5."""
    f1: float
    """At threshold 0.5."""
    releases: int
    release_p50_ms: float
    """From the labelled end of speech to the first frame end below 0.5."""
    release_p90_ms: float
    stop_p50_ms: float
    """The same to the decision of the smoother, hangover included."""
    stop_p90_ms: float
    cpu: float
    """Processor seconds per second of audio."""

    def to_json(self) -> dict[str, Any]:
        """Fields by name."""
        return asdict(self)


def evaluate_vad(
    make_vad: Callable[[], Vad],
    folder: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> VadReport:
    """Run a detector over a labelled folder; raises `UsageError` if it has none."""
    clips = read_labelled(folder)
    vad = make_vad()
    spent, scores, stops = 0.0, [], []
    for index, clip in enumerate(clips):
        vad.reset()
        began = cpu_seconds()
        scores.append(score_clip(vad, clip.samples))
        spent += cpu_seconds() - began
        stops.append(decided(scores[-1]))
        progress(index + 1, len(clips))
    return report(vad.name, clips, scores, stops, spent)


def score_clip(vad: Vad, samples: NDArray[np.int16]) -> Doubles:
    """Probability for each frame of 20 ms; the last one filled up with silence."""
    pcm = samples.astype("<i2").tobytes()
    pcm += bytes(-len(pcm) % FRAME_BYTES)
    starts = range(0, len(pcm), FRAME_BYTES)
    return np.array([vad.push(pcm[at : at + FRAME_BYTES]) for at in starts])


def decided(scores: Doubles) -> Doubles:
    """1.0 for each frame after which the smoother takes it that speech goes on."""
    smoother = VadSmoother()
    out = np.zeros(len(scores))
    for index, score in enumerate(scores):
        smoother.push(float(score), (index + 1) * FRAME_SAMPLES)
        out[index] = smoother.speaking
    return out


def report(
    name: str,
    clips: Sequence[LabelledClip],
    scores: Sequence[Doubles],
    stops: Sequence[Doubles],
    spent: float,
) -> VadReport:
    """Put the numbers of all clips together."""
    truth = np.concatenate([clip.speech for clip in clips])
    seconds = sum(len(clip.samples) for clip in clips) / RATE
    pairs = list(zip(scores, stops, clips, strict=True))
    given = np.concatenate([on_grid(s, c.speech) for s, _, c in pairs])
    releases = [lag for s, _, c in pairs for lag in release_lags(s, c.speech)]
    stopping = [lag for _, s, c in pairs for lag in release_lags(s, c.speech)]
    heard = given >= 0.5
    return VadReport(
        vad=name,
        clips=len(clips),
        seconds=seconds,
        speech_share=float(truth.mean()),
        auc=auc(given, truth),
        tpr_at_5_fpr=tpr_at(given, truth, fpr=0.05),
        tpr=share(heard, truth),
        fpr=share(heard, ~truth),
        f1=f1(heard, truth),
        releases=len(releases),
        release_p50_ms=percentile_ms(releases, 50),
        release_p90_ms=percentile_ms(releases, 90),
        stop_p50_ms=percentile_ms(stopping, 50),
        stop_p90_ms=percentile_ms(stopping, 90),
        cpu=spent / seconds,
    )


def on_grid(scores: Doubles, speech: Bools) -> Doubles:
    """Frame scores as one score for each cell of `speech`."""
    return np.repeat(scores, CELLS)[: len(speech)]


def share(heard: Bools, among: Bools) -> float:
    """How much of `among` was heard; 0 if it is empty."""
    return float(heard[among].mean()) if among.any() else 0.0


def auc(scores: Doubles, truth: Bools) -> float:
    """Chance that a speech cell scores above another, ties counted half; NaN if one
    of the two kinds is missing."""
    positives, negatives = np.sort(scores[truth]), np.sort(scores[~truth])
    if not len(positives) or not len(negatives):
        return float("nan")
    below = np.searchsorted(negatives, positives, "left").sum()
    upto = np.searchsorted(negatives, positives, "right").sum()
    return float((below + upto) / 2 / len(positives) / len(negatives))


def tpr_at(scores: Doubles, truth: Bools, *, fpr: float) -> float:
    """Best share of true positives whose share of false positives is within `fpr`."""
    positives, negatives = np.sort(scores[truth]), np.sort(scores[~truth])
    if not len(positives) or not len(negatives):
        return float("nan")
    allowed = int(fpr * len(negatives))
    threshold = negatives[len(negatives) - allowed - 1]
    above = len(positives) - np.searchsorted(positives, threshold, "right")
    return float(above / len(positives))


def f1(heard: Bools, truth: Bools) -> float:
    """Harmonic mean of precision and recall; 0 if nothing was rightly heard."""
    right = int((heard & truth).sum())
    return 2 * right / max(1, int(heard.sum()) + int(truth.sum()))


def release_lags(scores: Doubles, speech: Bools) -> list[float]:
    """Seconds from each labelled end of speech to the first frame end below 0.5; the
    length of the gap where the detector never lets go."""
    lags = []
    for begin, end in gaps(speech):
        first = begin // CELLS
        quiet = np.flatnonzero(scores[first : -(-end // CELLS)] < 0.5)
        after = (first + int(quiet[0]) + 1) * CELLS - begin if len(quiet) else end
        lags.append(min(after, end - begin) / 100)
    return lags


def gaps(speech: Bools) -> Iterator[tuple[int, int]]:
    """First cell and end of each stretch without speech that follows speech."""
    edges = np.flatnonzero(np.diff(speech.astype(np.int8), append=[1 - speech[-1]])) + 1
    for begin, end in pairwise(edges.tolist()):
        if not speech[begin] and end - begin >= SHORTEST_GAP:
            yield begin, end


def percentile_ms(lags: Sequence[float], percent: float) -> float:
    """Milliseconds; NaN if there are none."""
    return float(np.percentile(lags, percent)) * 1000 if lags else float("nan")


def read_labelled(folder: Path) -> list[LabelledClip]:
    """The recordings of a folder that have labels, by name."""
    turns = read_rttm(folder)
    clips = []
    for path in filter(is_sound_name, sorted(folder.iterdir())):
        scv = path.with_suffix(".scv")
        spans = read_scv(scv) if scv.exists() else turns.get(path.stem)
        if spans is not None:
            samples = read_audio(path).samples
            clips.append(LabelledClip(path.stem, samples, to_grid(spans, samples)))
    if not clips:
        raise UsageError(
            f"`{folder}` holds no labelled recordings",
            cause="no audio file has an `.scv` beside it or a turn in an `.rttm`",
            hint="give a folder with audio and labels",
        )
    return clips


SpeechSpans = list[tuple[float, float]]


def to_grid(spans: SpeechSpans, samples: NDArray[np.int16]) -> Bools:
    """Truth for each whole cell: whether speech covers its middle."""
    speech = np.zeros(len(samples) // CELL, np.bool_)
    for begin, end in spans:
        speech[max(0, round(begin * 100)) : max(0, round(end * 100))] = True
    return speech


def read_scv(path: Path) -> SpeechSpans:
    """Speech spans in seconds; one line: name, then start, end, 0 or 1 repeated."""
    try:
        fields = path.read_text(encoding="utf-8").strip().split(",")[1:]
        rows = [float(field) for field in fields]
    except (OSError, ValueError) as error:
        raise UsageError(
            f"labels `{path.name}` cannot be read",
            cause=str(error),
            hint="a row is name,start,end,label,start,end,label,...",
        ) from error
    triples = zip(rows[0::3], rows[1::3], rows[2::3], strict=False)
    return [(begin, end) for begin, end, label in triples if label]


def read_rttm(folder: Path) -> dict[str, SpeechSpans]:
    """Speaker turns in seconds by recording, from all `.rttm` files of a folder."""
    spans: dict[str, SpeechSpans] = {}
    for path in sorted(folder.glob("*.rttm")):
        for line in path.read_text(encoding="utf-8").splitlines():
            parts = line.split()
            if len(parts) >= 5 and parts[0] == "SPEAKER":
                begin, length = float(parts[3]), float(parts[4])
                spans.setdefault(parts[1], []).append((begin, begin + length))
    return spans
