"""Answers that are kept for a while: by key, with their age, bounded in every way.

    cache = AnswerCache(shelf)
    found = await cache.answer(key, rule, make)    # one call, however many ask at once
    found.state, found.text, found.age             # HIT, MISS or STALE

Never kept: the state of a device, what is personal, what had an effect, an answer that
did not end, an error. A clock that was set back makes an answer old, never young.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from voiceagent.clock import wall
from voiceagent.errors import VoiceAgentError
from voiceagent.pop.keys import AnswerKey, Cacheable
from voiceagent.pop.single_flight import SingleFlight

__all__ = ["AnswerCache", "AnswerState", "CachedAnswer", "MadeAnswer", "ServedAnswer"]

MOST_ENTRIES = 100_000
MOST_BYTES = 64 * 2**20
"""Of texts and names; what stands around an entry comes on top."""
LARGEST = 64 * 1024
"""Bytes of an answer that is kept."""
LONGEST_KEPT = 30 * 86_400.0
"""Seconds that anything is kept at most, whatever a pack says."""
UNKNOWN = 5.0
"""Seconds for which it is believed that there is no answer."""


class AnswerState(StrEnum):
    """Where an answer is from."""

    HIT = "HIT"
    MISS = "MISS"
    STALE = "STALE"
    """Older than it may be, said since nobody could be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAnswer:
    """An answer as whoever was asked gave it."""

    text: str
    complete: bool = True
    """Its stream came to its end."""
    personal: bool = False
    effect: bool = False
    """Something was changed for it."""
    device_state: bool = False
    """It tells how something stands now."""
    found: bool = True
    """Whether there is an answer; False: "I do not know", which is kept for seconds."""
    documents: tuple[str, ...] = ()
    """What it stands in."""

    @property
    def kept(self) -> bool:
        """Whether it may be given to anybody again."""
        barred = self.personal or self.effect or self.device_state
        if not self.complete or barred or not self.text:
            return False
        try:
            return len(self.text.encode()) <= LARGEST
        except UnicodeEncodeError:  # half a letter: the stream was cut in it
            return False


@dataclass(slots=True)
class CachedAnswer:
    """An answer and what it is kept by."""

    tenant: str
    scope: str
    intent: str
    documents: tuple[str, ...]
    text: str
    at: float
    """When it was made, in seconds of the date."""
    max_age: float
    stale: float
    found: bool = True

    @property
    def weight(self) -> int:
        """What it weighs, about."""
        names = (self.tenant, self.scope, self.intent, *self.documents)
        return len(self.text.encode()) + sum(map(len, names))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedAnswer:
    """What is said to the one who asked."""

    text: str
    state: AnswerState
    age: float = 0.0
    """Seconds since it was made."""
    found: bool = True


class AnswerShelf:
    """Where answers outlive the process; this one keeps nothing."""

    def load(self, most: int) -> Iterable[tuple[bytes, CachedAnswer]]:
        """What is there, the oldest first."""
        return ()

    def put(self, digest: bytes, entry: CachedAnswer) -> None:
        """Keep it, soon."""

    def forget(self, *, intent: str, document: str, tenant: str, user: str) -> None:
        """Forget all of which all that is not empty holds."""


Make = Callable[[], Awaitable[MadeAnswer]]


class AnswerCache:
    """For one loop. What is used least goes first."""

    def __init__(
        self,
        shelf: AnswerShelf | None = None,
        *,
        most: int = MOST_ENTRIES,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = lambda: wall().timestamp(),
    ) -> None:
        """`clock`: seconds of the date, which others may set."""
        self._shelf, self._clock = shelf or AnswerShelf(), clock
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[bytes, CachedAnswer] = OrderedDict()
        self._weight = 0
        self._flights: SingleFlight[bytes, MadeAnswer] = SingleFlight()
        self._purged = 0
        self.counts = dict.fromkeys(AnswerState, 0)
        now = self._clock()
        for digest, entry in self._shelf.load(most):
            if self._age(entry, now) is not None:
                self._keep(digest, entry)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def weight(self) -> int:
        """What all answers weigh, about, in bytes."""
        return self._weight

    def look(self, key: AnswerKey) -> ServedAnswer | None:
        """What is fresh; nobody is asked."""
        entry, age = self._entry(key)
        if entry is None or age > entry.max_age:
            return None
        self._kept.move_to_end(key.digest)
        return self._served(entry, age, AnswerState.HIT)

    async def answer(
        self, key: AnswerKey | None, rule: Cacheable | None, make: Make
    ) -> ServedAnswer:
        """What is kept, or what `make` gives: asked once, however many want it at the
        same time. Where it fails, what is too old is said within its bound, and said to
        be old; else it raises what `make` raised. No key or no rule: never kept."""
        if key is None or rule is None:
            return self._missed(await make())
        if (found := self.look(key)) is not None:
            return found
        purged = self._purged
        try:
            made = await self._flights.do(key.digest, make)
        except (VoiceAgentError, OSError):
            old = self._old(key)
            if old is None:
                raise
            return old
        if purged == self._purged:
            self.put(key, made, rule)
        return self._missed(made)

    def put(self, key: AnswerKey, made: MadeAnswer, rule: Cacheable) -> bool:
        """Keep an answer; False where it is none to be kept."""
        max_age, stale = rule.max_age, rule.stale
        if not made.found:
            max_age, stale = min(UNKNOWN, max_age), 0.0
        if not made.kept or not 0.0 < max_age < math.inf:
            return False
        entry = CachedAnswer(
            key.tenant,
            key.scope,
            key.intent,
            made.documents,
            made.text,
            self._clock(),
            min(max_age, LONGEST_KEPT),
            min(max(0.0, stale), LONGEST_KEPT),
            made.found,
        )
        self._keep(key.digest, entry)
        if made.found:
            self._shelf.put(key.digest, entry)
        return True

    def purge(
        self,
        *,
        intent: str = "",
        document: str = "",
        tenant: str = "",
        user: str = "",
        dry_run: bool = False,
    ) -> int:
        """Forget all answers of which all that is given holds; how many there are.
        What is being made meanwhile is not kept either."""
        wanted = [
            digest
            for digest, entry in self._kept.items()
            if (not intent or entry.intent == intent)
            and (not document or document in entry.documents)
            and (not tenant or entry.tenant == tenant)
            and (not user or entry.scope == user)
        ]
        if not dry_run:
            self._purged += 1
            for digest in wanted:
                self._drop(digest)
            self._shelf.forget(
                intent=intent, document=document, tenant=tenant, user=user
            )
        return len(wanted)

    def entries(self) -> Iterator[CachedAnswer]:
        """All that is kept."""
        yield from self._kept.values()

    def _entry(self, key: AnswerKey) -> tuple[CachedAnswer | None, float]:
        """What lies under a key, where it is of the same tenant and user, and its age;
        what is beyond all use goes."""
        entry = self._kept.get(key.digest)
        if entry is None or (entry.tenant, entry.scope) != (key.tenant, key.scope):
            return None, 0.0
        age = self._age(entry, self._clock())
        if age is None:
            self._drop(key.digest)
            return None, 0.0
        return entry, age

    def _age(self, entry: CachedAnswer, now: float) -> float | None:
        """None: too old, or of a future that a clock which was set back has left."""
        age = now - entry.at
        return age if 0.0 <= age <= entry.max_age + entry.stale else None

    def _old(self, key: AnswerKey) -> ServedAnswer | None:
        entry, age = self._entry(key)
        return None if entry is None else self._served(entry, age, AnswerState.STALE)

    def _served(
        self, entry: CachedAnswer, age: float, state: AnswerState
    ) -> ServedAnswer:
        self.counts[state] += 1
        return ServedAnswer(text=entry.text, state=state, age=age, found=entry.found)

    def _missed(self, made: MadeAnswer) -> ServedAnswer:
        self.counts[AnswerState.MISS] += 1
        return ServedAnswer(text=made.text, state=AnswerState.MISS, found=made.found)

    def _keep(self, digest: bytes, entry: CachedAnswer) -> None:
        self._drop(digest)
        self._kept[digest] = entry
        self._weight += entry.weight
        while len(self._kept) > self._most or self._weight > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, digest: bytes) -> None:
        gone = self._kept.pop(digest, None)
        if gone is not None:
            self._weight -= gone.weight
