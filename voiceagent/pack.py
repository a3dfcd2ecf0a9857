"""A pack is what the agent understands and how it answers: templates, house, handlers.

    pack = load_pack(None)                      # the built-in home pack
    host = SkillHost(store, LocalHouse(pack.house, store))
    skills = pack.open(host)
    answer = skills.answer(IntentParser(pack).parse("turn on the lights"), context)

A pack folder holds `intents.yaml` and may hold `house.toml`, `replies.yaml`,
`pronunciations.toml` and `handler.py`; a skill folder looks the same.
"""

from __future__ import annotations

import importlib
import importlib.util
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from hassil.intents import Intents, SlotList, TextSlotList, TextSlotValue
from hassil.parse_expression import parse_sentence

from voiceagent.errors import PackError
from voiceagent.house import Entity, House, HouseModel
from voiceagent.house_file import load_house
from voiceagent.intent import Intent, spoken
from voiceagent.replies import RepliesSkill, read_replies
from voiceagent.skill import Answer, Skill, SkillAlarm, TurnContext
from voiceagent.store import Store
from voiceagent.templates import build_intents
from voiceagent.yaml_file import Source, read_yaml

__all__ = ["Pack", "SkillFolder", "SkillHost", "Skills", "load_pack"]

ROOT = Path(__file__).parent
BUILT_IN = ROOT / "skills"
HOME = ROOT / "packs" / "home"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "light": ("light",),
    "cover": ("cover",),
    "lock": ("lock",),
    "climate": ("climate",),
    "sensor": ("sensor",),
    "binary_sensor": ("binary_sensor",),
    "scene": ("scene",),
    "script": ("script",),
    "media_player": ("media_player",),
    "todo": ("todo",),
    "vacuum": ("vacuum",),
    "weather": ("weather",),
    "fan": ("fan",),
    "switchable": ("light", "switch", "fan", "media_player"),
}
"""Lists of names that templates may use, and the domains that they are made of."""


@dataclass(frozen=True, slots=True)
class SkillHost:
    """What a handler gets when it is made."""

    store: Store
    house: House
    config: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """One table per skill name, from the user's configuration."""


@dataclass(frozen=True, slots=True)
class SkillFolder:
    """Where a skill lives, what it understands and how to make it."""

    name: str
    path: Path
    intents: tuple[str, ...]
    create: Callable[[SkillHost], Skill]


class Skills:
    """The open skills of a pack, asked as one."""

    def __init__(self, folders: Iterable[SkillFolder], host: SkillHost) -> None:
        self._by_intent: dict[str, Skill] = {}
        self._all: list[Skill] = []
        for folder in folders:
            skill = folder.create(host)
            self._all.append(skill)
            self._by_intent.update(dict.fromkeys(folder.intents, skill))

    def skill_for(self, intent_name: str) -> Skill:
        """The skill that answers an intent; `PackError` if there is none."""
        try:
            return self._by_intent[intent_name]
        except KeyError:
            raise PackError(f"no skill answers `{intent_name}`") from None

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """Plan the answer to `intent`; changes nothing."""
        return self.skill_for(intent.name).answer(intent, context)

    def alarms(self) -> list[SkillAlarm]:
        """Everything that is still to ring, earliest first."""
        every = [alarm for skill in self._all for alarm in skill.alarms()]
        return sorted(every, key=lambda alarm: (alarm.due, alarm.id))

    def rang(self, alarm_id: str) -> None:
        """The alarm was played: it must not ring again."""
        for skill in self._all:
            if any(alarm.id == alarm_id for alarm in skill.alarms()):
                skill.rang(alarm_id)

    def close(self) -> None:
        """Close every skill."""
        for skill in self._all:
            skill.close()


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that is understood, and who answers it."""

    name: str
    intents: Intents
    """Templates, with their own lists and rules."""
    slot_lists: Mapping[str, SlotList]
    """Lists made from the house; a list without names can never match."""
    house: HouseModel
    pronunciations: Mapping[str, Sequence[str]]
    """Word to the ways it is said, in CMU phones (`K IH CH AH N`)."""
    skills: tuple[SkillFolder, ...]

    def skill_for(self, intent_name: str) -> SkillFolder:
        """The folder of the skill that answers an intent."""
        for folder in self.skills:
            if intent_name in folder.intents:
                return folder
        raise PackError(f"no skill answers `{intent_name}`")

    def open(self, host: SkillHost) -> Skills:
        """Make the skills; they use the store and house of `host` until closed."""
        return Skills(self.skills, host)


def load_pack(folder: Path | None, *, skill_folders: Sequence[Path] = ()) -> Pack:
    """Read a pack, `None` for the built-in home; raises `PackError` if it is broken.

    `skill_folders`: skills of the user, added to the pack.
    """
    home = HOME if folder is None else folder
    parts = [*(_built_in() if folder is None else [folder]), *skill_folders]
    sources = [read_yaml(_needed(part / "intents.yaml")) for part in parts]
    house_file = home / "house.toml"
    house = load_house(house_file) if house_file.exists() else HouseModel()
    lists = house_lists(house)
    files = [home, *parts]
    return Pack(
        name=home.resolve().name,
        intents=build_intents(sources, lists, name=home.name),
        slot_lists=lists,
        house=house,
        pronunciations=_pronunciations(dict.fromkeys(files)),
        skills=tuple(_skill(source) for source in sources),
    )


def house_lists(house: HouseModel) -> dict[str, SlotList]:
    """The lists a house gives to templates: `area`, `name` and one per domain."""
    lists: dict[str, SlotList] = {
        name: TextSlotList(name, _names(house.select(*domains)))
        for name, domains in GROUPS.items()
    }
    areas = [(said, area.name) for area in house.areas for said in _said(area)]
    lists["area"] = TextSlotList(
        "area",
        [TextSlotValue(_chunk(said), name, {"area": name}) for said, name in areas],
    )
    lists["name"] = TextSlotList("name", _names(house.entities))
    return lists


def _names(entities: Iterable[Entity]) -> list[TextSlotValue]:
    return [
        TextSlotValue(_chunk(said), entity.name, _context(entity))
        for entity in entities
        for said in _said(entity)
    ]


def _context(entity: Entity) -> dict[str, str]:
    context = {"domain": entity.domain}
    if entity.area:
        context["area"] = entity.area
    return context


def _said(thing: object) -> list[str]:
    """How a name and its aliases sound, without doubles."""
    names = (getattr(thing, "name"), *getattr(thing, "aliases"))  # noqa: B009
    return list(dict.fromkeys(spoken(str(name)) for name in names))


def _chunk(text: str) -> object:
    return parse_sentence(text).expression


def _built_in() -> list[Path]:
    found = sorted(path.parent for path in BUILT_IN.glob("*/intents.yaml"))
    if found:
        return found
    raise PackError(f"no skills in `{BUILT_IN}`", hint="install voiceagent again")


def _needed(file: Path) -> Path:
    if file.is_file():
        return file
    cause = "the folder is missing" if not file.parent.is_dir() else "no such file"
    hint = f"give a folder that holds `{file.name}`"
    raise PackError(f"`{file}` is needed by the pack", cause=cause, hint=hint)


def _skill(source: Source) -> SkillFolder:
    folder = source.file.parent
    intents = tuple(source.data.get("intents") or {})
    name = folder.resolve().name
    if (folder / "handler.py").exists():
        module = _module(folder)
        create = getattr(module, "create", None)
        if not callable(create):
            cause = "it has no function `create(host)`"
            what = f"`{folder / 'handler.py'}` is no handler"
            raise PackError(what, cause=cause, hint="add one that returns the skill")
        return SkillFolder(name, folder, intents, create)
    replies = read_replies(folder / "replies.yaml", intents)
    return SkillFolder(name, folder, intents, lambda host: RepliesSkill(name, replies))


def _module(folder: Path) -> ModuleType:
    file = folder / "handler.py"
    try:
        if folder.parent == BUILT_IN:
            return importlib.import_module(f"voiceagent.skills.{folder.name}.handler")
        return _foreign(file)
    except PackError:
        raise
    except Exception as error:  # whatever a foreign module raises, it has a name
        cause = f"{type(error).__name__}: {error}"
        hint = "mend the handler; `python -X dev handler.py` shows the line"
        raise PackError(f"`{file}` cannot be loaded", cause=cause, hint=hint) from error


def _foreign(file: Path) -> ModuleType:
    name = f"voiceagent_skill_{file.resolve().parent.name}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PackError(f"`{file}` cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _pronunciations(folders: Iterable[Path]) -> dict[str, list[str]]:
    words: dict[str, list[str]] = {}
    for folder in folders:
        file = folder / "pronunciations.toml"
        if file.exists():
            words.update(_read_pronunciations(file))
    return words


def _read_pronunciations(file: Path) -> dict[str, list[str]]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        hint = 'write one `word = ["PH OW N Z"]` a line'
        what = f"`{file}` cannot be read"
        raise PackError(what, cause=str(error), hint=hint) from error
    words = {}
    for word, ways in data.items():
        ways = [ways] if isinstance(ways, str) else ways
        if not isinstance(ways, list) or not all(isinstance(w, str) for w in ways):
            cause = f"`{word}` must be a text or a list of texts"
            raise PackError(f"`{file}` is wrong", cause=cause)
        words[word.lower()] = ways
    return words
