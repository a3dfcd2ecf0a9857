"""The composition root: from a configuration to a running agent.

The only importer of `engines/`. Engines load when they are first needed and are kept
by the `Workshop`, so that a replay of a thousand files loads each of them once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiceagent.agent import Agent, Options
from voiceagent.alarms import Alarms
from voiceagent.budget import Budget
from voiceagent.clock import Compute, Pace
from voiceagent.config import Config
from voiceagent.earcons import earcon
from voiceagent.endpoint import Completeness, EndpointPolicy
from voiceagent.errors import ConfigError, EngineMissing, ModelMissing
from voiceagent.events import Event
from voiceagent.frames import FRAME_BYTES
from voiceagent.frontend import Frontend
from voiceagent.grammar import Grammar, compile_grammar
from voiceagent.house import House, LocalHouse
from voiceagent.intent import Intent, IntentParser
from voiceagent.listener import Listener
from voiceagent.mouth import Mouth
from voiceagent.pack import Pack, SkillHost, Skills, load_pack
from voiceagent.player import Player
from voiceagent.skill import Skill
from voiceagent.speak import ReplyCache, Tts
from voiceagent.store import Store
from voiceagent.stt import BatchStt, Recognition, Stt
from voiceagent.thinking import Thinker
from voiceagent.trace import Trace
from voiceagent.turn import Responder
from voiceagent.utterance import CHUNK_FRAMES
from voiceagent.vad import GatedVad, Vad, VadSmoother
from voiceagent.voice import Voice
from voiceagent.wake import WakeGate, WakeRule, WakeVerifier, WakeWord

__all__ = ["COSTS", "Meaning", "Workshop"]

COSTS = {
    "stt": 0.004,
    "intent": 0.003,
    "skill": 0.001,
    "act": 0.005,
    "tts": 0.045,
    "wake": 0.2,
    "alarms": 0.001,
}
"""Seconds that a call of each stage is declared to take in virtual replays: what was
measured on two cores of a small server, rounded up."""
LOOKBACK = 0.3
"""Seconds before a wake hit that the recogniser hears too: detectors fire up to that
late, and what was said in the same breath must not lose its first sound."""


PLAIN_POLICY = EndpointPolicy(
    complete=0.5, extensible=0.5, incomplete=0.5, dead=0.5, unknown=0.5
)
"""The usual way to end a turn: half a second of silence, whatever was said."""


class Meaning:
    """What the words mean in a pack: grammar, templates and skills seen as one."""

    def __init__(self, grammar: Grammar, parser: IntentParser, skills: Skills) -> None:
        self._grammar, self._parser, self._skills = grammar, parser, skills

    def progress(self, text: str) -> Completeness:
        """How much of a command `text` is."""
        return Completeness(self._grammar.progress(text.split()).value)

    def parse(self, text: str) -> Intent | None:
        """The intent that `text` says."""
        return self._parser.parse(text)

    def skill_for(self, intent: str) -> Skill | None:
        """Who answers that intent."""
        return self._skills.skill_for(intent)


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
        return compile_grammar(self.pack.intents, self.pack.slot_lists)

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
            options = {}
            if config.min_confidence is not None:
                options["min_confidence"] = config.min_confidence
            return FasterWhisperStt(
                config.model, language=config.language, **options
            )
        from voiceagent.engines.pocketsphinx import PocketSphinxStt

        said = {word: ways[0] for word, ways in self.pack.pronunciations.items()}
        return PocketSphinxStt(self.grammar, pronunciations=said)

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

    def recognise(
        self, samples: NDArray[np.int16]
    ) -> tuple[Recognition, Intent | None]:
        """What the recogniser and the templates make of one recording."""
        pcm = samples.astype("<i2").tobytes()
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

    def agent(
        self,
        *,
        player: Player,
        pace: Pace = Pace.REALTIME,
        store: Store | None = None,
        wake: bool = True,
        hold_until: int = 0,
        trace: Trace | None = None,
        silent: bool = False,
        plain: bool = False,
    ) -> Agent:
        """An agent in its first state.

        `store`: `None` for one in memory (replay); `wake=False`: the whole stream is
        one command, which does not end before sample `hold_until`; `silent`: replies
        are not rendered; `plain`: the same parts the usual way, to compare with.
        """
        trace = trace or Trace()
        compute = Compute(pace, COSTS)
        store = store or Store(None)
        skills = self.pack.open(SkillHost(store, self.house(store)))
        meaning = Meaning(self.grammar, self.parser, skills)
        mouth = self._mouth(player, pace, compute, trace.emit, silent=silent)
        budget = Budget(
            total=self.config.budget.response_ms / 1000,
            reserve=self.config.budget.reserve_ms / 1000,
        )
        thinker = Thinker(meaning, compute, trace.emit, area=self.config.pack.area)
        responder = Responder(
            thinker=thinker, mouth=mouth, emit=trace.emit, reserve=budget.reserve
        )
        frontend = self.frontend(wake=wake)
        frontend.hold_until = hold_until
        if plain:
            frontend.policy = PLAIN_POLICY
        listener = Listener(
            frontend=frontend,
            stt=BatchStt(self.stt) if plain else self.stt,
            compute=compute,
            progress=meaning.progress,
            expect=(lambda text: None) if plain else responder.expect,
            emit=trace.emit,
            lookback=LOOKBACK,
        )
        alarms = Alarms(
            skills,
            lambda text: mouth.announce(text, "alarm"),
            compute,
            trace.emit,
        )
        thinker.committed = alarms.changed
        return Agent(
            frontend=frontend,
            listener=listener,
            responder=responder,
            compute=compute,
            trace=trace,
            budget=budget,
            options=Options(
                open_at_start=not wake,
                full_duplex=self.config.audio.duplex == "full",
                wake_earcon=self.config.wake.earcon,
            ),
            alarms=alarms,
            verifier=self.verifier if wake else None,
            stop_word=self.stop_word(),
            engines=self.names(wake=wake),
        )

    def stop_word(self) -> WakeWord | None:
        """The word that silences us in every state."""
        from voiceagent.engines.stopword import StopWord

        return StopWord()

    def names(self, *, wake: bool = True) -> dict[str, str]:
        """The engines in use, by stage."""
        return {
            "wake": self.wake.name if wake and self.wake else "off",
            "vad": self.vad.name,
            "stt": self.stt.name,
            "voice": self.config.speak.voice,
        }

    def _mouth(
        self,
        player: Player,
        pace: Pace,
        compute: Compute,
        emit: Callable[[Event], None],
        *,
        silent: bool,
    ) -> Mouth:
        cache = ReplyCache(limit=round(self.config.speak.cache_mb * 1e6))
        voices = self.voices(Pace.VIRTUAL if silent else pace)
        voice = Voice(voices, cache, compute, emit)
        return Mouth(voice, player, earcon, emit)


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
