"""Everything that is wrong with a pack, all at once.

First what can be seen in the files alone (YAML, templates, replies, house), then, if
the pack loads, what shows only when it is used: intents that nobody answers, sentences
that mean two things, slots that are never given, handlers that fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hassil.intents import SlotList

from voiceagent.authoring.ambiguity import clashes
from voiceagent.authoring.doubled import doubled
from voiceagent.authoring.sampler import Sampler
from voiceagent.authoring.slots import ever_given, given_slots, used_slots
from voiceagent.clock import wall
from voiceagent.errors import PackError, VoiceAgentError
from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import HouseModel, LocalHouse
from voiceagent.skills.house.slot_lists import house_lists
from voiceagent.skills.packs.pack import (
    Pack,
    has_use,
    load_pack,
    pack_house,
    pack_pronunciations,
    skill_folder,
)
from voiceagent.skills.packs.pack_files import scan_templates
from voiceagent.skills.packs.places import find_pack, pack_parts
from voiceagent.skills.packs.takes import Sample
from voiceagent.skills.replies import reply_issues, reply_slots
from voiceagent.skills.skill import TurnContext
from voiceagent.store import Store
from voiceagent.stt.grammar import Grammar, compile_grammar
from voiceagent.stt.pronounce import PHONES, pronounce
from voiceagent.templates.template_file import template_issues
from voiceagent.templates.yaml_file import Issue, TemplateSource

__all__ = ["Finding", "Lookup", "check_pack"]

Lookup = Callable[[str], str | None]
"""The phones of a word, if the recogniser's dictionary has it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a pack."""

    file: Path
    line: int | None
    text: str
    hint: str = ""
    note: bool = False
    """True: worth knowing, but no error."""


def check_pack(
    folder: Path | None, *, skill_folders: Sequence[Path] = (), lookup: Lookup
) -> list[Finding]:
    """Every error and note about a pack; the same arguments as `load_pack`.

    Raises `PackError` only where there is no pack at all.
    """
    home = find_pack(folder)
    parts = _Parts.read([*_own_parts(home), *skill_folders])
    issues = list(dict.fromkeys(_file_issues(home, parts)))
    found = [_finding(issue) for issue in issues]
    if not issues:
        pack = load_pack(folder, skill_folders=skill_folders)
        used = _Use(pack, parts, home)
        found += [_finding(issue) for issue in dict.fromkeys(used.issues())]
        found += used.guessed(lookup)
        found += [
            replace(_finding(issue), note=True)
            for source in parts.every
            for issue in doubled(source)
        ]
    return sorted(found, key=lambda one: (one.note, str(one.file), one.line or 0))


def _finding(issue: Issue) -> Finding:
    return Finding(issue.file, issue.line, issue.cause, issue.hint)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The folders of a pack with their template files."""

    sources: dict[Path, list[TemplateSource]]
    issues: list[Issue]

    @classmethod
    def read(cls, folders: Sequence[Path]) -> _Parts:
        sources: dict[Path, list[TemplateSource]] = {}
        issues: list[Issue] = []
        for folder in folders:
            sources[folder], more = scan_templates(folder)
            issues += more
        return cls(sources, issues)

    @property
    def every(self) -> list[TemplateSource]:
        return [source for found in self.sources.values() for source in found]

    def intent(self, name: str, cause: str, hint: str = "") -> Issue:
        """An issue at the place where an intent is defined."""
        for source in self.every:
            if name in (source.data.get("intents") or {}):
                return source.issue(("intents", name), cause, hint)
        return Issue(next(iter(self.sources)), None, cause, hint)


def _file_issues(home: Path, parts: _Parts) -> Iterator[Issue]:
    yield from parts.issues
    house, broken = _house(home)
    yield from broken
    yield from template_issues(parts.every, house)
    empty = not any(source.data.get("intents") for source in parts.every)
    if empty and not parts.issues:
        yield Issue(home, None, "the pack defines no intent", "add `intents:`")
    for folder, sources in parts.sources.items():
        if sources and _shaped(sources):
            yield from _folder_issues(folder, sources)
    yield from _pronunciation_issues([home, *parts.sources])


def _own_parts(home: Path) -> list[Path]:
    """The folders of a pack, but for skills that its house has no use for."""
    try:
        model = pack_house(home)
    except PackError:  # told as an issue of its file
        model = HouseModel()
    return [part for part in pack_parts(home) if has_use(part, model)]


def _house(home: Path) -> tuple[dict[str, SlotList], list[Issue]]:
    try:
        return house_lists(pack_house(home)), []
    except PackError as error:
        issue = Issue.of(error, home / "house.toml")
        return house_lists(HouseModel()), [issue]


def _shaped(sources: Sequence[TemplateSource]) -> bool:
    return all(isinstance(s.data.get("intents") or {}, dict) for s in sources)


def _folder_issues(folder: Path, sources: Sequence[TemplateSource]) -> Iterator[Issue]:
    names = [name for s in sources for name in s.data.get("intents") or {}]
    if (folder / "replies.yaml").exists() and not (folder / "handler.py").exists():
        yield from reply_issues(folder / "replies.yaml", names)
        return
    try:
        skill_folder(folder, sources)
    except PackError as error:
        yield Issue.of(error, folder / "handler.py")


def _pronunciation_issues(folders: Sequence[Path]) -> Iterator[Issue]:
    for folder in dict.fromkeys(folders):
        file = folder / "pronunciations.toml"
        try:
            words = pack_pronunciations([folder])
        except PackError as error:
            yield Issue.of(error, file)
            continue
        for word, ways in words.items():
            for phone in (p for way in ways for p in way.split() if p not in PHONES):
                cause = f"`{phone}` is no phone (in `{word}`)"
                hint = f"phones are {' '.join(sorted(PHONES))}"
                yield Issue(file, _line(file, word), cause, hint)


def _line(file: Path, word: str) -> int | None:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if word in line), None)


class _Use:
    """What shows when a pack is used."""

    def __init__(self, pack: Pack, parts: _Parts, home: Path) -> None:
        self._pack = pack
        self._parts = parts
        self._home = home
        self._grammar: Grammar | None = None

    def issues(self) -> Iterator[Issue]:
        yield from self._unanswered()
        try:
            self._grammar = compile_grammar(self._pack.intents, self._pack.slot_lists)
        except PackError as error:
            yield Issue(self._home, None, f"{error.what}: {error.cause}", error.hint)
            return
        for clash in clashes(self._pack):
            cause = f"`{clash.text}` can mean `{clash.first}` and `{clash.second}`"
            hint = "make one of the two say something else"
            yield self._parts.intent(clash.second, cause, hint)
        yield from self._unsaid()
        yield from self._failing()

    def _plain_folders(self) -> Iterator[Path]:
        """Folders that answer with replies."""
        for folder, sources in self._parts.sources.items():
            grouped = any(source.group for source in sources)
            if not grouped and not (folder / "handler.py").exists():
                yield folder

    def _unanswered(self) -> Iterator[Issue]:
        given = given_slots(self._pack.intents, self._pack.slot_lists)
        for folder in self._plain_folders():
            file = folder / "replies.yaml"
            answered = reply_slots(file)
            names = (n for s in self._parts.sources[folder] for n in s.data["intents"])
            for name in (n for n in names if n not in answered):
                hint = f"write one into `{file.name}`, or a `handler.py`"
                cause = f"the intent `{name}` has neither reply nor handler"
                yield self._parts.intent(name, cause, hint)
            for name, reply in answered.items():
                for slot in sorted(reply.needed - given[name].always):
                    cause = f"the reply of `{name}` needs `{{{slot}}}`, which not every"
                    hint = f"put the part around `{{{slot}}}` into [brackets]"
                    yield Issue(file, reply.line, f"{cause} sentence gives", hint)
                for slot in sorted(reply.wanted - given[name].ever - reply.needed):
                    cause = f"no sentence of `{name}` gives the slot `{{{slot}}}`"
                    yield Issue(file, reply.line, cause)

    def _unsaid(self) -> Iterator[Issue]:
        """Slots that a handler asks for and no template gives, nor a frame."""
        known = ever_given(self._pack.slot_lists, self._pack.intents, self._pack.frames)
        for folder in self._parts.sources:
            file = folder / "handler.py"
            if file.exists():
                for slot, line in used_slots(file):
                    if slot not in known:
                        cause = f"no template gives the slot `{slot}`"
                        yield Issue(file, line, cause, "is it spelt the same there?")

    def _failing(self) -> Iterator[Issue]:
        """Sentences that a handler cannot answer."""
        store = Store()
        house = LocalHouse(self._pack.house, store)
        try:
            skills = self._pack.open(SkillHost(store, house))
        except PackError as error:
            yield Issue(self._home / "handler.py", None, error.cause, error.hint)
            return
        except Exception as error:  # whatever a foreign handler raises
            yield self._failed(error, "it was opened")
            return
        context = TurnContext(wall())
        for sample in Sampler(self._pack, seed=1).each_template():
            try:
                skills.answer(_intent(sample), context)
            except VoiceAgentError:
                continue  # an honest refusal
            except Exception as error:  # whatever a foreign handler raises
                yield self._failed(error, f"it was asked `{sample.text}`")
        skills.close()
        store.close()

    def _failed(self, error: Exception, when: str) -> Issue:
        folders = {str(folder.resolve()): folder for folder in self._parts.sources}
        place, line = self._home / "handler.py", None
        step = error.__traceback__
        while step is not None:
            file = Path(step.tb_frame.f_code.co_filename)
            if str(file.resolve().parent) in folders:
                place, line = file, step.tb_lineno
            step = step.tb_next
        cause = f"the handler fails: {type(error).__name__}: {error}"
        return Issue(place, line, cause, when)

    def guessed(self, lookup: Lookup) -> list[Finding]:
        """Words that no dictionary has, and how they will be taken to sound."""
        file = self._home / "pronunciations.toml"
        words = self._grammar.vocabulary if self._grammar else frozenset()
        missing = (w for w in words if w not in self._pack.pronunciations)
        return [
            Finding(
                file,
                None,
                f"`{word}` is in no dictionary: it is taken to sound like `{ways[0]}`",
                f'if that is wrong, write `{word} = ["..."]`, or train the pack',
                note=True,
            )
            for word in sorted(missing)
            if lookup(word) is None and (ways := pronounce(word, lookup))
        ]


def _intent(sample: Sample) -> Intent:
    return Intent(sample.intent, sample.slots, 1.0, sample.text)
