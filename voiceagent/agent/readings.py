"""What follows from a reading before any skill acts."""

from __future__ import annotations

from voiceagent.nlu.clarify import Question
from voiceagent.nlu.intent import Intent, SlotValue
from voiceagent.nlu.reading import Reading
from voiceagent.skills.skill import Answer
from voiceagent.stt.protocol import Recognition

__all__ = ["asked_first", "known_words", "slots_of", "why_nothing"]


def known_words(reading: Reading) -> Answer | None:
    """The answer of a reading that needs no skill."""
    if reading.question is not None:
        return Answer(reading.question.text, ask=True)
    return Answer(reading.reply) if reading.reply else None


def asked_first(answer: Answer, *, agreed: bool) -> Question | None:
    """What a skill wants to know first; a yes that was given is enough."""
    question = answer.question
    given = agreed and question is not None and len(question.options) == 1
    if question is None or (given and not question.anew):
        return None
    return question


def slots_of(intent: Intent) -> dict[str, SlotValue]:
    """The slots of a command; of several, each command with its own."""
    if intent.without:
        spared = "; ".join(map(_shown, intent.without))
        return {**intent.slots, "without": spared}
    if not intent.parts:
        return dict(intent.slots)
    parts = enumerate(intent.parts, 1)
    each = {f"{number} {part.name}": _shown(part) for number, part in parts}
    return {**intent.slots, **each}


def _shown(intent: Intent) -> str:
    return ", ".join(f"{slot}={value}" for slot, value in intent.slots.items())


def why_nothing(reading: Reading, recognition: Recognition) -> str:
    """Why nothing is done."""
    if reading.question is not None:
        return "asked back"
    if not recognition.accepted:
        return "rejected"
    return "no template"
