"""Packs for tests: small ones written to a folder, and those that are shipped."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from voiceagent.nlu.intent import IntentParser
from voiceagent.nlu.later import plannable
from voiceagent.nlu.reader import CommandReader
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.nlu.slm.tools import CallableIntent, tools_of
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import LocalHouse
from voiceagent.skills.packs.frames import FramedPack
from voiceagent.skills.packs.pack import Pack, load_pack
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store

__all__ = [
    "DRINKS",
    "SHIPPED",
    "finder",
    "folder",
    "parser",
    "reader",
    "reply",
    "shipped",
    "tools",
]

SHIPPED = ("home", "coffee", "museum")
DRINKS = """\
language: en
intents:
  order:
    data:
    - sentences:
      - <want> a [{size}] {drink}
lists:
  size: {values: [small, large]}
  drink: {values: [tea, coffee]}
expansion_rules:
  want: (get me|i want)
"""
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def folder(path: Path, **files: str) -> Path:
    """A pack folder; `intents_yaml=` becomes `intents.yaml`."""
    path.mkdir(exist_ok=True, parents=True)
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


@lru_cache
def shipped(name: str) -> Pack:
    """A shipped pack, loaded once."""
    return load_pack(Path(name))


@lru_cache
def parser(name: str) -> IntentParser:
    """The parser of a shipped pack."""
    return IntentParser(shipped(name))


@lru_cache
def finder(name: str) -> SlotFinder:
    """What finds the slots of a shipped pack; half a second the first time."""
    return SlotFinder(shipped(name))


@lru_cache
def tools(name: str) -> tuple[CallableIntent, ...]:
    """What can be called of a shipped pack; half a second the first time."""
    return tools_of(shipped(name))


@lru_cache
def reader(name: str) -> CommandReader:
    """What reads commands of a shipped pack, with parts and for later."""
    pack = shipped(name)
    framed = FramedPack(pack.frames, pack.slot_lists) if pack.frames else None
    frames = IntentParser(framed) if framed else None
    known = finder(name).intents
    return CommandReader(
        parser(name), lambda: frames, lambda intent: plannable(known.get(intent))
    )


def reply(name: str, text: str, *, now: datetime = MONDAY) -> str:
    """What a shipped pack answers."""
    intent = parser(name).parse(text)
    assert intent is not None, text
    store = Store()
    pack = shipped(name)
    skills = pack.open(SkillHost(store, LocalHouse(pack.house, store)))
    answer = skills.answer(intent, TurnContext(now))
    for effect in answer.effects:
        effect.run()
    skills.close()
    store.close()
    return answer.text
