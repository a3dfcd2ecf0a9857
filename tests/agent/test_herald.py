"""Trouble with a book is told once, and alarms ring whatever becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from agents import Echo, Stage
from faults import fault, small_disk
from trouble import COMMAND, SECOND

from voiceagent.agent.effects import UNKEPT
from voiceagent.audio.clip import Clip
from voiceagent.engines.fake import DeclaredTts
from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import HouseModel, LocalHouse
from voiceagent.skills.skill import Answer, Skill, SkillAlarm, TurnContext
from voiceagent.skills.timers.handler import create
from voiceagent.store import Store
from voiceagent.trace.events import AlarmRang, Committed, Degraded, SessionEnded

pytestmark = pytest.mark.fault

FULL = "I can't keep timers, lists and house state now"


@dataclass
class Heard:
    """A voice, and all that it was given to say."""

    voice: DeclaredTts = field(default_factory=DeclaredTts)
    texts: list[str] = field(default_factory=list)
    name: str = "heard"

    def synthesize(self, text: str) -> Clip:
        """Sound of the declared length."""
        self.texts.append(text)
        return self.voice.synthesize(text)


class Egg(Echo):
    """Whatever is said sets a timer of two seconds."""

    timers: Skill

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """As the skill that ships answers."""
        return self.timers.answer(Intent("timer.set", {"seconds": 2}), context)

    def alarms(self) -> Sequence[SkillAlarm]:
        """Its own."""
        return self.timers.alarms()

    def rang(self, alarm_id: str) -> None:
        """It was played."""
        self.timers.rang(alarm_id)


def staged(store: Store) -> tuple[Stage, Heard]:
    egg, heard = Egg(), Heard()
    egg.timers = create(SkillHost(store, LocalHouse(HouseModel(), store)))
    stage = Stage(
        ["one", "two"], wakes=[0.9, SECOND], skill=egg, voices=[heard], store=store
    )
    return stage, heard


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_a_timer_that_cannot_be_kept_is_said_so_and_rings_once(disk: Path) -> None:
    store = Store(disk / "state.sqlite")
    with fault("full", store.path or disk):
        stage, heard = staged(store)
        rows = stage.play(*COMMAND, *COMMAND, (60.0, 0.0))
    assert [UNKEPT in row.reply for row in rows] == [True, True]
    assert len(stage.events(AlarmRang)) == 2 and stage.events(SessionEnded)
    (told,) = stage.events(Degraded)
    assert told.why and told.hint
    assert " ".join(heard.texts).count(FULL) == 1
    assert all(event.ok for event in stage.events(Committed))
    store.close()
    assert Store(disk / "state.sqlite").read("SELECT id FROM timers") == []


def test_an_alarm_that_cannot_be_noted_rings_once_at_each_start(disk: Path) -> None:
    kept = Store(disk / "state.sqlite")
    stage, _ = staged(kept)
    stage.play(*COMMAND)  # it ends before it rings
    kept.close()
    with fault("read-only", disk / "state.sqlite"):
        for _ in range(2):
            store = Store(disk / "state.sqlite")
            stage, _ = staged(store)
            stage.play((40.0, 0.0))
            assert len(stage.events(AlarmRang)) == 1 and stage.events(SessionEnded)
            assert len(stage.events(Degraded)) == 1
    store = Store(disk / "state.sqlite")
    stage, _ = staged(store)
    stage.play((20.0, 0.0))
    assert len(stage.events(AlarmRang)) == 1 and store.kept
    assert store.read("SELECT id FROM timers") == []


def test_what_was_wrong_at_the_start_is_said_in_the_first_pause(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"no database at all " * 300)
    stage, heard = staged(Store(tmp_path / "state.sqlite"))
    stage.play((5.0, 0.0))
    (told,) = stage.events(Degraded)
    assert "is kept as" in told.why
    said = "My book of timers, lists and house state was damaged."
    assert " ".join(heard.texts).count(said) == 1


def test_a_book_that_is_well_is_not_spoken_of(tmp_path: Path) -> None:
    stage, heard = staged(Store(tmp_path / "state.sqlite"))
    (row,) = stage.play(*COMMAND)
    assert UNKEPT not in row.reply and not stage.events(Degraded)
    assert not any("keep" in text for text in heard.texts)
