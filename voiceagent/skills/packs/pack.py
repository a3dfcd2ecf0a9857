"""A pack is what the agent understands and how it answers: templates, house, handlers.

    pack = load_pack(None)                      # the built-in home pack
    host = SkillHost(store, LocalHouse(pack.house, store))
    skills = pack.open(host)
    answer = skills.answer(IntentParser(pack).parse("turn on the lights"), context)

A pack folder holds `intents.yaml` and may hold `frames.yaml`, `house.toml`,
`replies.yaml`, `pronunciations.toml` and `handler.py`; a skill folder looks the same.
Template files of Home Assistant (`sentences/en`) may stand for the `intents.yaml`.
Training adds a `learned.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hassil.intents import Intents, SlotList

from voiceagent.errors import PackError
from voiceagent.skills.host import SkillFolder, SkillHost, Skills
from voiceagent.skills.house.house import HouseModel
from voiceagent.skills.house.house_file import load_house
from voiceagent.skills.house.slot_lists import house_lists
from voiceagent.skills.packs.frames import FramedPack, read_frames
from voiceagent.skills.packs.learned import Learned, read_learned
from voiceagent.skills.packs.makers import HandlerMaker, RepliesMaker, make_hass
from voiceagent.skills.packs.outfit import Outfit
from voiceagent.skills.packs.pack_files import scan_templates
from voiceagent.skills.packs.places import (
    BUILT_IN,
    HOME,
    find_pack,
    pack_parts,
    sentences_folder,
)
from voiceagent.skills.replies import read_replies
from voiceagent.templates.template_file import build_intents
from voiceagent.templates.yaml_file import TemplateSource

if TYPE_CHECKING:
    from voiceagent.nlu.slm.forms import Takes

__all__ = [
    "HOME",
    "Pack",
    "has_use",
    "load_pack",
    "pack_house",
    "pack_pronunciations",
    "skill_folder",
    "taught",
]


ANSWERS = ("handler.py", "replies.yaml")
"""Files of a folder whose intents are answered there."""
NEEDS = {"security": "alarm_control_panel"}
"""Built-in skills that are left out of a house without things of that domain."""


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
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Word to the ways that a recogniser of any words writes it, as learnt."""
    frames: Intents | None = None
    """What is understood besides, and never listened for."""

    def skill_for(self, intent_name: str) -> SkillFolder:
        """The folder of the skill that answers an intent."""
        for folder in self.skills:
            if intent_name in folder.intents:
                return folder
        raise PackError(f"no skill answers `{intent_name}`")

    @property
    def takes(self) -> Mapping[str, Takes]:
        """What every intent takes, by its name."""
        from voiceagent.nlu.slm.template_forms import takes

        return takes(self)

    @property
    def framed(self) -> Mapping[str, frozenset[str]]:
        """The words that frames have, without those of their values, by intent."""
        from voiceagent.nlu.slm.template_forms import own_words

        if self.frames is None:
            return {}
        return own_words(FramedPack(self.frames, self.slot_lists))

    @property
    def outfit(self) -> Outfit:
        """All but the templates."""
        return Outfit(
            self.name, self.house, self.skills, self.pronunciations, self.spellings
        )

    def open(self, host: SkillHost) -> Skills:
        """Make the skills; they use the store and house of `host` until closed."""
        return self.outfit.open(host)


def load_pack(
    folder: Path | None,
    *,
    skill_folders: Sequence[Path] = (),
    learned: bool = True,
    house: Path | None = None,
) -> Pack:
    """Read a pack, `None` for the built-in home; raises `PackError` if it is broken.

    `folder`: a path, or the name of a pack that is shipped. `skill_folders`: skills of
    the user, added to the pack. `learned`: with what training has learnt about it.
    `house`: a `house.toml` instead of the pack's.
    """
    home = find_pack(folder)
    model = load_house(house) if house else pack_house(home)
    parts = [part for part in pack_parts(home) if has_use(part, model)]
    scanned = [(part, *scan_templates(part)) for part in parts]
    scanned += [(part, *scan_templates(part)) for part in skill_folders]
    for _, _, issues in scanned:
        for issue in issues:
            raise issue.error()
    lists = house_lists(model)
    sources = [source for _, found, _ in scanned for source in found]
    pack = Pack(
        name=home.resolve().name,
        intents=_first(
            build_intents(sources, lists, name=home.name), own=skill_folders, of=scanned
        ),
        slot_lists=lists,
        house=model,
        pronunciations=pack_pronunciations(
            dict.fromkeys([home, *(part for part, _, _ in scanned)])
        ),
        skills=tuple(skill_folder(part, found) for part, found, _ in scanned),
        frames=read_frames(
            dict.fromkeys([home, *(part for part, _, _ in scanned)]),
            sources,
            lists,
            model,
            name=home.name,
        ),
    )
    return taught(pack, read_learned(home)) if learned else pack


def _first(
    intents: Intents,
    *,
    own: Sequence[Path],
    of: Sequence[tuple[Path, Sequence[TemplateSource], object]],
) -> Intents:
    """The same, those of the user's skills first, where these answer themselves (Home
    Assistant's sentences do not): of two sentences that are one, the first is meant."""
    answer = [part for part in own if any((part / file).exists() for file in ANSWERS)]
    sources = [source for part, found, _ in of if part in answer for source in found]
    theirs = {name for source in sources for name in source.data.get("intents") or {}}
    names = sorted(intents.intents, key=lambda name: name not in theirs)
    return replace(intents, intents={name: intents.intents[name] for name in names})


def has_use(part: Path, model: HouseModel) -> bool:
    """Whether there is anything in the house that a built-in skill is about."""
    needs = NEEDS.get(part.name) if part.parent == BUILT_IN else None
    return needs is None or bool(model.select(needs))


def taught(pack: Pack, learned: Learned) -> Pack:
    """`pack` with what was learnt; what its author wrote comes first."""
    said = {**learned.pronunciations, **pack.pronunciations}
    return replace(pack, pronunciations=said, spellings=learned.spellings)


def pack_house(home: Path) -> HouseModel:
    """The house of a pack; templates of Home Assistant alone get the demo house."""
    file = home / "house.toml"
    if not file.exists() and sentences_folder(home) is not None:
        file = HOME / "house.toml"
    return load_house(file) if file.exists() else HouseModel()


def skill_folder(folder: Path, sources: Sequence[TemplateSource]) -> SkillFolder:
    """The skill of a folder with these templates; raises `PackError`."""
    names = (name for source in sources for name in source.data.get("intents") or {})
    intents = tuple(dict.fromkeys(names))
    name = folder.resolve().name
    if (folder / "handler.py").exists():
        made = HandlerMaker(folder)
        made.load()  # what is wrong with it is said here, not when it is opened
        return SkillFolder(name, folder, intents, made)
    if any(source.group for source in sources):
        return SkillFolder("home_assistant", folder, intents, make_hass)
    replies = read_replies(folder / "replies.yaml", intents)
    return SkillFolder(name, folder, intents, RepliesMaker(name, replies))


def pack_pronunciations(folders: Iterable[Path]) -> dict[str, list[str]]:
    """Words and the ways they are said, of several folders; raises `PackError`."""
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
