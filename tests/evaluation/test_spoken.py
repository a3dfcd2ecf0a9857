from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.engines.fake import ScriptedStt
from voiceagent.evaluation.spoken import Speak, SpokenBench, Uttered
from voiceagent.evaluation.typed import TypedTurn
from voiceagent.stt.protocol import Recognition

SAMPLE = Path(__file__).parents[2] / "samples" / "30-across-the-room.flac"
LATTE = "a small latte"


class Doubting(ScriptedStt):
    """As scripted, and not sure of anything longer than a word."""

    def preview(self) -> Recognition | None:
        """As at the end."""
        found = super().preview()
        return None if found is None else self._doubted(found)

    def finish(self) -> Recognition:
        """With little confidence."""
        return self._doubted(super().finish())

    @staticmethod
    def _doubted(found: Recognition) -> Recognition:
        sure = 0.2 if " " in found.text else 1.0
        return replace(found, confidence=sure)


@cache
def shop() -> Workshop:
    return Workshop(Config()).with_values({"pack.folder": "coffee"})


def speak(text: str) -> Uttered:
    """Somebody says something, whatever it is: the recogniser is scripted."""
    sound = read_audio(SAMPLE).samples
    quiet = np.random.default_rng(0).integers(-4, 5, RATE // 2).astype(np.int16)
    return Uttered(np.concatenate([quiet, sound[: 3 * RATE]]), quiet)


def bench(stt: ScriptedStt, by: Speak = speak) -> SpokenBench:
    return SpokenBench(shop(), by, stt=stt, model="none")


def talk(
    stt: ScriptedStt, *sentences: str, before: Sequence[str] = ()
) -> list[TypedTurn]:
    return bench(stt).talk(sentences, before=before)


def test_what_is_heard_is_done_and_not_what_was_said() -> None:
    (turn,) = talk(ScriptedStt([LATTE]), "a large mocha")
    assert turn.did == ("coffee.order",) and "small latte" in turn.said


def test_what_was_heard_in_doubt_is_asked_and_the_answer_is_heard_too() -> None:
    first, second = talk(Doubting([LATTE, "yes"]), LATTE, "yes")
    assert first.asked and not first.did
    assert second.did == ("coffee.order",)


def test_what_is_said_before_is_typed_and_never_heard() -> None:
    (turn,) = talk(Doubting(["a large mocha"]), "x", before=[LATTE])
    assert turn.asked and not turn.did and "mocha" in turn.said


def test_each_turn_is_told_for_itself() -> None:
    first, second = talk(ScriptedStt([LATTE, "nonsense"]), "x", "y")
    assert first.did and not second.did


def test_where_nobody_speaks_nothing_happens_and_it_ends() -> None:
    quiet = np.zeros(RATE // 2, np.int16)
    stt = ScriptedStt([LATTE])
    bench = SpokenBench(
        shop(), lambda text: Uttered(quiet, quiet), stt=stt, model="none"
    )
    turn = bench.one(LATTE)
    assert not turn.did and not turn.said


def test_the_same_bench_speaks_with_another_voice() -> None:
    said: list[str] = []

    def noted(text: str) -> Uttered:
        said.append(text)
        return speak(text)

    other = bench(ScriptedStt([LATTE])).said_by(noted)
    assert other.one(LATTE).did and LATTE in said
