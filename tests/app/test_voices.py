"""Which voices are tried."""

import pytest

from voiceagent.app.voices import find_voices
from voiceagent.engines.fake import DeclaredTts
from voiceagent.errors import ConfigError, EngineMissing
from voiceagent.tts.config import SpeakConfig
from voiceagent.tts.protocol import Tts

pytestmark = pytest.mark.unit


def only(*there: str) -> tuple[list[str], object]:
    asked: list[str] = []

    def make(name: str, **options: object) -> Tts:
        asked.append(name)
        if name not in there:
            raise EngineMissing(name, install=f"apt-get install {name}")
        return DeclaredTts()

    return asked, make


def test_the_wanted_voice_stands_before_the_usual_ones() -> None:
    asked, make = only("festival", "espeak")
    voices = find_voices(SpeakConfig(voice="festival"), make)  # type: ignore[arg-type]
    assert asked == ["festival", "flite", "espeak"] and len(voices) == 2


@pytest.mark.parametrize("there", [("flite", "espeak"), ()])
def test_a_named_voice_that_is_missing_is_told_and_not_replaced(
    there: tuple[str, ...],
) -> None:
    with pytest.raises(EngineMissing, match="apt-get install festival"):
        find_voices(SpeakConfig(voice="festival"), only(*there)[1])  # type: ignore[arg-type]


def test_a_named_voice_needs_no_other_one() -> None:
    voices = find_voices(SpeakConfig(voice="festival"), only("festival")[1])  # type: ignore[arg-type]
    assert len(voices) == 1


def test_no_voice_at_all_names_the_first_that_is_missing() -> None:
    with pytest.raises(EngineMissing, match="flite"):
        find_voices(SpeakConfig(), only()[1])  # type: ignore[arg-type]


def test_a_command_needs_its_words() -> None:
    with pytest.raises(ConfigError, match=r"speak\.command"):
        find_voices(SpeakConfig(voice="command"), only()[1])  # type: ignore[arg-type]
    words = SpeakConfig(voice="command", command=["say"])
    assert len(find_voices(words, only("command")[1])) == 1  # type: ignore[arg-type]
