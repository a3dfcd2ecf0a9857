"""From the names in a configuration to a pack: folders, shipped ones, plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from voiceagent.app.plugins import Plugin, find_plugin, plugins
from voiceagent.errors import PackError, PluginError, VoiceAgentError
from voiceagent.errors.meant import did_you_mean
from voiceagent.nlu.intent import Intent
from voiceagent.skills.config import PackConfig
from voiceagent.skills.host import SkillFolder, SkillHost
from voiceagent.skills.packs.pack import Pack, load_pack
from voiceagent.skills.packs.places import find_pack
from voiceagent.skills.skill import Answer, Skill, SkillAlarm, TurnContext

__all__ = ["LeftOut", "Packed", "read_pack"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A plugin that was wanted and cannot be used."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack, and what it had to do without."""

    pack: Pack
    left_out: list[LeftOut] = field(default_factory=list)
    """Grows where a skill cannot be opened."""


def read_pack(config: PackConfig) -> Packed:
    """The pack with its skills; a skill of a plugin that is broken is left out.

    Raises `PackError`, or `PluginError` where the pack itself is the plugin.
    """
    home, house = _home(config.folder), _house(config.house)
    folders, wanted = _skills(config.skills)
    left_out: list[LeftOut] = []
    found = list(_folders(wanted, left_out))
    try:
        pack = _joined(home, house, folders, found)
    except PackError:
        # Somebody is to blame: the pack alone first, then one after the other.
        pack = _joined(home, house, folders, [])
        found, pack = _sound(home, house, folders, found, left_out, pack)
    strange = {folder: name for name, folder in found}
    skills = tuple(
        replace(skill, create=_guarded(skill, strange[skill.path], left_out))
        if skill.path in strange
        else skill
        for skill in pack.skills
    )
    return Packed(replace(pack, skills=skills), left_out)


def _home(named: str) -> Path | None:
    if not named:
        return None
    folder = Path(named)
    if len(folder.parts) > 1 or find_pack(folder).is_dir():
        return folder
    plugin = find_plugin("pack", named)
    return plugin.folder() if plugin else folder


def _house(named: str) -> Path | None:
    return Path(named).expanduser() if named else None


Wanted = Plugin | PluginError


def _skills(named: Sequence[str]) -> tuple[list[Path], list[tuple[str, Wanted]]]:
    """Folders, and what plugins offer; raises `PackError` for what is neither."""
    folders: list[Path] = []
    wanted: list[tuple[str, Wanted]] = []
    for name in named:
        folder = Path(name)
        if len(folder.parts) > 1:
            folders.append(folder)
            continue
        try:
            plugin = find_plugin("skill", name)
        except PluginError as error:
            wanted.append((name, error))
            continue
        if folder.is_dir():
            if plugin is not None:
                raise _two(name, folder)
            folders.append(folder)
            continue
        if plugin is None:
            raise _unknown(name)
        wanted.append((name, plugin))
    return folders, wanted


def _two(name: str, folder: Path) -> PackError:
    # The folder that one stands in may be a stranger's.
    return PackError(
        f"`{name}` is a plugin that is installed, and a folder here",
        cause="the two need not be the same",
        hint=f"for the folder write its whole path, `{folder.resolve()}`; for the "
        "plugin stand elsewhere",
    )


def _unknown(name: str) -> PackError:
    names = [plugin.name for plugin in plugins("skill")]
    rest = "`voiceagent plugins` lists those that are"
    return PackError(
        f"there is no skill `{name}`",
        cause="it is neither a folder nor a plugin that is installed",
        hint=f"{did_you_mean(name, names)} {rest}".lstrip(),
    )


def _folders(
    wanted: Iterable[tuple[str, Wanted]], left_out: list[LeftOut]
) -> Iterable[tuple[str, Path]]:
    for name, plugin in wanted:
        try:
            if isinstance(plugin, PluginError):
                raise plugin
            yield name, plugin.folder()
        except PluginError as error:
            left_out.append(LeftOut(name, error.cause))


def _sound(
    home: Path | None,
    house: Path | None,
    folders: Sequence[Path],
    found: Iterable[tuple[str, Path]],
    left_out: list[LeftOut],
    pack: Pack,
) -> tuple[list[tuple[str, Path]], Pack]:
    """Those with which the pack can be read, and the pack with them."""
    good: list[tuple[str, Path]] = []
    for one in found:
        try:
            pack = _joined(home, house, folders, [*good, one])
        except PackError as error:
            cause = f"{error.what}: {error.cause}" if error.cause else error.what
            left_out.append(LeftOut(one[0], cause))
        else:
            good.append(one)
    return good, pack


def _joined(
    home: Path | None,
    house: Path | None,
    folders: Sequence[Path],
    found: Sequence[tuple[str, Path]],
) -> Pack:
    """The pack with everything; an intent that others answer is refused by it."""
    every = [*folders, *(folder for _, folder in found)]
    return load_pack(home, skill_folders=every, house=house)


def _guarded(
    folder: SkillFolder, name: str, left_out: list[LeftOut]
) -> Callable[[SkillHost], Skill]:
    """Makes the skill, or one that says it is not there."""

    def create(host: SkillHost) -> Skill:
        try:
            return folder.create(host)
        except Exception as error:  # a stranger's code may raise anything
            gone = LeftOut(name, f"{type(error).__name__}: {error}")
            if gone not in left_out:
                left_out.append(gone)
            return _Absent(gone)

    return create


class _Absent:
    """In the place of a skill that could not be opened."""

    def __init__(self, gone: LeftOut) -> None:
        self.name, self._gone = gone.name, gone

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """Nobody can."""
        raise VoiceAgentError(
            f"skill `{self.name}` could not be opened", cause=self._gone.why
        )

    def alarms(self) -> Sequence[SkillAlarm]:
        """None."""
        return ()

    def rang(self, alarm_id: str) -> None:
        """Nothing does."""

    def close(self) -> None:
        """Nothing is open."""
