"""Lights and other things that are on or off: switch, dim, colour, ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.following import SILENT
from voiceagent.skills.house.house import Entity, EntityState, House, Value
from voiceagent.skills.phrases import (
    asks_for_all,
    be,
    said_name,
    says_all,
    sentence,
)
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import (
    Targets,
    are,
    find_targets,
    how_many,
    left_out,
    silent_words,
    which_are,
)

__all__ = ["create"]

SWITCHABLE = ("light", "switch", "fan", "media_player")
WORDS = {
    "device.on": ("turn_on", "on"),
    "device.off": ("turn_off", "off"),
}


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    lights = Lights(host)
    return PlainSkill(
        "lights",
        {
            "device.on": lights.switch,
            "device.off": lights.switch,
            "light.brightness": lights.brightness,
            "light.color": lights.color,
            "light.state": lights.ask,
        },
        frozenset(("device.on", "device.off", "light.brightness", "light.color")),
    )


class Lights:
    """Plans answers about a house."""

    def __init__(self, host: SkillHost) -> None:
        self._house, self._hands = host.house, Hands(host)

    def switch(self, intent: Intent, context: TurnContext) -> Answer:
        """On or off."""
        service, word = WORDS[intent.name]
        found = self._targets(intent, context)
        if "everything" in intent.text and intent.slots.get("scope") == "all":
            found = _everything(self._house, str(intent.slots.get("area", "")))
            found = left_out(self._house.model, found, intent, context)
        if found.problem:
            return found.refusal
        return self._hands.call(intent, found, service, {}, word)

    def brightness(self, intent: Intent, context: TurnContext) -> Answer:
        """To a percentage, or brighter and darker by a step."""
        found = self._able(self._targets(intent, context), "brightness", "be dimmed")
        if found.problem:
            return found.refusal
        if "change" in intent.slots:
            change = int(intent.slots["change"])
            return self._step(intent, found, lambda now: now + change, up=change > 0)
        if "times" in intent.slots:
            share = float(intent.slots["times"])
            more = share > 1
            return self._step(intent, found, lambda now: round(now * share), up=more)
        percent = int(intent.slots["brightness"])
        if percent == 0:
            return self._hands.call(intent, found, "turn_off", {}, "off")
        data: dict[str, Value] = {"brightness_pct": percent}
        word = f"at {percent} percent"
        return self._hands.call(intent, found, "turn_on", data, word)

    def color(self, intent: Intent, context: TurnContext) -> Answer:
        """To a colour by name."""
        found = self._able(self._targets(intent, context), "color", "change colour")
        if found.problem:
            return found.refusal
        color = str(intent.slots["color"])
        data: dict[str, Value] = {"color_name": color}
        return self._hands.call(intent, found, "turn_on", data, color)

    def ask(self, intent: Intent, context: TurnContext) -> Answer:
        """Say which are on or off; switches nothing."""
        wanted = str(intent.slots.get("state", ""))
        found = self._targets(intent, context, asks=True)
        if found.problem:
            return found.refusal
        states = self._house.states(found.entities)
        silent = [e for e in found.entities if states[e].state in SILENT]
        if len(found.entities) == 1:
            return Answer(_told(found, wanted, states[found.entities[0]].state))
        able = Targets(tuple(e for e in states if e not in silent), found.phrase)
        if not able.entities:
            return Answer(sentence(silent_words(silent)))
        answer = self._several(able, wanted, states, intent.text)
        return Answer(
            f"{answer}. {sentence(silent_words(silent))}" if silent else answer
        )

    def _several(
        self,
        found: Targets,
        wanted: str,
        states: Mapping[Entity, EntityState],
        text: str,
    ) -> str:
        hits = [e for e in found.entities if _is(states[e].state, wanted)]
        misses = [e for e in found.entities if e not in hits]
        if hits and misses and asks_for_all(text):
            answer = "No, " + which_are(misses, "off" if wanted == "on" else "on")
            each = f", but {which_are(hits, wanted)}"
            return answer if says_all(text) else answer + each
        return how_many(found, hits, wanted)

    def _targets(
        self, intent: Intent, context: TurnContext, *, asks: bool = False
    ) -> Targets:
        return find_targets(
            self._house.model,
            intent,
            context,
            ("light",),
            noun="lights",
            nameable=SWITCHABLE,
            asks=asks,
        )

    def _able(self, found: Targets, feature: str, what: str) -> Targets:
        able = tuple(e for e in found.entities if feature in e.features)
        if found.problem or able == found.entities:
            return found
        if able:
            return Targets(able, f"{found.phrase} that can {what}")
        return Targets((), found.phrase, sentence(f"{found.phrase} cannot {what}"))

    def _step(
        self, intent: Intent, found: Targets, to: Callable[[int], int], *, up: bool
    ) -> Answer:
        """From what each is at now; `up`: it becomes brighter."""
        found = self._lit(found, up=up)
        if found.problem:
            return found.refusal
        levels = [max(1, min(100, to(self._level(e)))) for e in found.entities]
        wishes = [
            Wish([entity], "turn_on", {"brightness_pct": level})
            for entity, level in zip(found.entities, levels, strict=True)
        ]
        verb = "brighter" if up else "dimmer"
        said, claim = are(found, verb), f"is {verb}"
        return self._hands.do(intent, wishes, said, claim=claim, key="light.brightness")

    def _lit(self, found: Targets, *, up: bool) -> Targets:
        """Those a step is meant for: of several the ones that are on; what is off is
        never dimmed, since that would switch it on."""
        lit = tuple(e for e in found.entities if self._level(e) > 0)
        if lit or up:
            some = lit or found.entities
            one = f"the {said_name(some[0].name)}" if len(some) == 1 else ""
            return Targets(some, one or found.phrase)
        verb = be(found.phrase) if len(found.entities) == 1 else "are"
        return Targets((), found.phrase, sentence(f"{found.phrase} {verb} off"))

    def _level(self, entity: Entity) -> int:
        """Percent now; a light that is off is dark, one that does not say is full."""
        state = self._house.state(entity)
        if state.state == "off":
            return 0
        percent, level = state.number("brightness_pct"), state.number("brightness")
        if percent is None:
            percent = 100 if level is None else level / 2.55
        return round(percent)


def _everything(house: House, area: str) -> Targets:
    found = house.model.select(*SWITCHABLE, area=area)
    place = f" in the {said_name(area)}" if area else ""
    problem = "" if found else f"There is nothing to switch off{place}"
    return Targets(found, f"everything{place}", problem)


def _is(state: str, wanted: str) -> bool:
    # A television that plays or a fan that turns is on.
    return (state in ("off", "standby")) == (wanted == "off")


def _told(found: Targets, wanted: str, state: str) -> str:
    """The answer about one thing."""
    if state in SILENT:
        return sentence(silent_words(found.entities, state))
    if not wanted:
        return sentence(f"{found.phrase} {be(found.phrase)} {state}")
    if _is(state, wanted):
        return f"Yes, {found.phrase} {be(found.phrase)} {wanted}"
    return f"No, {found.phrase} {be(found.phrase)} {'off' if wanted == 'on' else 'on'}"
