"""Dialogues that are written for typing, spoken turn by turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lib.from_tests import Script, dialogues, play
from lib.spoken_ears import HearingRoom
from lib.spoken_sets import Came, SpokenItem, odd
from voiceagent.app.config import Config
from voiceagent.app.workshop import Workshop
from voiceagent.audio.frames import AudioFrame
from voiceagent.evaluation.spoken import (
    FIRST,
    REST,
    Speak,
    SpokenSource,
    hear_with,
    is_over,
    listens,
)
from voiceagent.evaluation.typed import MODEL
from voiceagent.trace.events import ReplyReady
from voiceagent.trace.trace import Record

__all__ = ["spoken_dialogues"]

FILE = Path(__file__).resolve().parents[2] / "tests" / "data" / "dialogues.txt"
WORLD = "dialogues"


def spoken_dialogues(room: HearingRoom) -> Iterator[SpokenItem]:
    """All of the file."""
    shop = Workshop(Config()).with_values({"wake.engine": "none", "slm.model": MODEL})

    @cache
    def ears() -> Workshop:
        hear_with(shop, room.remembering(shop, WORLD))
        return shop

    for dialogue in dialogues(FILE):

        def held(speak: Speak, dialogue: Any = dialogue) -> Came:
            how = _script_by(speak)
            outcome = play(dialogue, script=how, of=ears(), typed=False)
            note = "; ".join([*outcome.wrong, *outcome.missed])
            if outcome.wrong:
                return Came("wrong", note)
            return Came("right" if outcome.reached else "missed", note)

        kind = f"{len(dialogue.steps)} turns"
        words = " / ".join(step.text for step in dialogue.steps)
        yield SpokenItem(words, kind, WORLD, odd(dialogue.name), held)


def _script_by(speak: Speak) -> type[Any]:
    class Spoken(_SpokenScript):
        voice = staticmethod(speak)

    return Spoken


class _SpokenScript(Script):  # type: ignore[misc]  (of the tests)
    """A script whose turns are heard."""

    voice: Speak

    async def frames(self) -> AsyncIterator[AudioFrame]:
        """The room, and in it the turns."""
        self._records: list[Record] = []
        self.trace.subscribe(self._records.append)
        source = SpokenSource(self.voice)
        async for frame in source.wait(lambda: True, least=FIRST):
            yield frame
        steps = self.dialogue.steps
        for number, step in enumerate(steps, 1):
            for line in step.before:
                async for frame in self._between(source, line):
                    yield frame
            self._records.clear()
            if not listens(self.agent):
                self.agent.push_to_talk()
            async for frame in source.say(step.text):
                yield frame
            cut = any(later.over for later in steps[number : number + 1])
            over = self._replied if cut else self._ended
            async for frame in source.wait(over, least=REST):
                yield frame
            self.judge(number, step, [one.event for one in self._records])

    async def _between(
        self, source: SpokenSource, line: str
    ) -> AsyncIterator[AudioFrame]:
        sign, _, rest = line.partition(" ")
        if sign != "~":
            await self.happens(line)
            return
        most = float(rest)
        async for frame in source.wait(lambda: False, most=most):
            yield frame

    def _replied(self) -> bool:
        replies = (isinstance(one.event, ReplyReady) for one in self._records)
        return any(replies) or self._ended()

    def _ended(self) -> bool:
        return is_over(self.agent, self._records)
