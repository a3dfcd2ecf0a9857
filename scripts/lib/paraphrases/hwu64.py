"""HWU64's requests by their intents, where their words say all that is needed.

The set has intents and no slots: rooms, colours, times and items are read from the
words by closed lists, and a sentence with any other word is left out. What speaks of a
room or a lamp that the demo house lacks is kept: nothing may be done then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from lib.paraphrases.case import Paraphrase, Way, does
from voiceagent.evaluation.typed import TUESDAY

__all__ = ["MAPPED", "most", "request"]

Found = tuple[tuple[Way, ...], tuple[str, ...]]
"""What it may come to, and what was said before."""

ROOMS: Mapping[str, tuple[str, ...]] = {
    "kitchen": ("kitchen_light",),
    "living room": ("living_room_lamp",),
    "lounge": ("living_room_lamp",),
    "bedroom": ("bed_light", "bedroom_light"),
    "bathroom": ("bathroom_light",),
    "office": ("standing_light", "desk_lamp"),
    "garage": ("garage_light",),
    "garden": ("patio_light",),
}
DIMMED = frozenset(
    "kitchen_light living_room_lamp bed_light bedroom_light bathroom_light desk_lamp "
    "patio_light".split()
)
COLOURED = frozenset(
    "kitchen_light living_room_lamp bed_light bedroom_light".split()
)  # fmt: skip
STRANGE = re.compile(
    r"\b(porch|balcony|hall|dining|basement|security|outdoors?|chandelier|closet|den|"
    r"nursery|toilet|upstairs|downstairs|entrance|attic|cellar|restroom|washroom|"
    r"terrace|corridor|store|guest|kids|front|back|outside|laundry|driveway)\b"
)
"""Places and lamps that the demo house does not have."""
COMPLEX = re.compile(
    r"\b(and|then|if|when|until|till|before|after|except|but|unless|while|not|dont|"
    r"don't|never|instead|than|later|soon|did|is|are|was|will|why|who)\b"
)
HERE = re.compile(r"\broom\b|\bhere\b")
"""The room of the device, which has none."""
MANNERS = frozenset(
    "please can could would you i want wanna need to the my our your me for of in at "
    "this that olly hey hi ok okay kindly now just it go ahead and a an all thanks "
    "like do be with some get let us lets there here by from on".split()
)
LIGHTING = frozenset(
    "turn switch set put make light lights lamp lamps lighting off on shut out room "
    "rooms house home every everything cut kill lit bulb bulbs change".split()
)
SHADES = frozenset(
    "dim dimmer darken darker lower brighten brighter bright brightness increase "
    "decrease raise reduce up down level more less bit little intensity".split()
)
COLOURS = "red blue green yellow purple orange pink white".split()
LOUD = frozenset(
    "volume up down louder quieter turn increase decrease raise lower reduce speaker "
    "speakers sound sounds audio higher up more less bit little make speak speech mute "
    "muted silent silence be quiet switch off set music".split()
)
HOURS = "twelve one two three four five six seven eight nine ten eleven".split()
MINUTES = {"thirty": 30, "fifteen": 15, "forty five": 45, "twenty": 20, "ten": 10}
TIME = re.compile(
    rf"\b({'|'.join(HOURS)})( (?:{'|'.join(MINUTES)}))? (am|pm)\b(?! (?:am|pm))"
)
ALARM = frozenset(
    "set alarm alarms wake up create make new add tomorrow morning remove cancel "
    "delete disable off turn clock stop get rid start another".split()
)
ITEM = re.compile(
    r"^(?:please |can you |could you |olly |hey )*(add|put|include|remove|delete|take) "
    r"(?P<item>[a-z ]{2,30}?) (?:to|on|onto|in|into|from|off) "
    r"(?:my |the |a |our )?(?P<list>shopping list|grocery list|to ?do list)"
    r"(?: please| for me| thanks)?$"
)
SEVERAL = re.compile(r"\b(and|then|all|everything|items?|things?|with)\b")
CLOCK = frozenset(
    "what what's whats time is it now the current right tell me can you could please "
    "show give do know date day today todays today's this of olly hello hey".split()
)


def _left(text: str, *known: frozenset[str] | set[str]) -> set[str]:
    """Words that nothing explains."""
    for room in ROOMS:
        text = re.sub(rf"\b{room}\b", "", text)
    return set(text.split()) - MANNERS - set().union(*known)


def _rooms(text: str) -> list[str]:
    return [room for room in ROOMS if re.search(rf"\b{room}\b", text)]


def _lamps(text: str, of: frozenset[str]) -> tuple[list[str], bool] | None:
    """Which lamps are meant, and whether it may be asked about; None where words
    cannot tell. An empty list: nothing may be done."""
    rooms = _rooms(text)
    if len(rooms) > 1:
        return None
    if rooms:
        return sorted(set(ROOMS[rooms[0]]) & of), False
    if re.search(r"\b(all|every|everything|house|home)\b", text):
        return sorted(of), False
    every = r"\b(lights|lamps|lighting|light (colou?r|brightness|intensity))\b"
    if re.search(every, text) and not HERE.search(text):
        return sorted(of), True
    return [], True


def _light(state: str, *, turned: str, before: str) -> Callable[[str], Found | None]:
    every = frozenset(lamp for lamps in ROOMS.values() for lamp in lamps)
    return _lit(turned, before, every, f"={state}", LIGHTING)


def _shade(turned: str, sign: str) -> Callable[[str], Found | None]:
    before = "set all the lights to 50 percent"
    words = LIGHTING | SHADES
    return _lit(turned, before, DIMMED, f"=on brightness_pct{sign}50", words)


def _lit(
    turned: str, before: str, of: frozenset[str], state: str, words: frozenset[str]
) -> Callable[[str], Found | None]:
    def read(text: str) -> Found | None:
        if not re.search(turned, text) or not re.search(r"\b(light|lamp|bulb)", text):
            return None
        if STRANGE.search(text):
            patio = re.search(r"\b(outdoors?|outside)\b", text)
            garden = does(f"light.patio_light{state}") if patio else ()
            return ("nothing", *garden), (before,)
        meant = _lamps(text, of)
        if meant is None or _left(text, words):
            return None
        lamps, ask = meant
        if not lamps:
            unknown = {"says": "which room"}
            return ("nothing" if _rooms(text) else "ask", unknown), (before,)
        return does(*(f"light.{lamp}{state}" for lamp in lamps), ask=ask), (before,)

    return read


def _colour(text: str) -> Found | None:
    colours = [c for c in COLOURS if re.search(rf"\b{c}\b", text)]
    if len(colours) != 1 or not re.search(r"\b(light|lamp)", text):
        return None
    words = LIGHTING | {"color", "colour", colours[0], "turn"}
    state = f"=on color_name={colours[0]}"
    return _lit(".", "turn on all the lights", COLOURED, state, words)(text)


def _volume(sign: str, turned: str) -> Callable[[str], Found | None]:
    def read(text: str) -> Found | None:
        if not re.search(turned, text) or _left(text, LOUD):
            return None
        ask = not re.search(r"\b(volume|sound|speak\w*|louder|quieter)\b", text)
        return does(f"volume{sign}70", ask=ask), ()

    return read


def _mute(text: str) -> Found | None:
    if not re.search(r"\b(mute|muted|silent|silence)\b", text) or _left(text, LOUD):
        return None
    return does("volume.muted=yes"), ()


def _due(text: str) -> str | None:
    """The alarm that a text names: the next time that the clock shows it."""
    hits = list(TIME.finditer(text))
    if len(hits) != 1:
        return None
    hour, minute, half = hits[0].groups()
    hours = HOURS.index(hour) + (12 if half == "pm" else 0)
    at = datetime.combine(TUESDAY.date(), datetime.min.time(), TUESDAY.tzinfo)
    at += timedelta(hours=hours, minutes=MINUTES.get((minute or "").strip(), 0))
    if at <= TUESDAY or "tomorrow" in text:
        at += timedelta(days=1)
    return f"alarm {at:%Y-%m-%dT%H:%M}"


def _spared(text: str) -> set[str]:
    return _left(TIME.sub("", text), ALARM)


def _set_alarm(text: str) -> Found | None:
    due = _due(text)
    if due is None or _spared(text) or re.search(r"\bmorning\b", text):
        return None
    return does(f"+{due}"), ()


def _cancel_alarm(text: str) -> Found | None:
    due = _due(text)
    if due is None or _spared(text):
        return None
    hit = TIME.search(text)
    assert hit is not None
    others = f"set an alarm for {'five' if 'five' not in hit[0] else 'four'} am"
    return does(f"-{due}"), (others, f"set an alarm for {hit[0]}")


def _alarms(text: str) -> Found | None:
    words = {"what", "alarms", "alarm", "have", "set", "show", "list", "tell", "are"}
    if _left(text, words | {"what's", "whats", "time", "is", "any", "current"}):
        return None
    return ({"says": r"\bseven\b"},), ("set an alarm for seven am",)


def _change_list(text: str) -> Found | None:
    hit = ITEM.match(text)
    if hit is None or SEVERAL.search(hit["item"]):
        return None
    listed = "to_do_list" if hit["list"].startswith("to") else "shopping_list"
    whole = re.sub(r"^(?:out |away )?", "", hit["item"])
    item = re.sub(r"^(?:the|some|a|an|my) ", "", whole)
    line, name = f"item todo.{listed} {item}", listed.replace("_", " ")
    if hit[1] in ("add", "put", "include"):
        # With its article it is the same thing; what is there already goes first.
        said = does(f"+item todo.{listed} {whole}")
        return (*does(f"+{line}"), *said), (f"remove {item} from my {name}",)
    return does(f"-{line}"), (f"add {item} to my {name}",)


def _read_list(text: str) -> Found | None:
    name = re.search(r"\b(shopping|grocery|to ?do) list\b", text)
    words = {
        "read",
        "what",
        "what's",
        "whats",
        "tell",
        "show",
        "list",
        "is",
        "shopping",
    }
    if name is None or _left(text, words | {"grocery", "todo", "have"}):
        return None
    held = "plants" if name[1].startswith("to") else "apples.*bananas"
    return ({"says": held},), ()


def _clock(text: str) -> Found | None:
    if set(text.split()) - CLOCK:
        return None
    if "time" in text.split():
        return ({"says": "six oh five|18:05|five past six"},), ()
    dated = re.search(r"\b(date|day)\b", text)
    return (({"says": "tuesday|march|tenth"},), ()) if dated else None


def _again(text: str) -> Found | None:
    if not re.search(r"\b(repeat|say)\b", text) or re.search(
        r"\b(do|try|reset)\b", text
    ):
        return None
    return ({"says": "six oh five|18:05"},), ("what time is it",)


def _coffee(text: str) -> Found | None:
    if not re.search(
        r"\b(start|turn on|switch on)\b.*\bcoffee (machine|maker)\b", text
    ):
        return None
    words = {"start", "turn", "switch", "coffee", "machine", "maker"}
    return None if _left(text, words) else (does("switch.coffee_machine=on"), ())


def _socket(text: str) -> Found | None:
    named = re.search(r"\b(socket|plug|wemo|charger|outlet)\b", text)
    return (("nothing",), ()) if named else None


def _foreign(text: str) -> Found | None:
    near = r"\b(remind\w*|notif\w*|alarm|alert|resume|pause|play|list|read|story)\b"
    return None if re.search(near, text) else (("foreign",), ())


MAPPED: Mapping[str, Callable[[str], Found | None]] = {
    "iot_hue_lightoff": _light(
        "off", turned=r"\b(off|out)\b", before="turn on all the lights"
    ),
    "iot_hue_lighton": _light("on", turned=r"\bon\b", before="turn off all the lights"),
    "iot_hue_lightup": _shade(r"\b(bright|brighter|brighten|increase|raise|up)", ">"),
    "iot_hue_lightdim": _shade(r"\b(dim|dark|lower|decrease|reduce|down)", "<"),
    "iot_hue_lightchange": _colour,
    "iot_coffee": _coffee,
    "iot_wemo_on": _socket,
    "iot_wemo_off": _socket,
    "audio_volume_up": _volume(">", r"\b(up|louder|increase|raise|higher|more)\b"),
    "audio_volume_down": _volume("<", r"\b(down|quieter|decrease|lower|reduce|less)\b"),
    "audio_volume_mute": _mute,
    "alarm_set": _set_alarm,
    "alarm_remove": _cancel_alarm,
    "alarm_query": _alarms,
    "lists_createoradd": _change_list,
    "lists_remove": _change_list,
    "lists_query": _read_list,
    "datetime_query": _clock,
    "general_repeat": _again,
    "calendar_set": _foreign,
    "email_sendemail": _foreign,
    "transport_ticket": _foreign,
    "social_post": _foreign,
    "takeaway_order": _foreign,
}
MOST: Mapping[Callable[[str], Found | None], int] = {_socket: 15, _foreign: 14}
"""Sentences of one intent that are kept, where there are more than enough."""


def request(intent: str, text: str, part: str) -> Paraphrase | None:
    """What a sentence of a `part` of the set may come to; None where it is left out."""
    read = MAPPED.get(intent)
    if read is None or (read is not _foreign and COMPLEX.search(text)):
        return None
    found = read(text)
    if found is None:
        return None
    ways, before = found
    return Paraphrase(f"hwu64 {part}", intent, text, ways, before)


def most(intent: str) -> int:
    """How many of one intent are kept."""
    return MOST.get(MAPPED[intent], 60)
