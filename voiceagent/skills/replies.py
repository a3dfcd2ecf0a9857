"""Answers for packs without code: reply templates, else an honest confirmation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voiceagent.nlu.intent import Intent
from voiceagent.skills.skill import Answer, SkillAlarm, TurnContext
from voiceagent.templates.yaml_file import Issue, read_yaml, scan_yaml, suggest

__all__ = [
    "RepliesSkill",
    "ReplySlots",
    "read_replies",
    "reply_issues",
    "reply_slots",
]

OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[._-]+")


@dataclass(frozen=True, slots=True)
class ReplySlots:
    """The slots of one reply."""

    line: int | None
    needed: frozenset[str]
    """Outside of brackets: the sentence has a hole without them."""
    wanted: frozenset[str]
    """All."""


def read_replies(file: Path, intents: Sequence[str]) -> dict[str, str]:
    """Read `replies.yaml`: intent to sentence, `{slot}` filled in and `[...]` left out
    when a slot in it was not said. No file means no replies."""
    if not file.exists():
        return {}
    for issue in reply_issues(file, intents):
        raise issue.error()
    return dict(read_yaml(file).data)


def reply_issues(file: Path, intents: Sequence[str]) -> list[Issue]:
    """Everything that is wrong with a `replies.yaml`."""
    source, issues = scan_yaml(file)
    if source is None:
        return issues
    for name, text in source.data.items():
        if name not in intents:
            cause = f"there is no intent `{name}`"
            issues.append(source.issue((name,), cause, suggest(name, intents)))
        elif not isinstance(text, str):
            cause = f"the reply of `{name}` must be a text"
            issues.append(source.issue((name,), cause))
    return issues


def reply_slots(file: Path) -> dict[str, ReplySlots]:
    """The slots of every reply in a sound `replies.yaml`, by intent."""
    if not file.exists():
        return {}
    source = read_yaml(file)
    return {
        name: ReplySlots(
            source.lines.get((name,)),
            frozenset(SLOT.findall(OPTIONAL.sub("", text))),
            frozenset(SLOT.findall(text)),
        )
        for name, text in source.data.items()
    }


class RepliesSkill:
    """Says what was understood; does nothing."""

    def __init__(self, name: str, replies: Mapping[str, str]) -> None:
        self.name = name
        self._replies = replies

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """The reply of the intent with its slots filled in."""
        template = self._replies.get(intent.name)
        return Answer(_filled(template, intent) if template else _plain(intent))

    def alarms(self) -> Sequence[SkillAlarm]:
        """None, ever."""
        return ()

    def rang(self, alarm_id: str) -> None:
        """Nothing of ours rings."""

    def close(self) -> None:
        """Nothing to let go of."""


def _filled(template: str, intent: Intent) -> str:
    def optional(match: re.Match[str]) -> str:
        names = SLOT.findall(match[1])
        return match[1] if all(name in intent.slots for name in names) else ""

    def slot(match: re.Match[str]) -> str:
        return str(intent.slots.get(match[1], ""))

    return " ".join(SLOT.sub(slot, OPTIONAL.sub(optional, template)).split())


def _plain(intent: Intent) -> str:
    """Honest: it was understood, and nobody does anything about it."""
    what = CAMEL.sub(" ", intent.name).lower()
    values = ", ".join(str(value) for value in intent.slots.values())
    heard = f"{what}: {values}" if values else what
    return f"I understood {heard}. Nothing is connected to it"
