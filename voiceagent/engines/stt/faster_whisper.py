"""Whisper through faster-whisper: open vocabulary, weights by path or by name.

Whisper was trained to write something, so silence makes it invent text. Three things
keep that out: nothing is decoded without evidence of speech, a segment that it calls
silent itself is dropped when its words are unlikely too, and a text that repeats itself
is rejected. There is no list of forbidden phrases: people do say "thank you".

Code MIT; OpenAI's weights MIT; others: their card. Nothing is fetched unless asked.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from voiceagent.arrays import Floats
from voiceagent.audio.frames import FRAME_BYTES, FRAME_SAMPLES, RATE
from voiceagent.engines.registry import DictationWanted, EngineStage, install_of
from voiceagent.errors import EngineFailed, EngineMissing, ModelMissing
from voiceagent.frontend.vad import Vad
from voiceagent.lang.languages import LANGUAGE
from voiceagent.lang.spoken import spoken
from voiceagent.stt.config import SttConfig
from voiceagent.stt.protocol import Agreement, Recognition
from voiceagent.stt.spoken_language import SpokenLanguage

__all__ = [
    "INSTALL",
    "FasterWhisperStt",
    "find_model",
    "make",
    "make_dictation",
    "open_whisper",
]

INSTALL = install_of(EngineStage.STT, "faster_whisper")
THREADS = 4
"""More hardly help (SYSTRAN/faster-whisper#1073) and starve the other stages."""
NO_SPEECH = 0.6
UNLIKELY = -1.0
"""Mean log-probability of a token; both thresholds are Whisper's own."""
LOOPING = 2.4
"""Compression ratio of a text that goes in circles; Whisper's own threshold."""
TOKENS_PER_SECOND = 10
"""Fast speech has five: a decoder that writes more is inventing."""
TOKENS_AT_LEAST = 24
QUIET = -50.0
"""dB of full scale: the loudest 20 ms of an utterance are above it."""
FLAT = 6.0
"""dB between the loud and the quiet frames of speech, at least; a fan has 2 to 3."""
VOICED_FRAMES = 5
"""Frames that a VAD must call speech: 100 ms, shorter than "no"."""
FILES = ("model.bin", "tokenizer.json")
"""What a model folder must hold; without the latter one would be downloaded."""


class FasterWhisperStt:
    """Decodes the whole utterance again and again while it grows, then once for good.

    A decoding costs about the same for one second as for thirty (Whisper pads), so
    `partial_every` is the knob between early words and processor time.
    """

    def __init__(
        self,
        model: str,
        *,
        language: str = LANGUAGE,
        threads: int = THREADS,
        compute_type: str = "default",
        partial_every: float = 1.0,
        max_seconds: float = 60.0,
        min_confidence: float = 0.3,
        allow_download: bool = False,
        vad: Vad | None = None,
    ) -> None:
        """`model`: a folder in CTranslate2's format, or a name such as `base.en`.

        `partial_every`: seconds of audio between partials, 0 for none. `max_seconds`:
        what is said after that is not decoded. `vad`: who is asked for evidence of
        speech besides the level. Raises `EngineMissing`, `ModelMissing` or
        `EngineFailed`.
        """
        folder = find_model(model, allow_download=allow_download)
        self.name = f"faster-whisper {Path(model).name}"
        self._model = _load(folder, compute_type, min(threads, os.cpu_count() or 1))
        self._language = language
        self._step = round(partial_every * RATE) * 2
        self._limit = round(max_seconds * RATE) * 2
        self._min_confidence = min_confidence
        self._vad = vad
        self._answers = ""
        self.start()

    def expect(self, phrases: Sequence[str]) -> None:
        """Answers that are likelier in the next utterances than other words."""
        self._answers = ", ".join(phrases)

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        self._pcm = bytearray()
        self._next = self._step
        self._agreement = Agreement()
        self._cut = False
        self._known: tuple[int, Recognition] | None = None

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (any length) and give the words agreed on so far."""
        room = max(self._limit - len(self._pcm), 0)
        self._cut = self._cut or len(pcm) > room
        self._pcm += pcm[:room]
        if self._step and len(self._pcm) >= self._next and not self._cut:
            self._next = len(self._pcm) + self._step
            if not self._without_speech():
                self._agreement.push(spoken(_text(_said(self._decode()))))
        return " ".join(self._agreement.words)

    def preview(self) -> Recognition:
        """What `finish` would give now; decodes, so ask it once the user is silent."""
        if self._known is None or self._known[0] != len(self._pcm):
            silent = self._without_speech()
            found = self._judge([] if silent else self._decode(), silent)
            self._known = len(self._pcm), found
        return self._known[1]

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        found = self.preview()
        self.start()
        return found

    def _samples(self) -> Floats:
        whole = len(self._pcm) // 2 * 2
        pcm = np.frombuffer(bytes(self._pcm[:whole]), "<i2").astype(np.float32)
        return pcm / np.float32(32768)

    def _without_speech(self) -> str:
        """Why there is no evidence of speech; empty if there is."""
        return _silence(self._samples()) or self._unvoiced()

    def _unvoiced(self) -> str:
        if self._vad is None:
            return ""
        self._vad.reset()
        starts = range(0, len(self._pcm) - FRAME_BYTES + 1, FRAME_BYTES)
        frames = (bytes(self._pcm[at : at + FRAME_BYTES]) for at in starts)
        voiced = sum(self._vad.push(frame) > 0.5 for frame in frames)
        return "" if voiced >= VOICED_FRAMES else "no speech: the VAD heard none"

    def _decode(self) -> list[Any]:
        samples = self._samples()
        most = TOKENS_AT_LEAST + int(len(samples) / RATE * TOKENS_PER_SECOND)
        try:
            segments, _ = self._model.transcribe(
                samples,
                language=self._language,
                hotwords=self._answers or None,
                beam_size=1,
                best_of=1,
                temperature=0.0,
                condition_on_previous_text=False,
                without_timestamps=True,
                # Judged by us, so that the numbers reach the trace.
                no_speech_threshold=None,
                log_prob_threshold=None,
                compression_ratio_threshold=None,
                max_new_tokens=min(most, 200),
            )
            return list(segments)
        except (RuntimeError, ValueError) as error:
            raise EngineFailed(
                f"`{self.name}` could not decode an utterance",
                cause=str(error),
                hint="check the weights: `voiceagent models verify`",
            ) from error

    def _judge(self, decoded: Sequence[Any], silent: str) -> Recognition:
        segments = _said(decoded)
        text = spoken(_text(segments))
        if not text:
            reason = silent or _why_empty(decoded)
            return Recognition("", 0.0, False, reason)
        confidence = _confidence(segments)
        circles = max(segment.compression_ratio for segment in segments)
        if circles > LOOPING:
            reason = f"repeats itself: compression ratio {circles:.1f}"
            return Recognition(text, confidence, False, reason)
        sure = confidence >= self._min_confidence
        reason = "" if sure else f"unsure: {confidence:.2f}"
        if self._cut:
            limit = self._limit / 2 / RATE
            reason = f"{reason}; cut at {limit:.0f} s".removeprefix("; ")
        return Recognition(text, confidence, sure, reason)


def make(config: SttConfig, language: SpokenLanguage) -> FasterWhisperStt:
    """The recogniser of a configuration; any words, whatever the pack knows."""
    return open_whisper(
        config.model, language=config.language, least=config.min_confidence
    )


def make_dictation(wanted: DictationWanted) -> Callable[[bytes], str]:
    """16 kHz PCM16 to words, with the model loaded now."""
    whisper = open_whisper(wanted.model, language=wanted.language)

    def words(pcm: bytes) -> str:
        whisper.start()
        whisper.feed(pcm)
        return whisper.finish().text

    return words


def open_whisper(
    model: str, *, language: str, least: float | None = None
) -> FasterWhisperStt:
    """With the model of a configuration; `least`: confidence that is accepted."""
    if not model:
        raise ModelMissing(
            "faster_whisper has no model",
            cause="`stt.model` or `serve.stt_model` is not set",
            hint="give a folder with a CTranslate2 Whisper model",
        )
    least = 0.3 if least is None else least
    return FasterWhisperStt(model, language=language, min_confidence=least)


def find_model(model: str, *, allow_download: bool = False) -> Path:
    """The folder of `model`, from the disk unless a download is allowed.

    Raises `EngineMissing`, or `ModelMissing` with the next step.
    """
    folder = Path(model).expanduser()
    if not folder.is_dir():
        if folder.is_absolute() or model.startswith(("./", "../", "~")):
            raise _missing(model, "there is no such folder")
        folder = _from_cache(model, allow_download)
    if lacking := [name for name in FILES if not (folder / name).is_file()]:
        raise _missing(model, f"`{folder}` has no {', '.join(lacking)}")
    return folder


def _from_cache(name: str, allow_download: bool) -> Path:
    try:
        from faster_whisper.utils import download_model
    except ImportError as error:
        raise _no_engine(error) from error
    try:
        return Path(download_model(name, local_files_only=not allow_download))
    except ValueError as error:  # not a name it knows
        raise _missing(name, str(error)) from error
    except OSError as error:  # all of huggingface_hub's errors are
        cause = str(error) if allow_download else "its weights are not on this machine"
        raise _missing(name, cause) from error


def _missing(model: str, cause: str) -> ModelMissing:
    fetch = f"from faster_whisper import download_model; download_model({model!r})"
    return ModelMissing(
        f"speech model `{model}` is missing",
        cause=cause,
        hint="set `stt.model` to the path of a folder in CTranslate2's format, or fetch"
        f' a model by its name once: `python -c "{fetch}"`',
    )


def _no_engine(error: ImportError) -> EngineMissing:
    return EngineMissing("faster-whisper", install=INSTALL, cause=str(error))


def _load(folder: Path, compute_type: str, threads: int) -> Any:
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise _no_engine(error) from error
    try:
        return WhisperModel(
            str(folder),
            device="cpu",
            compute_type=compute_type,
            cpu_threads=threads,
            local_files_only=True,
        )
    except Exception as error:  # tokenizers raises a bare Exception
        raise EngineFailed(
            f"speech model `{folder.name}` cannot be loaded",
            cause=str(error),
            hint="fetch or convert it again: the files are broken or of another kind",
        ) from error


def _silence(samples: Floats) -> str:
    """Why the level speaks against speech; empty if it does not."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]
    if not len(frames):
        return "no audio"
    power = np.mean(frames.reshape(-1, FRAME_SAMPLES) ** 2, axis=1)
    levels = 10 * np.log10(power + 1e-10)
    quiet, loud = np.percentile(levels, (10, 95))
    if levels.max() < QUIET:
        return f"no speech: {levels.max():.0f} dB at most"
    if len(levels) > 10 and loud - quiet < FLAT:
        return f"no speech: even noise ({loud - quiet:.1f} dB between loud and quiet)"
    return ""


def _said(segments: Sequence[Any]) -> list[Any]:
    """Without those silent by their own account whose words are unlikely as well.

    Either alone is no reason to drop a segment.
    """
    return [
        segment
        for segment in segments
        if segment.no_speech_prob <= NO_SPEECH or segment.avg_logprob >= UNLIKELY
    ]


def _why_empty(segments: Sequence[Any]) -> str:
    silent = max((segment.no_speech_prob for segment in segments), default=0.0)
    if silent > NO_SPEECH:
        return f"no speech: Whisper says {silent:.2f}"
    return "no words in it"


def _text(segments: Sequence[Any]) -> str:
    return " ".join(segment.text.strip() for segment in segments)


def _confidence(segments: Sequence[Any]) -> float:
    """Mean probability of a token, over all segments by their length."""
    tokens = sum(len(segment.tokens) + 1 for segment in segments)
    total = sum(segment.avg_logprob * (len(segment.tokens) + 1) for segment in segments)
    return min(1.0, math.exp(total / tokens))
