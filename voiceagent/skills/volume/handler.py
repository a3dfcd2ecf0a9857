"""How loud our own voice is; kept in the store, read by whoever plays sound."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from voiceagent.nlu.intent import Intent, spoken
from voiceagent.skills.host import SkillHost
from voiceagent.skills.media.handler import Media
from voiceagent.skills.plain import PlainSkill, act
from voiceagent.skills.skill import Answer, Skill, TurnContext
from voiceagent.store import Store

__all__ = ["DEFAULT_PERCENT", "StoredVolume", "create", "loudness"]

DEFAULT_PERCENT = 70
"""What a new device starts with."""
WHATEVER = (
    *("louder", "quieter", "softer", "turn it up", "turn it down"),
    *("volume up", "volume down"),
)
"""What names neither our voice nor a thing that plays."""
LOWEST = 10
"""Turning down stops here: a voice that nobody hears cannot be turned up by voice."""


def create(host: SkillHost) -> Skill:
    """Make the skill."""
    start = host.config.get("volume", {}).get("start")
    volume = Volume(host, start if isinstance(start, int) else DEFAULT_PERCENT)
    return PlainSkill(
        "volume",
        {
            "volume.set": volume.set,
            "volume.change": volume.change,
            "volume.mute": volume.mute,
        },
    )


def loudness(store: Store, *, start: int = DEFAULT_PERCENT) -> float:
    """0..1, how loud to play replies; 0 when muted. `start`: percent until somebody
    has asked for another volume."""
    if store.glance("volume.muted") == "yes":
        return 0.0
    return _percent(store, start) / 100


def _percent(store: Store, start: int) -> int:
    kept = store.glance("volume", str(start))
    # What was saved from a damaged file may be anything.
    return min(100, int(kept)) if kept.isdecimal() and len(kept) < 9 else start


class StoredVolume:
    """The volume that is kept in the store, for hands instead of words; blocking."""

    def __init__(self, store: Store, *, start: int = DEFAULT_PERCENT) -> None:
        self._store, self._start = store, start

    def percent(self) -> int:
        """0..100; 0 while muted."""
        return round(loudness(self._store, start=self._start) * 100)

    def turn_to(self, percent: int) -> None:
        """Replies are that loud from the next clip on; raises `StoreError`."""
        self._store.remember("volume", str(percent))
        self._store.remember("volume.muted", "no")


class Volume:
    """Plans answers about our own voice."""

    def __init__(self, host: SkillHost, start: int) -> None:
        self._store, self._start = host.store, start
        self._media = Media(host)

    def set(self, intent: Intent, context: TurnContext) -> Answer:
        """To a percentage."""
        return self._to(int(intent.slots["volume"]))

    def change(self, intent: Intent, context: TurnContext) -> Answer:
        """Up or down by a step."""
        whatever = spoken(intent.text) in WHATEVER or "about" in intent.slots
        if whatever and self._media.playing(context):
            # Somebody hears music, and our voice comes now and then.
            return self._media.volume(intent, context)
        before = _percent(self._store, self._start)
        times = float(intent.slots.get("times", 1))
        after = round(before * times) + int(intent.slots.get("change", 0))
        if after < before:
            return self._to(max(min(LOWEST, before), after))
        return self._to(min(100, after))

    def mute(self, intent: Intent, context: TurnContext) -> Answer:
        """Silent, or heard again."""
        muted = intent.slots["mute"] == "on"
        return self._muting(muted=muted)

    def _muting(self, *, muted: bool) -> Answer:
        return act(
            "" if muted else "I can be heard again",
            "volume.mute",
            partial(self._mute, muted=muted),
            partial(self._muting, muted=not muted),
        )

    def _to(self, percent: int) -> Answer:
        kept = ("volume", "volume.muted")

        def run() -> None:
            before.update({key: self._store.glance(key) for key in kept})
            self._store.remember("volume", str(percent))
            self._store.remember("volume.muted", "no")

        before: dict[str, str] = {}
        said = f"Volume {percent} percent"
        return act(said, "volume.set", run, partial(self._again, before))

    def _again(self, before: Mapping[str, str]) -> Answer:
        """As loud as it was."""
        if before.get("volume.muted") == "yes":
            return self._muting(muted=True)
        kept = before.get("volume", "")
        return self._to(int(kept) if kept.isdecimal() else self._start)

    def _mute(self, *, muted: bool) -> None:
        self._store.remember("volume.muted", "yes" if muted else "no")
