"""The kiosk of a museum: all it knows stands in `museum.toml` and `lists.yaml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from voiceagent.errors import PackError
from voiceagent.lang.spoken import number_words
from voiceagent.nlu.intent import Intent
from voiceagent.skills.host import SkillHost
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.templates.yaml_file import read_yaml

__all__ = ["Desk", "create"]

HERE = Path(__file__).parent
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def create(host: SkillHost) -> Skill:
    """Make the skill; raises `PackError` where the data file is broken."""
    try:
        data = tomllib.loads((HERE / "museum.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        what = f"`{HERE / 'museum.toml'}` cannot be read"
        raise PackError(what, cause=str(error)) from error
    desk = Desk(data, read_yaml(HERE / "lists.yaml").data)
    return PlainSkill(
        "museum",
        {
            "museum.hours": desk.hours,
            "museum.open_now": desk.open_now,
            "museum.find": desk.find,
            "museum.about": desk.about,
            "museum.inside": desk.inside,
            "museum.price": desk.price,
            "museum.tour": desk.tour,
            "museum.language": desk.language,
            "museum.rules": desk.topic,
            "museum.access": desk.topic,
            "museum.info": desk.topic,
        },
    )


class Desk:
    """Answers questions from the data of the museum."""

    def __init__(self, data: Mapping[str, Any], lists: Mapping[str, Any]) -> None:
        self._data = data
        self._lists = lists

    def hours(self, intent: Intent, context: TurnContext) -> Answer:
        """When the museum is open: that day, or all week."""
        slots = intent.slots
        if "special_day" in slots:
            return Answer(self._known("special_day", slots["special_day"])["text"])
        if "day" in slots:
            return Answer(
                self._on(str(slots["day"]), f"on {str(slots['day']).title()}s")
            )
        if "days_ahead" in slots:
            ahead = int(slots["days_ahead"])
            day = DAYS[(context.now + timedelta(days=ahead)).weekday()]
            return Answer(self._on(day, ("today", "tomorrow")[ahead]))
        closed = _listed([f"{day.title()}s" for day in self._data["closing_days"]])
        usual = self._span("tuesday")
        late, weekend = _clock(self._closing("thursday")), self._span("saturday")
        return Answer(
            f"We are open {usual}, on Thursdays until {late}, and at the weekend "
            f"{weekend}. We are closed on {closed}"
        )

    def open_now(self, intent: Intent, context: TurnContext) -> Answer:
        """Whether there is time left today."""
        day, now = DAYS[context.now.weekday()], context.now.time()
        if day not in self._data["hours"]:
            return Answer(self._on(day, "today"))
        start, end = map(_time, self._data["hours"][day])
        if now >= end:
            return Answer(f"We closed at {_clock(end)} today")
        if now < start:
            return Answer(f"We open at {_clock(start)} today")
        spare = timedelta(minutes=int(self._data["last_entry"]))
        last = (datetime.combine(context.now.date(), end) - spare).time()
        until = f"We are open until {_clock(end)} today"
        return Answer(f"{until}, the last entry is at {_clock(last)}")

    def find(self, intent: Intent, context: TurnContext) -> Answer:
        """The way to an exhibit, a room or something that everybody needs."""
        if "exhibit" in intent.slots:
            name = str(intent.slots["exhibit"])
            room = self._known("exhibit", name)["room"]
            where = f"The {name} {_be(name)} in the {room}"
            return Answer(f"{where}, {_place(self._known('room', room))}")
        kind = "room" if "room" in intent.slots else "facility"
        name = str(intent.slots[kind])
        return Answer(f"The {name} {_be(name)} {_place(self._known(kind, name))}")

    def about(self, intent: Intent, context: TurnContext) -> Answer:
        """What there is to say about an exhibit."""
        name = str(intent.slots["exhibit"])
        known = self._known("exhibit", name)
        return Answer(f"{known['text']}. You find it in the {known['room']}")

    def inside(self, intent: Intent, context: TurnContext) -> Answer:
        """What is in a room or on a floor."""
        if "room" in intent.slots:
            room = str(intent.slots["room"])
            things = [f"the {name}" for name in self._where("exhibit", room=room)]
            return Answer(f"In the {room} you see {_listed(things or ['toys'])}")
        level = str(intent.slots["level"])
        rooms = [f"the {name}" for name in self._where("room", floor=level)]
        return Answer(f"On the {level} there is {_listed(rooms)}")

    def price(self, intent: Intent, context: TurnContext) -> Answer:
        """What somebody pays."""
        kind = intent.slots.get("ticket")
        if kind:
            return Answer(self._known("ticket", kind)["text"])
        texts = [self._known("ticket", one)["text"] for one in ("adult", "child")]
        return Answer(". ".join(texts))

    def tour(self, intent: Intent, context: TurnContext) -> Answer:
        """When the next guided tour starts, how long it takes, what it costs."""
        tours = self._data["tours"]
        starts = [_time(text) for text in tours["times"]]
        rest = (
            f"It starts at the ticket desk, takes {number_words(tours['minutes'])} "
            f"minutes and costs {tours['price']}"
        )
        if DAYS[context.now.weekday()] not in self._data["hours"]:
            return Answer("There is no tour today, we are closed")
        left = [start for start in starts if start > context.now.time()]
        if not left:
            first = f"the first one tomorrow is at {_clock(starts[0])}"
            return Answer(f"There is no more tour today. Whenever we are open, {first}")
        return Answer(f"The next guided tour is at {_clock(left[0])}. {rest}")

    def language(self, intent: Intent, context: TurnContext) -> Answer:
        """What is spoken here and what the audio guides speak."""
        guides, staff = self._data["audio_guides"], self._data["staff_speak"]
        wanted = intent.slots.get("language")
        if not wanted:
            return Answer(f"There are audio guides in {_listed(guides)}")
        spoken = f"somebody at the information desk speaks {wanted}"
        guided = f"there is an audio guide in {wanted}"
        found = [spoken] * (wanted in staff) + [guided] * (wanted in guides)
        if found:
            return Answer("Yes, " + " and ".join(found))
        known = f"There are audio guides in {_listed(guides)}"
        return Answer(f"I am sorry, nobody here speaks {wanted}. {known}")

    def topic(self, intent: Intent, context: TurnContext) -> Answer:
        """A sentence of the data file."""
        return Answer(self._data["sentences"][str(intent.slots["topic"])])

    def _on(self, day: str, said: str) -> str:
        if day not in self._data["hours"]:
            return f"We are closed {said}"
        return f"We are open {self._span(day)} {said}"

    def _span(self, day: str) -> str:
        start = _time(self._data["hours"][day][0])
        return f"from {_clock(start)} to {_clock(self._closing(day))}"

    def _closing(self, day: str) -> time:
        return _time(self._data["hours"][day][1])

    def _known(self, kind: str, name: object) -> Mapping[str, Any]:
        values = self._lists[kind]["values"]
        return next(v["metadata"] for v in values if v["out"] == name)

    def _where(self, kind: str, **wanted: str) -> list[str]:
        return [
            value["out"]
            for value in self._lists[kind]["values"]
            if wanted.items() <= value["metadata"].items()
        ]


def _place(known: Mapping[str, Any]) -> str:
    floor = f"on the {known['floor']}, " if known["floor"] else ""
    return f"{floor}{known['way']}"


def _be(name: str) -> str:
    return "are" if name.endswith("s") and not name.endswith("us") else "is"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _clock(at: time) -> str:
    """`nine in the morning`, `half past three in the afternoon`."""
    part = "morning" if at.hour < 12 else "afternoon" if at.hour < 18 else "evening"
    hour = number_words((at.hour - 1) % 12 + 1)
    if at.minute == 0:
        return f"{hour} in the {part}"
    if at.minute == 30:
        return f"half past {hour} in the {part}"
    minutes = number_words(at.minute)
    return f"{hour} {minutes if at.minute > 9 else f'oh {minutes}'} in the {part}"
