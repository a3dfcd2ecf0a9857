"""Whether the region still hears: it says something to itself and listens.

A recogniser that is gone, hangs or makes nothing of plain speech is a region that is up
and deaf; whoever watches its health is told.
"""

from __future__ import annotations

import asyncio

from voiceagent.region.services import Services
from voiceagent.region.trouble import note

__all__ = ["SelfTest"]

WORDS = "what can you tell me about this place"
WHOSE = ("the self-test",)
EVERY = 300.0
"""Seconds between two tests that went well."""
AGAIN = 20.0
"""Seconds after one that did not, and before the first."""
LONGEST = 60.0
"""Seconds that one may take beside other work."""


class SelfTest:
    """Listens to itself from time to time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.trouble = ""
        """What is wrong with its ears; empty: nothing, as far as is known."""
        self._tried = False

    async def run(self) -> None:
        """For ever; whoever comes at the start is served first."""
        while True:
            await asyncio.sleep(AGAIN if self.trouble or not self._tried else EVERY)
            self.trouble, self._tried = await self._heard(), True

    async def _heard(self) -> str:
        voice, recognise = self._services.voice, self._services.recogniser
        if voice is None or recognise is None:
            return ""  # it is not meant to hear, or cannot try
        try:
            async with asyncio.timeout(LONGEST):
                pcm = await voice(WORDS)
                words = await recognise(pcm, WHOSE)
        except Exception as error:
            note("the self-test", error)
            self._services.metrics.count("broken", "self-test")
            return "it cannot hear itself speak"
        return "" if words.strip() else "it makes nothing of what is said"
