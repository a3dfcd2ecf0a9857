"""What a pack has besides its templates: house, skills, and how words are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voiceagent.skills.host import SkillFolder, SkillHost, Skills
from voiceagent.skills.house.house import HouseModel

__all__ = ["Outfit"]


@dataclass(frozen=True, slots=True)
class Outfit:
    """All but the templates; small, and quick to be read again."""

    name: str
    house: HouseModel
    skills: tuple[SkillFolder, ...]
    pronunciations: Mapping[str, Sequence[str]]
    """Word to the ways it is said."""
    spellings: Mapping[str, Sequence[str]]
    """Word to the ways that a recogniser of any words writes it."""

    def open(self, host: SkillHost) -> Skills:
        """Make the skills; they use the store and house of `host` until closed."""
        return Skills(self.skills, host)
