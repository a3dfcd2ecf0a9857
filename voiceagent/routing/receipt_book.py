"""Receipts of what remotes are sent: written before the first byte goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from voiceagent.clock import Compute, wall
from voiceagent.errors import StoreError
from voiceagent.errors.foreign import one_line
from voiceagent.privacy.gate import Refused, Released
from voiceagent.privacy.receipts import Receipt, ReceiptTaker
from voiceagent.routing.race import Unbooked
from voiceagent.routing.request import RemoteRequest

__all__ = ["Leaving", "ReceiptBook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What a remote is told, or why it is told nothing."""

    task: str
    why: str
    left: str = "nothing"
    """The data class."""
    size: int = 0
    """Bytes."""
    messages: int = 0
    """Earlier messages that go along."""
    replaced: Mapping[str, int] = field(default_factory=dict)
    """Secrets replaced, by kind."""

    @classmethod
    def question(cls, released: Released) -> Leaving:
        """A question goes out."""
        payload = released.payload
        return cls(
            task=released.task.value,
            why="the device has no answer",
            left=payload.data_class.value,
            size=released.size,
            messages=len(payload.context),
            replaced=released.found,
        )

    @classmethod
    def nothing(cls, refused: Refused) -> Leaving:
        """The gate let nothing out."""
        return cls(task=refused.task.value, why=refused.reason)

    @classmethod
    def result(cls, tool: str, told: str, asked: Released) -> Leaving:
        """What a tool gave goes out, in answer to the question `asked`."""
        left = asked.payload.data_class.value
        return cls(task="tool", why=tool, left=left, size=len(told.encode()))


class ReceiptBook:
    """Writes the receipts of one conversation."""

    def __init__(
        self,
        receipts: ReceiptTaker,
        compute: Compute,
        session: str,
        *,
        clock: Callable[[], datetime] = wall,
    ) -> None:
        """`clock`: the date that stands on a receipt."""
        self._receipts, self._compute, self._session = receipts, compute, session
        self._clock = clock

    async def write(self, request: RemoteRequest, leaving: Leaving) -> str:
        """The name of the receipt; raises `Declined` where it cannot be kept, since
        nothing leaves without one."""
        receipt = self._receipt(request, leaving)
        try:
            return (await self._compute("receipt", self._receipts.add, receipt)).id
        except StoreError as error:
            why = error.cause or error.what
            raise Unbooked(f"no receipt can be written: {why}") from error

    def _receipt(self, request: RemoteRequest, leaving: Leaving) -> Receipt:
        return Receipt(
            at=self._clock().isoformat(timespec="milliseconds"),
            session=self._session,
            turn=request.turn,
            to=request.leg.name,
            region=one_line(request.leg.remote.region),
            task=leaving.task,
            left=leaving.left,
            bytes=leaving.size,
            messages=leaving.messages,
            replaced=dict(leaving.replaced),
            why=one_line(leaving.why),
        )
