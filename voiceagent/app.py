"""The composition root: from a configuration to a running agent.

The only importer of `engines/`. Engines load when they are first needed and are kept
by the `Workshop`, so that a replay of a thousand files loads each of them once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiceagent.agent import Agent
from voiceagent.assembly import AgentOptions, assemble
from voiceagent.clock import Pace
from voiceagent.config import Config
from voiceagent.endpoint import EndpointPolicy
from voiceagent.errors import ConfigError, EngineMissing, ModelMissing
from voiceagent.events import SpeechStarted, SpeechStopped
from voiceagent.frames import FRAME_BYTES, RATE, Reframer
from voiceagent.frontend import Frontend
from voiceagent.grammar import Grammar, compile_grammar
from voiceagent.house import House, LocalHouse
from voiceagent.intent import Intent, IntentParser
from voiceagent.listener import MARGIN
from voiceagent.pack import Pack, load_pack
from voiceagent.process import ProcessStt
from voiceagent.speak import ReplyCache, Tts
from voiceagent.store import Store
from voiceagent.stt import Recognition, Stt
from voiceagent.utterance import CHUNK_FRAMES
from voiceagent.vad import GatedVad, Vad, VadSmoother
from voiceagent.wake import WakeGate, WakeRule, WakeVerifier, WakeWord

__all__ = ["Workshop", "make_stt", "state_folder"]


class Workshop:
    """Makes agents from one configuration; heavy parts are made once and shared."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @cached_property
    def pack(self) -> Pack:
        """Templates, lists, house and skills."""
        folder = Path(self.config.pack.folder) if self.config.pack.folder else None
        skills = [Path(path) for path in self.config.pack.skills]
        return load_pack(folder, skill_folders=skills)

    @cached_property
    def parser(self) -> IntentParser:
        """Words to intents."""
        area = self.config.pack.area
        return IntentParser(self.pack, context={"area": area} if area else None)

    @cached_property
    def grammar(self) -> Grammar:
        """What may be said, as one word automaton."""
        return compile_grammar(
            self.pack.intents, self.pack.slot_lists, openings=self.openings()
        )

    def openings(self) -> list[str]:
        """How the wake words sound when the recogniser hears them too."""
        config = self.config.wake
        if config.engine == "none":
            return []
        names = [Path(word).stem.replace("_", " ") for word in config.words]
        tails = [name.partition(" ")[2] for name in names]
        return list(dict.fromkeys(filter(None, [*names, *tails])))

    @cached_property
    def stt(self) -> Stt:
        """The recogniser; shared, since only one agent runs at a time."""
        config = self.config.stt
        if config.engine == "faster_whisper":
            from voiceagent.engines.faster_whisper import FasterWhisperStt

            if not config.model:
                raise ModelMissing(
                    "`stt.model` is not set",
                    cause="faster_whisper needs a model",
                    hint="give a folder with a CTranslate2 Whisper model",
                )
            least = config.min_confidence
            return FasterWhisperStt(
                config.model,
                language=config.language,
                min_confidence=0.3 if least is None else least,
            )
        from voiceagent.engines.pocketsphinx import PocketSphinxStt

        return PocketSphinxStt(self.grammar, pronunciations=self.pack.pronunciations)

    def recogniser(self, pace: Pace) -> Stt:
        """The recogniser for an agent: live in a process of its own."""
        if pace is Pace.REALTIME and self.config.stt.engine == "pocketsphinx":
            return self.live_stt
        return self.stt

    @cached_property
    def live_stt(self) -> Stt:
        """The recogniser in another process, so that the loop never waits for it."""
        _ = self.grammar, self.wake  # what is wrong with them is said here, not there
        return ProcessStt(partial(make_stt, self.config), name="pocketsphinx")

    @cached_property
    def wake(self) -> WakeWord | None:
        """The always-on detector."""
        config = self.config.wake
        if config.engine == "none" or not config.words:
            return None
        if config.engine == "openwakeword":
            from voiceagent.engines.openwakeword import OpenWakeWord

            return OpenWakeWord(config.words)
        from voiceagent.engines.microwakeword import MicroWakeWord

        return MicroWakeWord(config.words)

    @cached_property
    def verifier(self) -> WakeVerifier | None:
        """The second opinion on a wake word."""
        if self.config.wake.verifier == "none":
            return None
        from voiceagent.engines.openwakeword import OpenWakeWordVerifier

        return OpenWakeWordVerifier(self.config.wake.words)

    @cached_property
    def vad(self) -> Vad:
        """Voice activity."""
        from voiceagent.engines.silero import SileroVad
        from voiceagent.engines.webrtcvad import WebrtcVad

        match self.config.vad.engine:
            case "silero":
                return SileroVad()
            case "webrtcvad":
                return WebrtcVad(mode=3)
            case _:
                return GatedVad(WebrtcVad(mode=2), SileroVad())

    def needed_wake(self) -> WakeWord:
        """The detector; `ConfigError` where the configuration wants none."""
        if self.wake is None:
            raise ConfigError(
                "no wake word is configured", hint='set `wake.words = ["hey_jarvis"]`'
            )
        return self.wake

    def wake_rules(self) -> dict[str, WakeRule]:
        """When the scores of each word are a hit."""
        threshold = self.config.wake.threshold
        rules: dict[str, WakeRule] = dict(getattr(self.wake, "rules", {}))
        if threshold is None:
            return rules
        return {w: replace(rule, threshold=threshold) for w, rule in rules.items()}

    def gate(self) -> WakeGate:
        """The decision over wake scores."""
        refractory = self.config.wake.refractory_ms / 1000
        return WakeGate(self.wake_rules(), refractory=refractory)

    def speech(self, samples: NDArray[np.int16]) -> list[tuple[int, int]]:
        """Start and end sample of every stretch of speech in a recording."""
        frontend, starts, ends = self.frontend(wake=False), [], []
        reframer = Reframer()
        frames = chain(reframer.feed(samples.astype("<i2").tobytes()), reframer.flush())
        for event in chain.from_iterable(map(frontend.push, frames)):
            if isinstance(event, SpeechStarted):
                starts.append(round(event.t * RATE))
            elif isinstance(event, SpeechStopped):
                ends.append(round(event.t * RATE))
        return list(zip_longest(starts, ends, fillvalue=len(samples)))

    def recognise(
        self, samples: NDArray[np.int16]
    ) -> tuple[Recognition, Intent | None]:
        """What the recogniser and the templates make of one recording.

        Heard as in a turn: from a little before the first real speech on.
        """
        margin, spans = round(MARGIN * RATE), self.speech(samples)
        least = round(self.policy().min_speech * RATE)
        real = [start for start, end in spans if end - start >= least]
        start = max(0, real[0] - margin) if real else 0
        end = spans[-1][1] + margin if spans else 0
        pcm = samples[start:end].astype("<i2").tobytes()
        self.stt.start()
        for start in range(0, len(pcm), CHUNK_FRAMES * FRAME_BYTES):
            self.stt.feed(pcm[start : start + CHUNK_FRAMES * FRAME_BYTES])
        heard = self.stt.finish()
        return heard, self.parser.parse(heard.text) if heard.accepted else None

    def smoother(self) -> VadSmoother:
        """The decision over voice activity."""
        config = self.config.vad
        return VadSmoother(
            onset=max(1, round(config.onset_ms / 20)),
            hangover=max(1, round(config.hangover_ms / 20)),
        )

    def policy(self) -> EndpointPolicy:
        """The decision over the end of a turn."""
        config = self.config.endpoint
        return EndpointPolicy(
            complete=config.complete_ms / 1000,
            extensible=config.extensible_ms / 1000,
            incomplete=config.incomplete_ms / 1000,
            unknown=config.unknown_ms / 1000,
            no_speech=config.no_speech_ms / 1000,
            max_turn=config.max_turn_ms / 1000,
            patience=config.patience,
        )

    def frontend(self, *, wake: bool = True) -> Frontend:
        """A front end in its first state; `wake=False`: no wake word is wanted."""
        frontend = Frontend(
            wake=self.wake if wake else None,
            gate=self.gate() if wake else WakeGate({}),
            vad=self.vad,
            smoother=self.smoother(),
            policy=self.policy(),
        )
        frontend.reset()
        return frontend

    def house(self, store: Store) -> House:
        """The built-in house, or a real Home Assistant."""
        config = self.config.home_assistant
        if not config.url:
            return LocalHouse(self.pack.house, store)
        from voiceagent.home_assistant import HomeAssistant

        return HomeAssistant.from_environment(
            config.url, config.token_env, self.pack.house
        )

    def store(self) -> Store:
        """What is kept on this device between sessions."""
        folder = self.config.store.folder
        base = Path(folder) if folder else state_folder()
        return Store(base / "state.sqlite")

    def voices(self, pace: Pace) -> list[Tts]:
        """The voices to try, the preferred one first."""
        if pace is Pace.VIRTUAL:
            from voiceagent.engines.fake import DeclaredTts

            return [DeclaredTts()]
        return self.real_voices

    @cached_property
    def replies(self) -> ReplyCache:
        """Rendered replies, kept over sessions."""
        return ReplyCache(limit=round(self.config.speak.cache_mb * 1e6))

    @cached_property
    def real_voices(self) -> list[Tts]:
        """The installed voices, the preferred one first; `EngineMissing` if none is."""
        from voiceagent.engines.tts_command import make_voice

        config = self.config.speak
        if config.voice == "command":
            if not config.command:
                raise ConfigError(
                    "`speak.voice` is `command`, but `speak.command` is empty",
                    hint='set it, such as `command = ["piper", "--model", "x.onnx"]`',
                )
            return [make_voice("command", command=config.command)]
        names = [config.voice] if config.voice != "auto" else []
        return _installed([*names, *("flite", "espeak")], make_voice)

    def agent(self, options: AgentOptions) -> Agent:
        """An agent in its first state."""
        return assemble(self, options)

    def stop_word(self) -> WakeWord | None:
        """The word that silences us in every state."""
        from voiceagent.engines.stopword import StopWord

        return StopWord()

    def names(self, *, wake: bool = True, pace: Pace = Pace.REALTIME) -> dict[str, str]:
        """The engines in use, by stage."""
        return {
            "wake": self.wake.name if wake and self.wake else "off",
            "vad": self.vad.name,
            "stt": self.stt.name,
            "voice": self.voices(pace)[0].name,
        }


def make_stt(config: Config) -> Stt:
    """The recogniser of a configuration, in whatever process this is called."""
    return Workshop(config).stt


def state_folder() -> Path:
    """Where a user's state is kept by default."""
    home = os.environ.get("STATE_DIRECTORY") or os.environ.get("XDG_STATE_HOME")
    return Path(home) if home else Path.home() / ".local" / "state" / "voiceagent"


def _installed(names: Sequence[str], make: Callable[..., Tts]) -> list[Tts]:
    """The voices of `names` that are there; raises when none is."""
    found: list[Tts] = []
    missing: EngineMissing | None = None
    for name in dict.fromkeys(names):
        try:
            found.append(make(name))
        except EngineMissing as error:
            missing = missing or error
    if not found and missing is not None:
        raise missing
    return found
