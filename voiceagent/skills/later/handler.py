"""Makes the skill of commands that wait."""

from __future__ import annotations

from voiceagent.skills.host import SkillHost
from voiceagent.skills.later.later import LaterSkill
from voiceagent.skills.skill import Skill

__all__ = ["create"]


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    return LaterSkill(host.store, host.house)
