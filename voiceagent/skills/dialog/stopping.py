"""What "stop" ends: our own sound, and else whatever plays in the house."""

from __future__ import annotations

from dataclasses import replace

from voiceagent.nlu.intent import Intent, spoken
from voiceagent.skills.host import SkillHost
from voiceagent.skills.media.handler import Media
from voiceagent.skills.skill import Answer, TurnContext
from voiceagent.skills.timers.snooze import LastRung

__all__ = ["Stopping"]

WORDS = ("stop", "stop it", "stop that")
JUST_NOW = 60.0
"""Seconds since something rang in which that was meant."""


class Stopping:
    """Plans the answer to "stop"."""

    def __init__(self, host: SkillHost) -> None:
        self._store, self._media = host.store, Media(host)

    def stop(self, intent: Intent, context: TurnContext) -> Answer:
        """Silence; the music too, where it is the only sound."""
        silent = Answer("", stop=True)
        last = LastRung.of(self._store)
        rang = last is not None and context.now.timestamp() - last.date < JUST_NOW
        if rang or spoken(intent.text) not in WORDS:
            return silent
        if not self._media.playing(context):
            return silent
        pause = replace(intent, name="media.pause")
        return replace(self._media.press(pause, context), stop=False)
