"""Televisions, radios and speakers: pause, play, skip, volume."""

from __future__ import annotations

from collections.abc import Mapping

from voiceagent.nlu.intent import Intent
from voiceagent.skills.caution import Wish
from voiceagent.skills.hands import Hands
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Entity, Value
from voiceagent.skills.phrases import said_name, sentence
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.skills.targets import Targets, named
from voiceagent.skills.which import ask_either

__all__ = ["create"]

WORDS = {
    "media.pause": ("media_pause", "is paused"),
    "media.play": ("media_play", "is playing"),
    "media.next": ("media_next_track", "skips to the next"),
    "media.previous": ("media_previous_track", "goes back to the previous"),
}


NEEDED = {
    **dict.fromkeys(("media.pause", "media.next", "media.previous"), "playing"),
    "media.play": "paused",
}
"""In which state something has to be for a button that names nothing."""


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    media = Media(host)
    plans = {
        **dict.fromkeys(WORDS, media.press),
        "media.volume": media.volume,
        "media.mute": media.mute,
    }
    return PlainSkill("media", plans)


class Media:
    """Plans answers about a house."""

    def __init__(self, host: SkillHost) -> None:
        self._house, self._hands = host.house, Hands(host)

    def press(self, intent: Intent, context: TurnContext) -> Answer:
        """A button of the remote control."""
        service, words = WORDS[intent.name]
        if "name" in intent.slots:
            player = self._player(intent, context)
            return self._do(intent, player, service, {}, words)
        state = NEEDED[intent.name]
        found = self._in_state(state, context)
        if len(found) > 1:
            names = [(f"the {said_name(e.name)}", e.name) for e in found]
            ways = [(said, {"name": name}) for said, name in names]
            told = " or ".join(said for said, _ in names)
            return ask_either(f"Which one: {told}?", intent, ways)
        if not found and intent.name == "media.play" and intent.slots.get("any"):
            return self._do(intent, self._player(intent, context), service, {}, words)
        if not found:
            return Answer(f"Nothing is {state} here")
        one = Targets(found, found[0].name)
        return self._do(intent, one, service, {}, words)

    def playing(self, context: TurnContext) -> tuple[Entity, ...]:
        """What plays: in the room of the device, else anywhere."""
        return self._in_state("playing", context)

    def _in_state(self, state: str, context: TurnContext) -> tuple[Entity, ...]:
        every = self._house.model.select("media_player")
        states = self._house.states(every) if every else {}
        found = tuple(e for e in every if states[e].state == state)
        here = tuple(e for e in found if context.area and e.area == context.area)
        return here or found

    def volume(self, intent: Intent, context: TurnContext) -> Answer:
        """To a percentage, or up and down by a step."""
        found = self._player(intent, context)
        if found.problem:
            return found.refusal
        (player,) = found.entities
        percent = int(intent.slots.get("volume", 0))
        if {"change", "times"} & intent.slots.keys():
            level = self._house.state(player).number("volume_level")
            if level is None:
                name = said_name(player.name)
                return Answer(f"The {name} does not tell how loud it is")
            times = float(intent.slots.get("times", 1))
            percent = round(100 * level * times) + int(intent.slots.get("change", 0))
        percent = max(0, min(100, percent))
        data: dict[str, Value] = {"volume_level": percent / 100}
        words = f"is at {percent} percent volume"
        return self._do(intent, found, "volume_set", data, words)

    def mute(self, intent: Intent, context: TurnContext) -> Answer:
        """Silence it, or let it be heard again."""
        muted = intent.slots["mute"] == "on"
        words = "is muted" if muted else "is not muted any more"
        data: dict[str, Value] = {"is_volume_muted": muted}
        player = self._player(intent, context)
        return self._do(intent, player, "volume_mute", data, words)

    def _player(self, intent: Intent, context: TurnContext) -> Targets:
        """The one named, else one that plays, else the nearest."""
        model = self._house.model
        here = model.select("media_player", area=context.area)
        one = named(model, intent, context, "media_player")
        if one is not None:
            return one
        every = tuple(dict.fromkeys((*here, *model.select("media_player"))))
        states = self._house.states(every) if every else {}
        playing = (e for e in every if states[e].state == "playing")
        chosen = next(playing, next(iter(every), None))
        if chosen is None:
            return Targets((), "", "There is nothing here that plays")
        return Targets((chosen,), chosen.name)

    def _do(
        self,
        intent: Intent,
        found: Targets,
        service: str,
        data: Mapping[str, Value],
        words: str,
    ) -> Answer:
        if found.problem:
            return found.refusal
        (player,) = found.entities
        said = sentence(f"{said_name(player.name)} {words}")
        wish = Wish([player], service, data)
        return self._hands.do(intent, [wish], said, claim=words)
