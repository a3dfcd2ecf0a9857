"""The recogniser of any words: nothing that it is given makes it deaf."""

from __future__ import annotations

import pytest
from spoken_command import SAMPLES

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE

pytestmark = pytest.mark.audio
pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def test_it_hears_after_whatever_it_was_given() -> None:
    from voiceagent.engines.stt.pocketsphinx.dictation import Dictation

    ears = Dictation()
    samples = read_audio(SAMPLES / "01-light-in-one-breath.flac").samples
    sound = samples[2 * RATE : 4 * RATE].tobytes()
    before = ears.words(sound)
    for odd in (b"", b"\0", bytes(3200), b"\xff" * 999):
        ears.words(odd)
    assert ears.words(sound) == before != ""


def test_an_utterance_that_breaks_is_ended() -> None:
    from voiceagent.engines.stt.pocketsphinx.decoder import utterance

    class Decoder:
        open = False

        def start_utt(self) -> None:
            """As a real one: never twice."""
            assert not self.open
            self.open = True

        def end_utt(self) -> None:
            """The next one may begin."""
            self.open = False

    decoder = Decoder()
    for _ in range(2):
        with pytest.raises(IndexError), utterance(decoder):
            raise IndexError
