"""How many sentences of a template collection's own tests mean what they should.

The tests are Home Assistant's: files with sentences, the intent and slots expected,
and the rooms and things (`_fixtures.yaml`, or in the file itself) that they speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hassil import sample_expression
from hassil.parse_expression import parse_sentence

from voiceagent.clock import cpu_seconds
from voiceagent.errors import UsageError
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import Intent, IntentParser
from voiceagent.skills.house.house import Area, Entity, HouseModel
from voiceagent.skills.house.slot_lists import house_lists
from voiceagent.skills.packs.pack import Pack
from voiceagent.templates.yaml_file import TemplateSource, read_yaml

__all__ = [
    "TemplateCase",
    "TemplatesReport",
    "evaluate_templates",
    "read_template_tests",
]

HERE = "the room of the device"
"""What tests of one combination of slots are told about where they are."""


@dataclass(frozen=True, slots=True)
class TemplateCase:
    """A sentence and what it should mean."""

    file: str
    text: str
    intent: str
    slots: Mapping[str, Any]
    """A list holds values of which any is right."""
    context: Mapping[str, Any]
    house: HouseModel


@dataclass(frozen=True, slots=True)
class TemplatesReport:
    """Shares are 0..1."""

    sentences: int
    right: float
    """Intent and slots exactly as expected."""
    intent_right: float
    parse_ms_p50: float
    parse_ms_p99: float
    wrong: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def read_template_tests(folder: Path) -> list[TemplateCase]:
    """Every case of a folder of test files; raises `PackError`, `UsageError`."""
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        hint = "give the folder with Home Assistant's `tests/en`"
        raise UsageError(f"`{folder}` holds no test files", hint=hint)
    fixtures = folder / "_fixtures.yaml"
    shared = _house(read_yaml(fixtures).data) if fixtures.is_file() else HouseModel()
    sources = (read_yaml(file) for file in files if not file.name.startswith("_"))
    return [case for source in sources for case in _cases(source, folder, shared)]


def _cases(
    source: TemplateSource, folder: Path, shared: HouseModel
) -> Iterator[TemplateCase]:
    file = str(source.file.relative_to(folder))
    alone = source.file.parent != folder
    house = _house(source.data) if alone else shared
    for test in source.data.get("tests") or []:
        wanted = test.get("intent") or {"name": source.file.parent.name, **test}
        context = wanted.get("context") or ({"area": HERE} if alone else {})
        for text in test.get("sentences") or []:
            name, slots = str(wanted["name"]), wanted.get("slots") or {}
            yield TemplateCase(file, text, name, slots, context, house)


def _house(data: Mapping[str, Any]) -> HouseModel:
    """The rooms and things of a test file as a house."""
    floors = {floor.get("id"): floor["name"] for floor in data.get("floors") or []}
    areas = {
        area.get("id", area["name"]): Area(
            *_names(area["name"]), floor=floors.get(area.get("floor"), "")
        )
        for area in data.get("areas") or []
    }
    # A floor without rooms can be named all the same.
    empty = [Area("", (), name) for name in floors.values()]
    entities = tuple(_entity(entry, areas) for entry in data.get("entities") or [])
    return HouseModel("tests", (*areas.values(), *empty), entities)


def _entity(entry: Mapping[str, Any], areas: Mapping[str, Area]) -> Entity:
    name, aliases = _names(entry["name"])
    domain = entry.get("domain") or str(entry["id"]).partition(".")[0]
    area = areas.get(entry.get("area", ""))
    kind = (entry.get("attributes") or {}).get("device_class", "")
    place = area.name if area else ""
    return Entity(str(entry.get("id", name)), name, domain, place, aliases, kind=kind)


def _names(template: str) -> tuple[str, tuple[str, ...]]:
    first, *rest = sample_expression(parse_sentence(str(template)).expression)
    return first.strip(), tuple(name.strip() for name in rest)


@dataclass(frozen=True, slots=True)
class _At:
    """A pack in another house."""

    intents: Any
    slot_lists: Mapping[str, Any]


def evaluate_templates(
    pack: Pack,
    cases: Sequence[TemplateCase],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TemplatesReport:
    """Parse every case in its own house."""
    parsers: dict[int, IntentParser] = {}
    spent: list[float] = []
    named = right = 0
    wrong: list[str] = []
    for number, case in enumerate(cases):
        key = id(case.house)
        if key not in parsers:
            parsers[key] = IntentParser(_At(pack.intents, house_lists(case.house)))
        before = cpu_seconds()
        found = parsers[key].parse(case.text, context=case.context)
        spent.append(cpu_seconds() - before)
        named += found is not None and found.name == case.intent
        if _right(case, found):
            right += 1
        else:
            wrong.append(f"{case.file}: {case.text}: {_shown(found)}")
        progress(number + 1, len(cases))
    spent.sort()
    many = max(len(cases), 1)
    middle, late = (spent[int(share * (len(spent) - 1))] for share in (0.5, 0.99))
    times = (round(1e3 * middle, 3), round(1e3 * late, 3))
    return TemplatesReport(len(cases), right / many, named / many, *times, tuple(wrong))


def _shown(found: Intent | None) -> str:
    return f"{found.name} {dict(found.slots)}" if found else "nothing"


def _right(case: TemplateCase, found: Intent | None) -> bool:
    if found is None or found.name != case.intent:
        return False
    slots = dict(found.slots)
    if slots.get("area") == HERE and "area" not in case.slots:
        del slots["area"]
    if set(slots) != set(case.slots):
        return False
    return all(_same(slots[name], value) for name, value in case.slots.items())


def _same(value: object, expected: object) -> bool:
    """As words: apostrophes and capital letters cannot be heard."""
    allowed = expected if isinstance(expected, list) else [expected]
    return spoken(str(value)) in {spoken(str(one)) for one in allowed}
