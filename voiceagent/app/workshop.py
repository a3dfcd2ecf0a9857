"""The composition root: from a configuration to a running agent.

The only importer of `engines/`. Engines load when they are first needed and are kept
by the `Workshop`, so that a replay of a thousand files loads each of them once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voiceagent.app.config import Config
from voiceagent.app.house import open_house
from voiceagent.app.simulated_region import Asking
from voiceagent.app.voices import find_voices
from voiceagent.clock import Pace
from voiceagent.frontend.endpoint import EndpointPolicy
from voiceagent.frontend.frontend import Frontend
from voiceagent.frontend.vad import GatedVad, Vad, VadSmoother
from voiceagent.frontend.wake import WakeGate, WakeRule, WakeVerifier, WakeWord
from voiceagent.nlu.clarify import gist, with_answers
from voiceagent.nlu.guards.guards import Guards
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.nlu.models.library import Library
from voiceagent.nlu.models.model_folder import Model, find_model
from voiceagent.nlu.models.risk_curve import limits_of
from voiceagent.nlu.phrase import Phraser
from voiceagent.nlu.slm.cascade import Cascade
from voiceagent.nlu.slm.in_child import ProcessSlm
from voiceagent.nlu.slm.protocol import Slm
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.routing.release import Dictate
from voiceagent.skills.house.house import House
from voiceagent.skills.packs.pack import Pack, load_pack
from voiceagent.skills.packs.takes import Classroom
from voiceagent.store import Store, state_folder
from voiceagent.stt.grammar import Grammar, compile_grammar
from voiceagent.stt.in_child import ProcessStt
from voiceagent.stt.offline import Spans, hear, speech_spans
from voiceagent.stt.protocol import Recognition, Stt
from voiceagent.tts.cache import ReplyCache
from voiceagent.tts.protocol import Tts

__all__ = ["Workshop", "make_slm", "make_stt"]

ACOUSTICS = "acoustic-en"
"""The shipped acoustic models that were moved towards noise."""


class Workshop:
    """Makes agents from a configuration, with its pack or `pack`; heavy parts once."""

    def __init__(self, config: Config, *, pack: Pack | None = None) -> None:
        self.config, self._pack = config, pack
        self._libraries: dict[bool, Library] = {}

    @cached_property
    def pack(self) -> Pack:
        """Templates, lists, house and skills."""
        folder = Path(self.config.pack.folder) if self.config.pack.folder else None
        skills = [Path(path) for path in self.config.pack.skills]
        return self._pack or load_pack(folder, skill_folders=skills)

    @cached_property
    def parser(self) -> IntentParser:
        """Words to intents."""
        area = self.config.pack.area
        return IntentParser(self.pack, context={"area": area} if area else None)

    @cached_property
    def cascade(self) -> Cascade:
        """Templates, then the model, with the guards of the pack in between."""
        return Cascade(Guards(SlotFinder(self.pack).intents))

    @cached_property
    def phraser(self) -> Phraser:
        """Intents back to words."""
        return Phraser(self.pack, self.parser)

    @cached_property
    def grammar(self) -> Grammar:
        """What may be said, as one word automaton."""
        intents = self.pack.intents
        if self.ask_below > 0:
            intents = with_answers(intents)
        openings = self.config.wake.openings()  # the recogniser hears them too
        return compile_grammar(intents, self.pack.slot_lists, openings=openings)

    @cached_property
    def stt(self) -> Stt:
        """The recogniser; shared, since only one agent runs at a time."""
        config = self.config.stt
        if config.engine == "faster_whisper":
            return self.whisper(config.model, config.min_confidence)
        from voiceagent.engines.stt.moonshine.model import open_moonshine
        from voiceagent.engines.stt.pocketsphinx.recogniser import PocketSphinxStt

        return PocketSphinxStt(
            self.grammar,
            pronunciations=self.pack.pronunciations,
            acoustics=find_model(ACOUSTICS).folder,
            meaning=self.meaning,
            open_domain=self.escalates,
            second=open_moonshine(config.second, self.pack.spellings),
        )

    @property
    def escalates(self) -> bool:
        """Whether somebody else may answer what the device does not know."""
        return bool(self.config.region.url)

    def meaning(self, text: str) -> Hashable:
        """What a text means: the same for texts that differ in their wording alone."""
        intent = self.parser.parse(text)
        if intent is None:
            return gist(text)
        return intent.meaning

    @property
    def ask_below(self) -> float:
        """Confidence of the recogniser below which the user is asked first."""
        wanted = self.config.stt.ask_below
        if wanted is not None or self.config.stt.engine != "pocketsphinx":
            return wanted or 0.0
        from voiceagent.engines.stt.pocketsphinx.recogniser import ask_below

        return ask_below(self.config.stt.second)

    def recogniser(self, pace: Pace) -> Stt:
        """The recogniser for an agent: live in a process of its own."""
        if pace is Pace.REALTIME and self.config.stt.engine == "pocketsphinx":
            return self.live_stt
        return self.stt

    @cached_property
    def live_stt(self) -> Stt:
        """The recogniser in another process, so that the loop never waits for it."""
        _ = self.grammar, self.wake()  # what is wrong with them is said here, not there
        return ProcessStt(partial(make_stt, self.config), name="pocketsphinx")

    def wake(self) -> WakeWord | None:
        """A new always-on detector; what all of them read is kept once."""
        config = self.config.wake
        if config.engine == "none" or not config.words:
            return None
        if config.engine == "openwakeword":
            from voiceagent.engines.wake.openwakeword import OpenWakeWord

            return OpenWakeWord(config.words)
        from voiceagent.engines.wake.microwakeword import MicroWakeWord

        return MicroWakeWord(config.words)

    def verifier(self) -> WakeVerifier | None:
        """A new second opinion on a wake word."""
        if self.config.wake.verifier == "none":
            return None
        from voiceagent.engines.wake.openwakeword import OpenWakeWordVerifier

        return OpenWakeWordVerifier(self.config.wake.words)

    def vad(self) -> Vad:
        """A new detector of voice activity; the weights of all of them are the same."""
        from voiceagent.engines.vad.silero import SileroVad
        from voiceagent.engines.vad.webrtcvad import WebrtcVad

        match self.config.vad.engine:
            case "silero":
                return SileroVad()
            case "webrtcvad":
                return WebrtcVad(mode=3)
            case _:
                return GatedVad(WebrtcVad(mode=2), SileroVad())

    def wake_rules(self, wake: WakeWord | None) -> dict[str, WakeRule]:
        """When the scores of each word of that detector are a hit."""
        return self.config.wake.rules(getattr(wake, "rules", {}))

    def gate(self, wake: WakeWord | None) -> WakeGate:
        """The decision over the scores of that detector."""
        refractory = self.config.wake.refractory_ms / 1000
        return WakeGate(self.wake_rules(wake), refractory=refractory)

    def speech(self, samples: NDArray[np.int16]) -> Spans:
        """Start and end sample of every stretch of speech in a recording."""
        return speech_spans(self.frontend(wake=False), samples)

    def recognise(
        self, samples: NDArray[np.int16]
    ) -> tuple[Recognition, Intent | None]:
        """What the recogniser and the templates make of one recording.

        No intent where the agent would not act at once but ask.
        """
        spans, least = self.speech(samples), self.policy().min_speech
        heard = hear(self.stt, samples, spans, least=least)
        sure = heard.accepted and heard.confidence >= self.ask_below
        return heard, self.parser.parse(heard.text) if sure else None

    def smoother(self) -> VadSmoother:
        """The decision over voice activity."""
        return self.config.vad.smoother()

    def policy(self) -> EndpointPolicy:
        """The decision over the end of a turn."""
        return self.config.endpoint.policy()

    def frontend(self, *, wake: bool = True) -> Frontend:
        """A front end with a state of its own; `wake=False`: no wake word is wanted."""
        detector = self.wake() if wake else None
        return Frontend(
            wake=detector,
            gate=self.gate(detector) if wake else WakeGate({}),
            vad=self.vad(),
            smoother=self.smoother(),
            policy=self.policy(),
        )

    def house(self, store: Store) -> House:
        """The built-in house, or a real Home Assistant."""
        return open_house(self.config.home_assistant, self.pack.house, store)

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
        from voiceagent.engines.tts.voices import make_voice

        return find_voices(self.config.speak, make_voice)

    def library(self, *, live: bool) -> Library:
        """The language models; `live`: each in a process of its own."""
        apart = live and self.config.slm.process
        if apart not in self._libraries:
            make = partial(self.open_model, apart=apart)
            limits = partial(limits_of, self.config.route)
            self._libraries[apart] = Library(self.config.slm, make, limits)
        return self._libraries[apart]

    def open_model(self, model: Model, *, apart: bool = False) -> Slm:
        """The engine for a model, whose files have been verified; `apart`: in a
        process of its own."""
        if apart:
            _ = self.pack  # what is wrong with it is said here, not there
            make = partial(make_slm, self.config, model)
            return ProcessSlm(make, name=model.name)
        from voiceagent.engines.slm.llama_cpp import LlamaDecoder, LlamaEncoder
        from voiceagent.nlu.slm.build import Engines, build_slm

        wanted = self.config.slm.engine
        engines = Engines(
            partial(LlamaEncoder, engine=wanted), partial(LlamaDecoder, engine=wanted)
        )
        return build_slm(model, self.pack, engines)

    @cached_property
    def asking(self) -> Asking:
        """Documents and recognisers for what is outside the grammar."""
        return Asking(self.config.knowledge, self.dictation)

    def dictation(self, sentences: Sequence[str]) -> Dictate:
        """A recogniser of any words, those of `sentences` above all."""
        from voiceagent.engines.stt.pocketsphinx.dictation import Dictation

        return Dictation(sentences, second=self.config.stt.second).words

    def whisper(self, model: str, least: float | None = None) -> Stt:
        """faster-whisper with the model in that folder."""
        from voiceagent.engines.stt.faster_whisper import open_whisper

        return open_whisper(model, language=self.config.stt.language, least=least)

    @cached_property
    def classroom(self) -> Classroom:
        """The voices and the ears that the pack is trained with."""
        from voiceagent.engines.classroom import open_classroom

        return open_classroom(self.config.stt.second, self.pack.pronunciations)

    def stop_word(self) -> WakeWord | None:
        """The word that silences us in every state."""
        from voiceagent.engines.wake.stop_word import StopWord

        return StopWord()

    @cached_property
    def _wake_name(self) -> str:
        wake = self.wake()
        return wake.name if wake else "off"

    @cached_property
    def _vad_name(self) -> str:
        return self.vad().name

    def names(self, *, wake: bool = True, pace: Pace = Pace.REALTIME) -> dict[str, str]:
        """The engines in use, by stage."""
        return {
            "wake": self._wake_name if wake else "off",
            "vad": self._vad_name,
            "stt": self.recogniser(pace).name,
            "voice": self.voices(pace)[0].name,
        }


def make_stt(config: Config) -> Stt:
    """The recogniser of a configuration, in whatever process this is called."""
    return Workshop(config).stt


def make_slm(config: Config, model: Model) -> Slm:
    """A language model, in whatever process this is called."""
    return Workshop(config).open_model(model)
