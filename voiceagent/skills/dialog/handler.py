"""About the conversation: stop, repeat, help, and why the last turn went as it did."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from voiceagent.errors import HouseFailed
from voiceagent.nlu.intent import Intent
from voiceagent.skills.dialog.help import HelpDesk, HelpSentences
from voiceagent.skills.dialog.stopping import Stopping
from voiceagent.skills.host import SkillHost
from voiceagent.skills.house.house import Entity, HouseModel
from voiceagent.skills.media.handler import Media
from voiceagent.skills.phrases import listed
from voiceagent.skills.plain import PlainSkill
from voiceagent.skills.skill import Answer, LastTurn, Skill, TurnContext

__all__ = ["HELP", "create"]

ALWAYS = (
    "set a timer for five minutes",
    "remind me to call Anna at six",
    "what is fifteen percent of eighty",
    "what time is it",
    "why so slow",
)
TOPICS = {
    "timers": (
        *("set a pasta timer for ten minutes", "add two minutes to the pasta timer"),
        *("how long is left", "cancel the timer"),
    ),
    "alarms": (
        *("wake me at seven every weekday", "move my alarm to eight", "snooze"),
        "which alarms are set",
    ),
    "reminders": (
        *("remind me to call Anna at six", "remind me in ten minutes to stretch"),
        *("what are my reminders", "cancel the reminder to call Anna"),
    ),
    "lists": (
        *("add two litres of milk and eggs to my {todo}", "what's on my {todo}"),
        *("clear my {todo}", "make a holiday list"),
    ),
    "lights": ("turn on the {light}", "dim the {light}", "which lights are on"),
    "doors": ("is the {lock} locked", "lock the {lock}", "close the {cover}"),
    "heating": ("set the {climate} to 21 degrees", "how warm is it inside"),
    "music": ("pause the {media_player}", "next", "louder", "resume"),
}
HERE = ("lights", "doors", "lists", "music", "heating")
PLAYING = ("pause the {}", "louder")
HELP = HelpSentences(TOPICS, HERE, ALWAYS, PLAYING)
STAGES = {
    "endpoint": "waiting until you had finished",
    "stt": "recognising your words",
    "intent": "understanding them",
    "route": "choosing who answers",
    "remote": "asking the region",
    "act": "doing it",
    "tts": "making my voice",
}
NOTHING = "We have only just begun"
UNDONE = "There is nothing that I could undo"


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    desk = HelpDesk(partial(_there, host), HELP, partial(_playing, host))
    stops = Stopping(host)
    return PlainSkill(
        "dialog",
        {
            "dialog.stop": stops.stop,
            "dialog.never_mind": lambda intent, context: Answer("", stop=True),
            "dialog.repeat": _repeat,
            "dialog.undo": _undo,
            "dialog.help": desk.answer,
            "dialog.explain_action": _action,
            "dialog.explain_speed": _speed,
            "dialog.explain_answer": _reason,
        },
    )


def _there(host: SkillHost) -> HouseModel:
    """The house as it is known by now: it may come late."""
    try:
        return host.house.model
    except HouseFailed:
        return HouseModel()


def _playing(host: SkillHost, context: TurnContext) -> Sequence[Entity]:
    """Nothing, where the house does not tell."""
    try:
        return Media(host).playing(context)
    except HouseFailed:
        return ()


def _repeat(intent: Intent, context: TurnContext) -> Answer:
    return Answer(context.last.said if context.last and context.last.said else NOTHING)


def _undo(intent: Intent, context: TurnContext) -> Answer:
    return context.undo() if context.undo else Answer(UNDONE)


def _action(intent: Intent, context: TurnContext) -> Answer:
    last = context.last
    if last is None:
        return Answer(NOTHING)
    if not last.done:
        return Answer("I changed nothing, I only answered")
    steps = [key.replace(".", " ").replace("_", " ") for key in last.done]
    return Answer(f"You said: {last.heard}. I did this: {listed(steps)}")


def _speed(intent: Intent, context: TurnContext) -> Answer:
    last = context.last
    if last is None or not last.latency:
        return Answer(NOTHING)
    whole = last.latency.get("response", sum(last.latency.values()))
    met = "inside" if last.met else "over"
    return Answer(
        f"It took {_time(whole)} from your last word to my first, {met} the "
        f"{_time(last.budget)} I am allowed. {_longest(last)}".rstrip()
    )


def _longest(last: LastTurn) -> str:
    stages = {name: t for name, t in last.latency.items() if name in STAGES and t > 0}
    slow = sorted(stages, key=lambda name: -stages[name])[:2]
    words = [f"{STAGES[name]} took {_time(stages[name])}" for name in slow]
    text = listed(words)
    return text[:1].upper() + text[1:]


def _reason(intent: Intent, context: TurnContext) -> Answer:
    last = context.last
    if last is None:
        return Answer(NOTHING)
    place = "on this device" if last.tier == "device" else f"by {last.tier}"
    heard = f"I heard: {last.heard}" if last.heard else "I heard no words"
    why = f", because {last.reason}" if last.reason else ""
    return Answer(f"{heard}. It was answered {place}{why}")


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{round(seconds * 1000)} milliseconds"
    return f"{seconds:.1f} seconds"
