"""What can be said here: in this house, about a topic, and now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voiceagent.nlu.intent import Intent
from voiceagent.skills.house.house import Entity, HouseModel
from voiceagent.skills.phrases import said_name
from voiceagent.skills.skill import Answer

__all__ = ["HelpDesk", "HelpSentences"]


@dataclass(frozen=True, slots=True)
class HelpSentences:
    """Sentences that help tells."""

    topics: Mapping[str, Sequence[str]]
    """By topic; a name in braces stands for a thing of that domain, and what is said of
    it only where there is one."""
    here: Sequence[str]
    """Topics of which one sentence is told where nobody asks for more."""
    always: Sequence[str]


class HelpDesk:
    """Finds sentences that do something here."""

    def __init__(
        self, model: Callable[[], HouseModel], sentences: HelpSentences
    ) -> None:
        self._model, self._known = model, sentences

    def answer(self, intent: Intent) -> Answer:
        """A few of everything, or more about a topic."""
        topic = str(intent.slots.get("topic", ""))
        if topic:
            told = list(self._sentences(topic))
            if not told:
                return Answer(f"There is nothing about {topic} here")
            return Answer(f"You can say: {_listed(told)}")
        here = [next(self._sentences(topic), "") for topic in self._known.here]
        return Answer(f"Try: {_listed([*filter(None, here), *self._known.always])}")

    def _sentences(self, topic: str) -> Iterator[str]:
        """Those of a topic that can be done here."""
        for text in self._known.topics[topic]:
            domain = text.partition("{")[2].partition("}")[0]
            thing = self._one(domain) if domain else None
            if thing is not None:
                yield text.format(**{domain: said_name(thing.name)})
            elif not domain:
                yield text

    def _one(self, domain: str) -> Entity | None:
        return next(iter(self._model().select(domain)), None)


def _listed(sentences: Sequence[str]) -> str:
    *first, last = sentences
    return f"{', '.join(first)}, or {last}" if first else last
