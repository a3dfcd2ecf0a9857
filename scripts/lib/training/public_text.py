"""The public sets, brought to the intents of the home pack or to "not mine".

A sentence of a mapped intent is kept only where its slots can be read from its words
and nothing is left over: "set an alarm for every monday" is an alarm, but not one that
the pack can set. What is neither surely ours nor surely not ours is dropped.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from lib.training.own_text import OwnText
from lib.training.public_sets import rows
from lib.training.public_talk import REMINDED, TALK, Mapped, Reading, meaning
from lib.training.sampling import Example, Span
from voiceagent.lang.spoken import spoken
from voiceagent.nlu.intent import IntentParser, SlotValue
from voiceagent.nlu.slm.slots import SlotFinder
from voiceagent.nlu.slm.values import read

__all__ = ["MAPPED", "public_examples"]

LOUDER = re.compile(r"\b(louder|up|increase|raise|higher|boost|more)\b")
QUIETER = re.compile(r"\b(quieter|down|decrease|lower|reduce|softer|less)\b")
BRIGHTER = re.compile(r"\b(brighter|up|brighten|increase|more|raise|lighter)\b")
DARKER = re.compile(r"\b(darker|down|dim|dimmer|decrease|lower|less|reduce)\b")
MUTE = re.compile(r"\b(mute|silent|silence)\b")
TALK_OF_TIME_AND_WEATHER = frozenset(
    "a about an any are at be been better can check chance chances clear clock "
    "cloudy cold conditions cool could current currently date day degrees did do "
    "does dry exact expect expected for forecast get getting give going gonna good "
    "have hello hey hi hot hour house how hows humid i id if in is it its jacket "
    "know like look looking me need nice now of on out outdoors outside please "
    "predicted rain raining rainy report right say should show sky snow snowing so "
    "storm stormy sun sunny sure tell temperature the there this time to today "
    "todays tomorrow tonight umbrella wanna want warm was weather week weeks wet "
    "what whats which will wind windy with would year month you your current olly "
    "sweater coat wear bring carry need".split()
)
PLACE = re.compile(r"\b(in|at|for|near|around) (?!here\b|the (house|room|garden)\b)\w+")
ITEM = re.compile(
    r"\b(add|put|include|remove|delete|take|cross|erase|scratch)"
    r"(?: off)? (?P<item>[a-z ]{2,40}?) (?:to|on|onto|in|into|from|off) "
    r"(?:my |the )?(?P<list>shopping list|grocery list|groceries list|to ?do list)"
)
SEVERAL = re.compile(
    r"\b(and|then) (add|put|remove|delete)\b|\b(all|everything|items)\b"
)
ASKED = re.compile(r"^(is|are|do|did|does|have|has|am|was)\b")
TODO = re.compile(r"\b(to ?do list|todo)\b")
SHOPPING = re.compile(r"\b(shopping list|grocery list)\b")
DATES = re.compile(r"\b(tomorrow|yesterday|next|last|ago|will|be|was|from|until|in)\b")
AWAY = re.compile(
    r"\b(in|at|for|near|around) (?!here\b|new york\b|the (house|room|garden)\b)\w+"
)
FORECAST = re.compile(r"\b(tomorrow|tonight|this week)\b")


def _tagged(intent: str, *ways: tuple[re.Pattern[str], str]) -> Mapped:
    """The first way whose words occur; they are marked with its tag."""

    def read_one(text: str) -> Reading | None:
        found = [(way.search(text), tag) for way, tag in ways]
        hits = [(hit, tag) for hit, tag in found if hit]
        if len(hits) != 1:
            return None
        hit, tag = hits[0]
        return intent, [(hit.start(), hit.end(), tag)]

    return read_one


def _clock(text: str) -> Reading | None:
    if PLACE.search(text) or DATES.search(text) or _other_words(text):
        return None
    if "time" in text.split():
        return "clock.time", []
    return ("clock.date", []) if re.search(r"\b(date|day)\b", text) else None


def _weather(text: str) -> Reading | None:
    elsewhere = PLACE.search(text) or _other_words(text)
    if "in new york" in text and not _other_words(text.replace("new york", "")):
        return "weather.now", []
    if elsewhere or re.search(r"\b(temperature|degrees)\b", text):
        return None
    return ("weather.forecast" if FORECAST.search(text) else "weather.now"), []


def _other_words(text: str) -> bool:
    """Whether there are words that may be a town, or a day that we cannot do."""
    return not TALK_OF_TIME_AND_WEATHER.issuperset(text.split())


def _update(text: str) -> Reading | None:
    hit = ITEM.search(text)
    if hit is None or SEVERAL.search(text) or " and " in hit["item"]:
        return None
    intent = "list.add" if hit[1] in ("add", "put", "include") else "list.remove"
    return intent, [(*hit.span("item"), "item"), (*hit.span("list"), "name")]


def _read_list(text: str) -> Reading | None:
    hit = SHOPPING.search(text) or TODO.search(text)
    if ASKED.search(text):
        return None
    return ("list.read", [(*hit.span(), "name")]) if hit else None


def _switched(intent: str, particle: str) -> Mapped:
    """Lights that are to go `on` or `off`, said so."""
    lights = re.compile(r"\b(lights?|lamps?)\b")
    words = re.compile(rf"\b({particle})\b")
    return lambda text: (
        (intent, []) if lights.search(text) and words.search(text) else None
    )


def _cancel(text: str) -> Reading | None:
    return None if re.search(r"\b(off|down)\b", text) else ("dialog.never_mind", [])


def _stop(text: str) -> Reading | None:
    if re.search(r"\b(off|down)\b", text):
        return None
    if re.search(r"\b(cancel|forget|never mind)\b", text):
        return "dialog.never_mind", []
    return ("dialog.stop", []) if re.search(r"\b(stop|quiet|shut)\b", text) else None


VOLUME = _tagged("volume.change", (LOUDER, "change=10"), (QUIETER, "change=-10"))
MAPPED: Mapping[str, Mapped] = {
    "alarm": meaning("alarm.set"),
    "timer": meaning("timer.set"),
    "time": _clock,
    "date": _clock,
    "weather": _weather,
    "change_volume": lambda text: ("volume.set", []) if _number(text) else VOLUME(text),
    "repeat": meaning("dialog.repeat"),
    "what_can_i_ask_you": meaning("dialog.help"),
    "cancel": _cancel,
    "next_song": meaning("media.next"),
    "shopping_list": _read_list,
    "todo_list": _read_list,
    "shopping_list_update": _update,
    "todo_list_update": _update,
    "alarm_set": meaning("alarm.set"),
    "alarm_query": meaning("alarm.status"),
    "alarm_remove": meaning("alarm.cancel"),
    "audio_volume_up": _tagged("volume.change", (LOUDER, "change=10")),
    "audio_volume_down": _tagged("volume.change", (QUIETER, "change=-10")),
    "audio_volume_mute": _tagged("volume.mute", (MUTE, "mute=on")),
    "iot_hue_lighton": _switched("device.on", "on"),
    "iot_hue_lightoff": _switched("device.off", "off|out"),
    "iot_hue_lightup": _tagged("light.brightness", (BRIGHTER, "change=25")),
    "iot_hue_lightdim": _tagged("light.brightness", (DARKER, "change=-25")),
    "iot_hue_lightchange": meaning("light.color"),
    "datetime_query": _clock,
    "weather_query": _weather,
    "GetWeather": _weather,
    "lists_query": _read_list,
    "lists_createoradd": _update,
    "lists_remove": _update,
    "general_repeat": meaning("dialog.repeat"),
    "general_commandstop": _stop,
    **TALK,
}
"""Intents of the public sets that mean an intent of ours."""
NOT_OURS_WITH_A_PLACE = frozenset(
    "time date weather datetime_query weather_query GetWeather".split()
)
DROPPED = frozenset(
    "smart_home iot_wemo_on iot_wemo_off iot_coffee general_dontcare general_explain "
    "music_settings play_radio play_music PlayMusic query set post cleaning music "
    "hue_lightup hue_lightoff podcasts quirky cooking_query factoid".split()
)
"""Sometimes ours, sometimes not; only what our templates say is kept."""


def public_examples(
    own: OwnText, data: Path, chance: random.Random, *, per_intent: int, every: int = 1
) -> list[Example]:
    """Sentences of all sets; per intent of a set at most `per_intent` (our own: four
    times as many). `every`: reads one sentence in so many, for a quick look."""
    pack = own.pack
    parser, finder = IntentParser(pack), SlotFinder(pack)
    groups: dict[tuple[str, str, str], list[Example]] = {}
    for source, name, text, split in islice(rows(data), 0, None, every):
        made = _mapped(finder, own, parser, name, spoken(text))
        if made is not None:
            key = (source, name, split + (made.intent or ""))
            done = replace(made, split=split, source=source)
            groups.setdefault(key, []).append(done)
    kept: list[Example] = []
    for group in groups.values():
        chance.shuffle(group)
        most = per_intent * (4 if group[0].intent or "oos" in group[0].source else 1)
        kept += group[:most]
    return kept


def _mapped(
    finder: SlotFinder, own: OwnText, parser: IntentParser, name: str, text: str
) -> Example | None:
    template = parser.parse(text)
    reading = MAPPED[name](text) if name in MAPPED else None
    if template is not None and (reading is None or reading[0] != template.name):
        reading = template.name, []
    if reading is None:
        away = name in NOT_OURS_WITH_A_PLACE and AWAY.search(text)
        strange = name not in MAPPED and name not in DROPPED
        sure = away or (strange and not REMINDED.search(text))
        return Example(text, None) if sure else None
    intent, marks = reading
    found = finder.find(intent, text, marks)
    if found.slots is None:
        return None
    tags = [span for span in marks if "=" in span[2]]
    if not tags:
        tags = own.cues(intent, text, found.slots)
    spans = _exact(finder, intent, text, found.slots, found.places)
    return Example(text, intent, (*spans, *tags))


def _exact(
    finder: SlotFinder,
    intent: str,
    text: str,
    slots: Mapping[str, SlotValue],
    places: Sequence[Span],
) -> tuple[Span, ...]:
    """Of `eight minutes` only `eight`, as the samples of templates have it."""
    lists = finder.intents[intent].values
    spans: list[Span] = []
    for start, end, slot in places:
        inside = [
            (start + hit.start(), start + hit.end())
            for hit in re.finditer(r"\S+( \S+)*", text[start:end])
        ]
        inside = list(_windows(text, start, end)) or inside
        exact = (
            (first, last, slot)
            for first, last in inside
            if slots[slot] in list(read(lists[slot], text[first:last]))
        )
        spans.append(next(exact, (start, end, slot)))
    return tuple(spans)


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Stretches of whole words between two places, longest first."""
    starts = [hit.start() + start for hit in re.finditer(r"\S+", text[start:end])]
    ends = [hit.end() + start for hit in re.finditer(r"\S+", text[start:end])]
    every = [(a, b) for a in starts for b in ends if a < b]
    return iter(sorted(every, key=lambda place: place[0] - place[1]))


def _number(text: str) -> bool:
    return bool(re.search(r"\b(percent|ten|five|(?:\w+ty)|[a-z]*teen|hundred)\b", text))
