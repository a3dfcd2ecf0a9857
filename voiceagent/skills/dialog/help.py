"""What can be said here: in this house, about a topic, and now.

A few sentences at a time; "what else" gives those that come behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voiceagent.nlu.intent import Intent
from voiceagent.skills.house.house import Entity, HouseModel
from voiceagent.skills.phrases import said_name
from voiceagent.skills.skill import Answer, TurnContext

__all__ = ["HelpDesk", "HelpSentences"]


FEW = 4
"""Sentences at once; nobody keeps more in mind."""


@dataclass(frozen=True, slots=True)
class HelpSentences:
    """Sentences that help tells."""

    topics: Mapping[str, Sequence[str]]
    """By topic; a name in braces stands for a thing of that domain, and what is said of
    it only where there is one."""
    here: Sequence[str]
    """Topics of which one sentence is told where nobody asks for more."""
    always: Sequence[str]
    playing: Sequence[str]
    """What is said where something plays; a pair of braces stands for it."""


class HelpDesk:
    """Finds sentences that do something here."""

    def __init__(
        self,
        model: Callable[[], HouseModel],
        sentences: HelpSentences,
        playing: Callable[[TurnContext], Sequence[Entity]] = lambda context: (),
    ) -> None:
        """`playing`: what plays in the house just now."""
        self._model, self._known, self._playing = model, sentences, playing

    def answer(self, intent: Intent, context: TurnContext) -> Answer:
        """A few of everything, those that follow, or more about a topic."""
        topic = str(intent.slots.get("topic", ""))
        if topic:
            told = list(self._sentences(topic))
            if not told:
                return Answer(f"There is nothing about {topic} here")
            return Answer(f"You can say: {_listed(told)}")
        every = list(dict.fromkeys(self._all(context)))
        said = context.last.said if context.last and "more" in intent.slots else ""
        seen = [at for at, text in enumerate(every) if text in said]
        start = max(seen, default=-1) + 1
        page = every[start : start + FEW]
        if not page:
            return Answer("That is all I can tell. Ask about timers, lists or lights")
        rest = ". Ask what else for more" if start + FEW < len(every) else ""
        return Answer(f"Try: {_listed(page)}{rest}")

    def _all(self, context: TurnContext) -> Iterator[str]:
        """Everything in turn: what is of use just now, one of each, then the rest."""
        for thing in self._playing(context)[:1]:
            yield from (
                text.format(said_name(thing.name)) for text in self._known.playing
            )
        here = [next(self._sentences(topic), "") for topic in self._known.here]
        yield from filter(None, here[:1])
        yield from self._known.always
        yield from filter(None, here[1:])
        for topic in self._known.topics:
            yield from self._sentences(topic)

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
