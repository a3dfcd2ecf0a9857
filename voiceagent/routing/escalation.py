"""Handing a turn to a larger tier: device and remotes race under one deadline.

    device (templates, model) --- declines, or is slower than it ever is
                                     `> plan > region --- fails, or is slower than ever
                                                             `> backup
    the first acceptable answer wins, is spoken by clause, and nothing is switched then

Only the privacy gate makes what a remote is sent. Nothing leaves for a turn that the
device answers in its usual time.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from functools import partial

from voiceagent.chores import Chores
from voiceagent.clock import now
from voiceagent.errors import VoiceAgentError
from voiceagent.message import Message
from voiceagent.nlu.reading import Reading
from voiceagent.routing.handover import (
    DEVICE,
    Handover,
    RemoteLeg,
    RemoteOutcome,
    WhyNot,
    why_nobody,
)
from voiceagent.routing.latency import LatencyBook
from voiceagent.routing.leg_view import (
    cause_of,
    leg_seen,
    look_again,
    no_fault,
    no_way,
    refusal_of,
)
from voiceagent.routing.plan import NEVER, LegFacts, Plan, Situation, make_plan
from voiceagent.routing.race import Attempt, Declined, Leg, Unbooked, race
from voiceagent.routing.request import SPEAKING, RemoteRequest
from voiceagent.routing.streams import clauses_of, close_stream
from voiceagent.routing.veto import RESTS, Veto, VetoKind
from voiceagent.routing.way_out import WayOut
from voiceagent.trace.events import Degraded, Event, Failed, LegEnded, Planned

__all__ = ["Escalation"]

LEAST_HEDGE = 0.06
"""Seconds that the device has at least before a remote is asked beside it."""


class Escalation:
    """Everything that a turn needs to be answered elsewhere."""

    def __init__(
        self,
        legs: Sequence[RemoteLeg],
        out: WayOut,
        emit: Callable[[Event], None],
        *,
        book: LatencyBook | None = None,
        hedge: bool = True,
        reserve: float = 0.08,
        context_turns: int = 3,
    ) -> None:
        """`reserve`: seconds before the deadline at which waiting is announced;
        `context_turns`: earlier turns that may go along."""
        self.legs = list(legs)
        self.book = book or LatencyBook()
        self._out, self._emit = out, emit
        self._hedge, self._reserve = hedge, reserve
        self._context_turns = context_turns
        self._context: list[Message] = []
        self._asked: dict[int, RemoteLeg] = {}
        self._telling = Chores(self._not_told)

    def remember(self, heard: str, said: str) -> None:
        """A turn is over: it may be context of the next one."""
        if heard and said:
            self._context += [Message("user", heard), Message("assistant", said)]
            keep = 2 * self._context_turns
            del self._context[: max(0, len(self._context) - keep)]

    def cut(self, turn: int, heard: str) -> None:
        """The user heard only so much of that answer; who gave it should know."""
        leg = self._asked.pop(turn, None)
        if leg is not None:
            turn_id = self._out.sender.turn_id(turn)
            telling = leg.remote.heard(turn_id, self._out.release.private(heard))
            self._telling.start(leg.name, _told(telling))

    async def close(self) -> None:
        """Let what is still being told and booked be done, for a moment."""
        await self._telling.close(within=1.0)
        await self._out.till.close()

    async def answer(
        self, handover: Handover, device: Callable[[], Awaitable[Reading]]
    ) -> RemoteOutcome:
        """The first acceptable answer; `device()` is what the device makes of it."""
        result, began = RemoteOutcome(why_not=WhyNot.UNKNOWN), now()
        legs: list[Leg[Reading | str]] = [
            Leg(DEVICE, partial(self._on_device, handover.turn, device, result))
        ]
        if handover.worth_asking:
            legs.append(Leg("remote", partial(self._remotely, handover, result)))
        won = await race(legs, after=self._patience(handover))
        if won is None:
            if result.refused is not None:
                result.why_not = WhyNot.of(result.refused.code)
                self._emit(Failed.by(result.refused, handover.turn))
            return result
        result.why_not = WhyNot.ANSWERED
        if isinstance(won.first, str):
            result.words, result.more = won.first, clauses_of(won.rest)
            return result
        result.leg = DEVICE
        self.book.note(DEVICE, handover.letters, now() - began)
        self._out.till.answered_here(handover.turn, handover.letters)
        await close_stream(won.rest)
        return result

    def situation(
        self, handover: Handover, dear: Mapping[str, str] | None = None
    ) -> Situation:
        """What the plan for this turn is made from; `dear`: legs that would cost too
        much, and why."""
        left = handover.deadline.left - self._reserve - SPEAKING
        why = dear or {}
        facts = tuple(
            self._facts(leg, handover.letters, why.get(leg.name, ""))
            for leg in self.legs
        )
        return Situation(left=left, legs=facts, hedge=self._hedge)

    def _patience(self, handover: Handover) -> float:
        """Seconds that the device is waited for before a remote is asked beside it."""
        if not (self._hedge and handover.recognition.accepted):
            return NEVER
        return max(LEAST_HEDGE, self.book.predict(DEVICE, handover.letters).patience)

    async def _on_device(
        self,
        turn: int,
        device: Callable[[], Awaitable[Reading]],
        result: RemoteOutcome,
    ) -> AsyncIterator[Reading | str]:
        reading = result.reading = await device()
        if reading.handed_over:
            raise Declined(reading.route.reason)
        if self._out.acts(turn):
            raise Declined("a region acts already")
        yield reading

    async def _remotely(
        self, handover: Handover, result: RemoteOutcome
    ) -> AsyncIterator[Reading | str]:
        plan = self._plan(handover, result, await self._dear(handover.letters))
        ways = {leg.name: leg for leg in self.legs}
        context = tuple(self._context)
        requests = {
            name: RemoteRequest(ways[name], handover, context, attempt)
            for attempt, name in enumerate(plan.order, 1)
        }
        opened = [
            Leg(name, partial(self._out.ask, request))
            for name, request in requests.items()
        ]
        note = partial(self._noted, handover, result)
        won = await race(opened, after=plan.after, note=note)
        if won is None:
            raise Declined(plan.reason)
        result.leg, result.reason = won.leg, plan.reason
        self._asked = {handover.turn: ways[won.leg]}
        try:
            yield won.first
            async for clause in won.rest:
                yield clause
        finally:
            await close_stream(won.rest)

    async def _dear(self, letters: int) -> dict[str, str]:
        """Legs that would cost too much, and why."""
        till = self._out.till
        return {leg.name: await till.over(leg.model, letters) for leg in self.legs}

    def _plan(
        self, handover: Handover, result: RemoteOutcome, dear: Mapping[str, str]
    ) -> Plan:
        situation = self.situation(handover, dear)
        look_again(self.legs)
        plan = make_plan(situation)
        result.reason = plan.reason
        if not plan.order:
            self._tell_why_nobody(handover, result, situation)
        after = None if plan.after == NEVER else round(plan.after * 1000, 3)
        self._emit(
            Planned(
                turn=handover.turn,
                order=list(plan.order),
                reason=plan.reason,
                left_ms=round(situation.left * 1000, 3),
                legs=[leg_seen(leg) for leg in situation.legs],
                after_ms=after,
                hedge=situation.hedge,
                letters=handover.letters,
            )
        )
        return plan

    def _tell_why_nobody(
        self, handover: Handover, result: RemoteOutcome, situation: Situation
    ) -> None:
        result.why_not = why_nobody(situation)
        if result.why_not is WhyNot.OFFLINE:
            known = (leg.trouble for leg in self.legs)
            result.refused = next(filter(None, known), None)

    def _facts(self, leg: RemoteLeg, letters: int, dear: str) -> LegFacts:
        expected = self.book.predict(leg.name, letters)
        return LegFacts(
            name=leg.name,
            vetoes=tuple(self._vetoes(leg, dear)),
            usual=expected.usual,
            slow=expected.slow,
            patience=expected.patience,
            price=self._out.till.meter.expected(leg.model, letters),
            seen=expected.seen,
        )

    def _vetoes(self, leg: RemoteLeg, dear: str) -> Iterator[Veto]:
        reasons = {
            VetoKind.PRIVACY: self._out.release.forbids(),
            VetoKind.RESIDENCE: self._out.sender.residence(leg.remote),
            VetoKind.OFFLINE: no_way(leg),
            VetoKind.RESTING: "" if leg.breaker.allows(now()) else RESTS,
            VetoKind.PRICE: dear,
        }
        return (Veto(kind, words) for kind, words in reasons.items() if words)

    def _noted(
        self, handover: Handover, result: RemoteOutcome, attempt: Attempt
    ) -> None:
        leg = next(leg for leg in self.legs if leg.name == attempt.leg)
        breaker, outcome = leg.breaker, attempt.outcome
        late = outcome == "given up" and handover.deadline.passed
        if outcome in ("won", "failed"):
            leg.refused = result.refused = refusal_of(attempt.error)
        if outcome == "won":
            breaker.succeeded()
        elif late or (outcome == "failed" and not no_fault(attempt.code)):
            breaker.failed(now())
        else:
            breaker.unknown()
        if outcome == "declined":
            unbooked = attempt.code == Unbooked.code
            result.why_not = WhyNot.UNBOOKED if unbooked else WhyNot.WITHHELD
        else:
            self.book.note(attempt.leg, handover.letters, attempt.took)
        if outcome == "failed":
            result.why_not = WhyNot.of(attempt.code)
        result.reason = attempt.why or result.reason
        self._emit(
            LegEnded(
                turn=handover.turn,
                leg=attempt.leg,
                outcome=outcome,
                started_ms=round(attempt.started * 1000, 3),
                took_ms=round(attempt.took * 1000, 3),
                why=attempt.why,
                pii_cause=cause_of(attempt.error),
            )
        )

    def _not_told(self, name: str, error: Exception) -> None:
        why = f"it was not told what was heard: {type(error).__name__}"
        self._emit(Degraded(what=name, why=why, hint="see the log"))


async def _told(telling: Awaitable[None]) -> None:
    """Best effort: the next question brings its own context."""
    try:
        await telling
    except VoiceAgentError:
        return
