"""How skills change the house: asked first where that has consequences, and said to be
done when the house says so.

    hands = Hands(host)
    hands.do(intent, [Wish(entities, "turn_on", {})], "Bed light is on", claim="is on")
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from voiceagent.errors import VoiceAgentError
from voiceagent.nlu.intent import UNDO, Intent
from voiceagent.skills.caution import Wish, ask_first, why_ask
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import (
    Entity,
    EntityState,
    House,
    Unmoved,
    Value,
)
from voiceagent.skills.phrases import listed, said_name, sentence
from voiceagent.skills.putting_back import NO_WAY_BACK, as_before, back_wishes
from voiceagent.skills.skill import Answer, Effect
from voiceagent.skills.targets import Targets, are, silent_words

__all__ = ["VERBS", "Hands"]

log = logging.getLogger(__name__)

VERBS = {
    "unlock": "unlock",
    "lock": "lock",
    "open_cover": "open",
    "close_cover": "close",
    "open_valve": "open",
    "close_valve": "close",
    "set_cover_position": "open",
    "turn_on": "turn on",
    "turn_off": "turn off",
    "alarm_disarm": "disarm",
    "alarm_arm_away": "arm",
    "alarm_arm_home": "arm",
    "alarm_arm_night": "arm",
}
"""Services in words, for questions."""
NAMED = 3
"""Things that are named one by one; more are only counted."""


class Hands:
    """Changes the house of a host."""

    def __init__(self, host: SkillHost) -> None:
        self._house, self._confirm = host.house, host.confirm

    def call(
        self,
        intent: Intent,
        found: Targets,
        service: str,
        data: dict[str, Value],
        word: str,
    ) -> Answer:
        """Ask what was found for a service; `word`: what the things are then."""
        wish = Wish(found.entities, service, data)
        words = f"{VERBS.get(service, 'change')} {_the(found.phrase)}"
        claim = f"is {word}"
        return self.do(intent, [wish], are(found, word), claim=claim, words=words)

    def do(
        self,
        intent: Intent,
        wishes: Sequence[Wish],
        said: str,
        *,
        claim: str,
        words: str = "",
        key: str = "",
    ) -> Answer:
        """Do all of `wishes` and say `said`. `claim`: what each thing has to say then
        ("is on"); `words`: the whole as a request, for a question; `key`: of the
        effect."""
        reason = why_ask(self._confirm, wishes)
        asked = ask_first(intent, words or "do that", reason=reason) if reason else None
        before = _Before(self._house)
        done = Effect(
            key or f"house.{wishes[0].service}",
            self._run(wishes, said, claim, before),
            partial(self._put_back, wishes, before),
        )
        return Answer(said, (done,), question=asked)

    def _put_back(self, wishes: Sequence[Wish], before: _Before) -> Answer:
        """Makes it as it was; what has consequences is asked about then, too."""
        back = back_wishes(wishes, before.states, before.items)
        if not back:
            return Answer(NO_WAY_BACK)
        said = as_before(back)
        words = f"{VERBS.get(back[0].service, 'change')} it again"
        if len(back) == 1 and len(back[0].entities) == 1:
            name = said_name(back[0].entities[0].name)
            words = f"{VERBS.get(back[0].service, 'change')} the {name} again"
        return self.do(Intent(UNDO), back, said, claim="is as it was", words=words)

    def _run(
        self, wishes: Sequence[Wish], said: str, claim: str, before: _Before
    ) -> Callable[[], str | None]:
        def run() -> str | None:
            before.look(wishes)
            unmoved = _called(self._house, wishes)
            many = sum(len(wish.entities) for wish in wishes)
            return _honest(said, claim, unmoved, many) if unmoved else None

        return run


class _Before:
    """How things were before they were told to change."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.states: Mapping[Entity, EntityState] = {}
        self.items: dict[Entity, Sequence[str]] = {}

    def look(self, wishes: Sequence[Wish]) -> None:
        """Remember; what does not tell how it is cannot be put back, and is done all
        the same."""
        every = {entity for wish in wishes for entity in wish.entities}
        lists = [entity for entity in every if entity.domain == "todo"]
        others = [entity for entity in every if entity.domain != "todo"]
        try:
            self.items = {todo: self._house.items(todo) for todo in lists}
            self.states = self._house.states(others) if others else {}
        except VoiceAgentError as error:
            log.info("cannot be undone later", extra={"error": type(error).__name__})


def _called(house: House, wishes: Sequence[Wish]) -> list[Unmoved]:
    return [
        unmoved
        for wish in wishes
        for unmoved in house.call(wish.entities, wish.service, wish.data)
    ]


def _the(phrase: str) -> str:
    return phrase if phrase.split()[0] in ("the", "all", "every") else f"the {phrase}"


def _honest(said: str, claim: str, unmoved: Sequence[Unmoved], many: int) -> str:
    """What is true where not everything says that it did what was asked."""
    if many == 1:
        return _one(claim, unmoved[0])
    if len(unmoved) < many:
        return f"{said}, but not {_names(unmoved)}"
    return f"I asked for it, but {_names(unmoved)} did not do it"


def _one(claim: str, unmoved: Unmoved) -> str:
    name = f"the {said_name(unmoved.entity.name)}"
    if unmoved.state in ("missing", "unavailable"):
        return sentence(silent_words([unmoved.entity], unmoved.state))
    return f"I asked for it, but {name} does not say that it {claim}"


def _names(unmoved: Sequence[Unmoved]) -> str:
    if len(unmoved) > NAMED:
        return f"{len(unmoved)} of them"
    return listed([f"the {said_name(each.entity.name)}" for each in unmoved])
