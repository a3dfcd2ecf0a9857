"""The voices and the ears that a pack is trained with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from voiceagent.engines.stt.moonshine.model import Moonshine, open_moonshine
from voiceagent.engines.stt.pocketsphinx.letters import espeak_mnemonics, said_like
from voiceagent.engines.tts.voices import espeak, flite
from voiceagent.errors import EngineMissing, ModelMissing
from voiceagent.skills.packs.takes import Classroom, Samples
from voiceagent.stt.pronounce import check_phones
from voiceagent.tts.protocol import Tts

__all__ = ["open_classroom"]

SPEAKERS = (
    ("espeak", ("en-us", "en-us+m3", "en-us+f3", "en-gb", "en-gb-scotland")),
    ("flite", ("awb", "kal16")),
)
STRANGERS = (("espeak", ("en-us+f4", "en-gb-x-rp")), ("flite", ("slt", "rms")))
RARE = 3
"""Pieces of a word from which the recogniser has met it seldom."""


def open_classroom(second: str, table: Mapping[str, Sequence[str]]) -> Classroom:
    """`second`: of `stt.second`; `table`: the pack's own pronunciations.

    Raises `PackError` for what is no phone, `EngineMissing` where no voice is
    installed.
    """
    ear = open_moonshine(second)
    said = {word: ways[0] for word, ways in table.items() if ways}
    for word, phones in said.items():
        check_phones(word, phones)
    respelt = {word: espeak_mnemonics(phones) for word, phones in said.items()}
    speakers = list(_voices(SPEAKERS, respelt))
    strangers = list(_voices(STRANGERS, respelt))
    if not speakers or not strangers:
        raise EngineMissing(
            "a voice to train with", install="apt-get install espeak-ng flite"
        )
    faithful = {v.name for v in (*speakers, *strangers) if v.name.startswith("espeak")}
    return Classroom(
        speakers=speakers,
        strangers=strangers,
        faithful=frozenset(faithful),
        said_like=said_like,
        rare=_rare(ear),
        written=_written(ear),
    )


def _voices(
    named: Sequence[tuple[str, Sequence[str]]], respelt: Mapping[str, str]
) -> Iterator[Tts]:
    """Those that are installed, taken from the programs in turn."""
    for engine, voices in named:
        for voice in voices:
            try:
                if engine == "espeak":
                    yield espeak(voice, respelt=respelt)
                else:
                    yield flite(voice)
            except (EngineMissing, ModelMissing):
                continue


def _rare(second: Moonshine | None) -> Callable[[str], bool]:
    if second is None:
        return lambda word: False
    split = second.pieces.split
    return lambda word: min(len(split(word)), len(split(word.capitalize()))) >= RARE


def _written(second: Moonshine | None) -> Callable[[Samples, str], str] | None:
    if second is None:
        return None

    def written(sound: Samples, opening: str) -> str:
        heard = second.listen(sound)
        begun = opening[:1].upper() + opening[1:]
        found = heard.after(begun) if heard is not None else None
        return found.text if found is not None else ""

    return written
