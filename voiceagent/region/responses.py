"""The responses of one session: let in, made, and ended in time, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

from voiceagent.clock import now
from voiceagent.errors import RemoteFailed
from voiceagent.realtime.server import ServerSession
from voiceagent.realtime.steps import AwaitWords, Respond, SessionStep
from voiceagent.region.patience import AskedFor, GiveUp
from voiceagent.region.response_maker import ResponseMaker
from voiceagent.region.services import Services
from voiceagent.region.session_ears import SessionEars
from voiceagent.region.tasks import Tasks
from voiceagent.region.trouble import note, told
from voiceagent.routing.remote import Envelope

__all__ = ["Responses"]

LATE = "deadline_passed"
"""Code of a response that was given up, as the wire tells it."""
WHY_LATE = "nobody waits for this answer any more"
TOO_LONG = "answer_too_long"
WHY_TOO_LONG = "an answer may not take that long here"


class Responses:
    """Ends every response that was asked for: done, cancelled, failed or late."""

    def __init__(
        self,
        session: ServerSession,
        services: Services,
        do: Callable[[Iterable[SessionStep]], None],
        ears: SessionEars,
        share: str = "",
        caught_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`share`: whose part of the slots they take; empty: nobody's; `caught_up()`:
        returns when the client has read enough for more to be made."""
        self._share = share
        self._session, self._services, self._do = session, services, do
        self._ears = ears
        self._maker = ResponseMaker(session, services, do, caught_up)
        self._asked: dict[str, AskedFor] = {}
        """Those that are not over, by id."""
        self._awaited: dict[str, tuple[str, ...]] = {}
        """User items whose words a response waits for."""
        used = partial(services.used, share) if share else None
        self._tasks, self._limits = Tasks(self._lost, used), GiveUp(self._late)

    @property
    def making(self) -> list[asyncio.Task[None]]:
        """Answers that are being made."""
        return list(self._tasks.running.values())

    def await_words(self, step: AwaitWords) -> None:
        """A response was asked for; the words that it answers are still unknown."""
        self._begin(step.response_id, step.metadata)
        self._awaited[step.response_id] = step.items

    def respond(self, step: Respond) -> None:
        """Make that response."""
        asked = self._begin(step.response_id, step.metadata)
        self._awaited.pop(step.response_id, None)
        self._tasks.spawn(step.response_id, self._make(step, asked))

    async def cancel(self, response_id: str) -> None:
        """Its slot is free when this returns."""
        await self._tasks.gone(response_id)

    def sent(self, event: Mapping[str, Any]) -> None:
        """An event for the client: with `response.done` a response is over."""
        if event["type"] == "response.done":
            response = event["response"]
            error = (response["status_details"] or {}).get("error") or {}
            late = error.get("code") == LATE
            self._over(response["id"], "late" if late else response["status"])

    async def end(self) -> None:
        """Nothing is left running."""
        for response_id in list(self._asked):
            self._over(response_id, "cancelled")
        await self._tasks.end()

    def _begin(self, response_id: str, metadata: Mapping[str, str]) -> AskedFor:
        if response_id not in self._asked:
            asked = AskedFor(Envelope.from_metadata(dict(metadata)), now())
            self._asked[response_id] = asked
            self._limits.at(response_id, min(asked.until, self._longest(asked)))
        return self._asked[response_id]

    def _longest(self, asked: AskedFor) -> float:
        """Loop time at which it ends, whatever comes."""
        return asked.at + self._services.longest_answer

    def _refusal(self, asked: AskedFor) -> tuple[str, str] | None:
        region, envelope = self._services.region, asked.envelope
        if envelope and envelope.region_policy not in ("", region):
            return "wrong_region", f"this is region `{region}`"
        if not self._services.slots.free(self._share):
            return "session_limit_reached", "too many answers at once"
        return None

    async def _make(self, step: Respond, asked: AskedFor) -> None:
        def went_on() -> None:
            until = min(now() + asked.pause, self._longest(asked))
            self._limits.at(step.response_id, until)

        refusal = self._refusal(asked)
        if refusal is not None:
            self._failed(step.response_id, *refusal)
            return
        with self._services.slots.one(self._share):
            try:
                await self._maker.make(step, asked, went_on)
            except RemoteFailed as error:
                self._failed(step.response_id, *told(error))

    def _late(self, response_id: str) -> None:
        """Nobody waits any more: tell, and stop whatever it still waits for."""
        items = self._awaited.pop(response_id, ())
        asked = self._asked.get(response_id)
        if asked is not None and now() >= self._longest(asked):
            self._failed(response_id, TOO_LONG, WHY_TOO_LONG)
        else:
            self._failed(response_id, LATE, WHY_LATE)
        self._tasks.cancel(response_id)
        for item_id in items:
            self._ears.give_up(item_id, LATE, WHY_LATE)

    def _lost(self, response_id: str, error: BaseException) -> None:
        note("a response", error)
        self._services.metrics.count("broken", "response")
        self._failed(response_id, *told(error))

    def _failed(self, response_id: str, code: str, why: str) -> None:
        self._do(self._session.answering.failed(response_id, code, why))

    def _over(self, response_id: str, outcome: str) -> None:
        self._limits.clear(response_id)
        self._awaited.pop(response_id, None)
        if self._asked.pop(response_id, None) is not None:
            self._services.metrics.count("responses", outcome)
