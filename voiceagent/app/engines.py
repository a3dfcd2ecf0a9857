"""The engines that a configuration names: the only file that imports any.

What hears has a state of its own for everybody who asks; weights are read once a
process. A recogniser is dear to make and is shared: one agent at a time uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from voiceagent.app.choices import choose
from voiceagent.app.config import Config
from voiceagent.app.kept import kept_instructions
from voiceagent.app.language import LanguageRecipe, PackLanguage, PackVocabulary
from voiceagent.app.made import made, ready
from voiceagent.app.shelf import Shelf
from voiceagent.app.voices import find_voices
from voiceagent.clock import Pace
from voiceagent.engines.registry import (
    DictationWanted,
    EngineSpec,
    EngineStage,
    imported,
)
from voiceagent.nlu.config import SlmConfig
from voiceagent.skills.config import PackConfig
from voiceagent.stt.config import SttConfig
from voiceagent.tts.config import SpeakConfig

if TYPE_CHECKING:
    from voiceagent.frontend.endpoint import EndpointPolicy
    from voiceagent.frontend.frontend import Frontend
    from voiceagent.frontend.vad import Vad
    from voiceagent.frontend.wake import WakeGate, WakeRule, WakeVerifier, WakeWord
    from voiceagent.nlu.models.model_folder import Model
    from voiceagent.nlu.slm.build import SlmRuntimes
    from voiceagent.nlu.slm.protocol import Slm
    from voiceagent.routing.release import Dictate
    from voiceagent.skills.packs.takes import Classroom
    from voiceagent.stt.protocol import Stt
    from voiceagent.tts.cache import ReplyCache
    from voiceagent.tts.protocol import Tts

__all__ = ["Engines", "doubt_of", "make_slm", "make_stt", "make_voice"]


class Engines:
    """Makes engines from a configuration, each when it is first needed."""

    def __init__(
        self, config: Config, language: PackLanguage, *, shelf: Shelf | None = None
    ) -> None:
        self.config, self._language = config, language
        self._shelf = shelf or Shelf()

    def wake(self) -> WakeWord | None:
        """A new always-on detector."""
        wanted = self.config.wake
        if wanted.engine == "none" or not wanted.words:
            return None
        wake: WakeWord = made(EngineStage.WAKE, wanted.engine, wanted)
        self._shelf.get("wake name", wanted, lambda: wake.name)
        return wake

    def verifier(self) -> WakeVerifier | None:
        """A new second opinion on a wake word."""
        wanted = self.config.wake
        if wanted.verifier == "none":
            return None
        verifier: WakeVerifier = made(EngineStage.VERIFIER, wanted.verifier, wanted)
        return verifier

    def stop_word(self) -> WakeWord | None:
        """A new detector of the word that silences us in every state."""
        stop: WakeWord = made(EngineStage.STOP_WORD, "pocketsphinx", self.config.wake)
        return stop

    def vad(self) -> Vad:
        """A new detector of voice activity."""
        wanted = self.config.vad
        vad: Vad = made(EngineStage.VAD, wanted.engine, wanted)
        self._shelf.get("vad name", wanted, lambda: vad.name)
        return vad

    def wake_rules(self, wake: WakeWord | None) -> dict[str, WakeRule]:
        """When the scores of each word of that detector are a hit."""
        return self.config.wake.rules(getattr(wake, "rules", {}))

    def gate(self, wake: WakeWord | None) -> WakeGate:
        """The decision over the scores of that detector."""
        from voiceagent.frontend.wake import WakeGate

        refractory = self.config.wake.refractory_ms / 1000
        return WakeGate(self.wake_rules(wake), refractory=refractory)

    def frontend(
        self,
        *,
        wake: bool = True,
        policy: EndpointPolicy | None = None,
        threshold: float | None = None,
    ) -> Frontend:
        """A front end in its first state; `wake=False`: no wake word is wanted;
        `policy` and `threshold` of speech instead of those of the configuration."""
        from voiceagent.frontend.frontend import Frontend
        from voiceagent.frontend.wake import WakeGate

        detector = self.wake() if wake else None
        return Frontend(
            wake=detector,
            gate=self.gate(detector) if wake else WakeGate({}),
            vad=self.vad(),
            smoother=self.config.vad.smoother(threshold),
            policy=policy or self.config.endpoint.policy(),
        )

    @property
    def ask_below(self) -> float:
        """Confidence of the recogniser below which the user is asked first."""
        return doubt_of(self.config.stt)

    def stt(self) -> Stt:
        """The recogniser, in this process."""
        spec, wanted = self._stt, self.config.stt
        make = partial(ready, spec, wanted, self._language)
        stt: Stt = self._shelf.get("stt", self._heard_by, make)
        return stt

    def live_stt(self) -> Stt:
        """The recogniser in another process, so that the loop never waits for it."""
        return self._shelf.get("live stt", self._heard_by, self._in_child)

    def recogniser(self, pace: Pace) -> Stt:
        """The recogniser for an agent: live in a process of its own if it wants one."""
        apart = pace is Pace.REALTIME and self._stt.own_process
        return self.live_stt() if apart else self.stt()

    def session_stt(self, pace: Pace, *, at_once: bool = False) -> Stt:
        """The recogniser of one session: none that speaks at the same time shares its
        state. `at_once`: one that may be made later has not been made yet."""
        from voiceagent.stt.pool import PooledStt, SttPool

        apart = pace is Pace.REALTIME and self._stt.own_process
        spec, wanted, language = self._stt, self.config.stt, self._language
        another = self._in_child if apart else partial(ready, spec, wanted, language)
        first = partial(self.recogniser, pace)
        name = self._called if at_once and apart else first().name
        pool = self._shelf.get(
            "live stt pool" if apart else "stt pool",
            self._heard_by,
            lambda: SttPool(name, first, another),
        )
        return PooledStt(pool)

    def voices(self, pace: Pace) -> list[Tts]:
        """The voices to try, the preferred one first; `EngineMissing` if none is
        installed."""
        if pace is Pace.VIRTUAL:
            from voiceagent.engines.fake import DeclaredTts

            return [DeclaredTts()]
        wanted = self.config.speak
        make = partial(make_voice, config=wanted)
        return self._shelf.get("voices", wanted, lambda: find_voices(wanted, make))

    @property
    def replies(self) -> ReplyCache:
        """Rendered replies, kept over sessions."""
        from voiceagent.tts.cache import ReplyCache

        size = round(self.config.speak.cache_mb * 1e6)
        return self._shelf.get(
            "replies", self.config.speak, lambda: ReplyCache(limit=size)
        )

    def slm(self, model: Model, *, apart: bool = False) -> Slm:
        """The engine for a model, whose files have been verified; `apart`: in a
        process of its own."""
        from voiceagent.nlu.slm.build import LARGE, build_slm
        from voiceagent.nlu.slm.in_child import ProcessSlm

        wanted, language = self.config.slm, self._language
        if not apart:
            return build_slm(model, PackVocabulary(language), runtimes(wanted))
        _ = language.takes  # what is wrong with the pack is said here, not there
        make = partial(make_slm, wanted, language.recipe.pack, model)
        # A small one runs in a single thread, and can be copied.
        small = model.path.is_file() and model.path.stat().st_size < LARGE
        return ProcessSlm(make, name=model.name, copied=small)

    def dictation(
        self, sentences: Sequence[str], *, engine: str = "pocketsphinx", model: str = ""
    ) -> Dictate:
        """A recogniser of any words, those of `sentences` above all."""
        wanted = DictationWanted(
            tuple(sentences),
            second=self.config.stt.second,
            model=model,
            language=self.config.stt.language,
        )
        hear: Dictate = made(EngineStage.DICTATION, engine, wanted)
        return hear

    def classroom(self) -> Classroom:
        """The voices and the ears that the pack is trained with."""
        from voiceagent.engines.classroom import open_classroom

        table = self._language.pronunciations
        return open_classroom(self.config.stt.second, table)

    def names(
        self, *, wake: bool = True, pace: Pace = Pace.REALTIME, at_once: bool = False
    ) -> dict[str, str]:
        """The engines in use, by stage."""
        get, ears = self._shelf.get, self.config
        return {
            "wake": get("wake name", ears.wake, self._wake_name) if wake else "off",
            "vad": get("vad name", ears.vad, lambda: self.vad().name),
            "stt": self.session_stt(pace, at_once=at_once).name,
            "voice": self.voices(pace)[0].name,
        }

    @property
    def _stt(self) -> EngineSpec:
        return choose(EngineStage.STT, self.config.stt.engine)

    @property
    def _called(self) -> str:
        spec = self._stt
        return str(imported(spec.called)(self.config.stt)) if spec.called else spec.name

    @property
    def _heard_by(self) -> object:
        return self.config.stt, self._language.key

    def _in_child(self) -> Stt:
        from voiceagent.stt.in_child import ProcessStt

        spec, language = self._stt, self._language
        _ = language.grammar  # what is wrong with it is said here, not there
        asks = language.asks()
        make = partial(make_stt, spec, self.config.stt, language.recipe, asks=asks)
        return ProcessStt(make, name=spec.name, copied=spec.copies)

    def _wake_name(self) -> str:
        wake = self.wake()
        return wake.name if wake else "off"


def doubt_of(config: SttConfig) -> float:
    """Confidence below which the user is asked first: as configured, or the engine's
    own."""
    if config.ask_below is not None:
        return config.ask_below
    spec = choose(EngineStage.STT, config.engine)
    return float(imported(spec.doubt)(config)) if spec.doubt else 0.0


def make_voice(name: str, config: SpeakConfig) -> Tts:
    """The voice of that name: an engine, or one of an engine's (`flite/rms`)."""
    engine, _, voice = name.partition("/")
    tts: Tts = made(EngineStage.VOICE, engine, voice, config)
    return tts


def make_stt(
    spec: EngineSpec, config: SttConfig, recipe: LanguageRecipe, *, asks: bool
) -> Stt:
    """A recogniser, in whatever process this is called."""
    language = PackLanguage(recipe, asks=lambda: asks)
    stt: Stt = ready(spec, config, language)
    language.meaning("")  # what it needs is loaded now, not in the first turn
    return stt


def make_slm(config: SlmConfig, pack: PackConfig, model: Model) -> Slm:
    """A language model, in whatever process this is called."""
    from voiceagent.nlu.slm.build import build_slm

    language = PackLanguage(LanguageRecipe(pack))
    return build_slm(model, PackVocabulary(language), runtimes(config))


def runtimes(config: SlmConfig) -> SlmRuntimes:
    """What runs the weights; `auto`: whichever is there."""
    engine = "llama_cpp" if config.engine == "auto" else config.engine
    found: SlmRuntimes = made(EngineStage.SLM, engine, config)
    return replace(found, kept=kept_instructions().get)
