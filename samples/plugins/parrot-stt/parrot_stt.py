"""A recogniser that hears the same sentence in whatever is said: `stt.model`."""

from voiceagent.engines.registry import EngineSpec, EngineStage, Licences
from voiceagent.stt.config import SttConfig
from voiceagent.stt.protocol import Recognition
from voiceagent.stt.spoken_language import SpokenLanguage


class Parrot:
    name = "parrot"

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def start(self) -> None:
        self._samples = 0

    def feed(self, pcm: bytes) -> str:
        self._samples += len(pcm) // 2
        return ""

    def preview(self) -> None:
        return None

    def finish(self) -> Recognition:
        return Recognition(self._sentence, 1.0, self._samples > 0, "a parrot")


def make(config: SttConfig, language: SpokenLanguage) -> Parrot:
    return Parrot(config.model or "what time is it")


SPEC = EngineSpec(
    name="parrot",
    stage=EngineStage.STT,
    extra="",
    package="parrot-stt",
    licences=Licences("Apache-2.0"),
    make="parrot_stt:make",
    about="hears one sentence",
    install="pip install parrot-stt",
)
