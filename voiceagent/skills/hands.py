"""How skills change the house: asked first where that has consequences, and said to be
done when the house says so.

    hands = Hands(host)
    hands.do(intent, [Wish(entities, "turn_on", {})], "Bed light is on", claim="is on")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish, ask_first, why_ask
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import House, Unmoved, Value
from voiceagent.skills.phrases import listed, said_name, sentence
from voiceagent.skills.skill import Answer, Effect
from voiceagent.skills.targets import Targets, are, silent_words

__all__ = ["VERBS", "Hands"]

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
        done = Effect(
            key or f"house.{wishes[0].service}", self._run(wishes, said, claim)
        )
        return Answer(said, (done,), question=asked)

    def _run(
        self, wishes: Sequence[Wish], said: str, claim: str
    ) -> Callable[[], str | None]:
        def run() -> str | None:
            unmoved = _called(self._house, wishes)
            many = sum(len(wish.entities) for wish in wishes)
            return _honest(said, claim, unmoved, many) if unmoved else None

        return run


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
