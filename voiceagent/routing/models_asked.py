"""Any two objects as the edge and the cloud of a router.

    edge_model.is_loaded()         plain or async
    edge_model.generate(prompt)    plain, async, or a stream of words of either kind
    cloud_client.complete(prompt)  the same

Plain calls run on threads, and what is awaited in tasks of its own: what hangs or will
not be cancelled is left behind, and the deadline holds. What they raise is a failure of
that leg, and the other one is asked.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Protocol

from voiceagent.clock import Compute
from voiceagent.errors import EngineFailed, EngineHung, UsageError, VoiceAgentError
from voiceagent.routing.race import Declined

__all__ = [
    "MOST_THREADS",
    "Ask",
    "AskedObject",
    "CloudClient",
    "EdgeModel",
    "client_leg",
    "model_leg",
]

Ask = Callable[[str], AsyncIterator[Any]]
MOST_LEFT = 64
"""Tasks of one object that would not be cancelled and may still run."""
MOST_THREADS = 8
"""Plain calls to a cloud at once. A model has one: it is seldom re-entrant."""
END = object()


class EdgeModel(Protocol):
    """What runs here. Each may be a coroutine function, too."""

    def is_loaded(self) -> Any:
        """Whether it can be asked now."""
        ...

    def generate(self, prompt: str) -> Any:
        """The answer."""
        ...


class CloudClient(Protocol):
    """What runs elsewhere. It may be a coroutine function, too."""

    def complete(self, prompt: str) -> Any:
        """The answer."""
        ...


class AskedObject:
    """Calls the methods of one object, of which nothing is known."""

    def __init__(self, what: str, owner: object, *methods: str, threads: int) -> None:
        """Raises `UsageError` where it lacks one of `methods`."""
        for method in methods:
            if not callable(getattr(owner, method, None)):
                raise UsageError(
                    f"`{what}` has no `{method}()`",
                    hint="EdgeCloudRouter(edge_model, cloud_client), or with the async "
                    "streams `edge=` and `cloud=`",
                )
        self.what, self._owner = what, owner
        self.limit = 1.0
        """Seconds that a plain call may take before its thread is given up."""
        self._compute = Compute(lost=lambda _: None)
        self._free = list(range(threads))
        self._left: set[asyncio.Future[Any]] = set()

    async def call(self, method: str, *args: object) -> Any:
        """What the method gives, awaited where it is to be."""
        given = await self._begun(getattr(self._owner, method), *args)
        return await self._apart(given) if inspect.isawaitable(given) else given

    async def words(self, method: str, prompt: str) -> AsyncIterator[Any]:
        """Its answer as it comes; none: it declines. Raises `VoiceAgentError`."""
        try:
            async for piece in self._pieces(await self.call(method, prompt)):
                if piece is not None and piece != "":
                    yield piece
        except (VoiceAgentError, Declined):
            raise
        except Exception as error:  # whatever somebody's own code raises
            raise EngineFailed(
                f"`{self.what}.{method}()` broke", cause=type(error).__name__
            ) from error

    def close(self) -> None:
        """Let its threads go."""
        self._compute.close()

    async def _begun(self, fn: Callable[..., Any], *args: object) -> Any:
        """The call itself: here where it is async, else on a thread."""
        if inspect.iscoroutinefunction(fn) or inspect.isasyncgenfunction(fn):
            return fn(*args)
        lane = self._free.pop() if self._free else None
        try:
            stage = f"{self.what} {lane or 0}"
            return await self._compute(stage, fn, *args, limit=self.limit)
        finally:
            if lane is not None:
                self._free.append(lane)

    async def _pieces(self, given: Any) -> AsyncIterator[Any]:
        if hasattr(type(given), "__anext__"):
            async for piece in self._stream(given):
                yield _text(self.what, piece)
        elif isinstance(given, Iterator):
            while (piece := await self._begun(next, given, END)) is not END:
                yield _text(self.what, piece)
        else:
            yield given

    async def _stream(self, given: AsyncIterator[Any]) -> AsyncIterator[Any]:
        try:
            while True:
                try:
                    yield await self._apart(anext(given))
                except StopAsyncIteration:
                    return
        finally:
            if (close := getattr(given, "aclose", None)) is not None:
                self._keep(close())

    async def _apart(self, work: Awaitable[Any]) -> Any:
        """Its result; whoever waits can be cancelled, whatever `work` makes of it."""
        task = self._keep(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            own = asyncio.current_task()
            if task.cancelled() and own is not None and not own.cancelling():
                raise EngineFailed(f"`{self.what}` gave up by itself") from None
            task.cancel()
            raise

    def _keep(self, work: Awaitable[Any]) -> asyncio.Future[Any]:
        if len(self._left) >= MOST_LEFT:
            if inspect.iscoroutine(work):
                work.close()
            raise EngineHung(
                f"`{self.what}` is out of use",
                cause=f"{MOST_LEFT} of its calls never came back",
                hint="make the router anew",
            )
        task = asyncio.ensure_future(work)
        self._left.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # seen, also where nobody waits any more


def model_leg(model: AskedObject) -> Ask:
    """The leg of the edge; it declines at once while the model is not loaded."""

    async def ask(prompt: str) -> AsyncIterator[Any]:
        if not await _loaded(model):
            raise Declined("the model is not loaded")
        async for words in model.words("generate", prompt):
            yield words

    return ask


def client_leg(client: AskedObject) -> Ask:
    """The leg of the cloud."""
    return lambda prompt: client.words("complete", prompt)


async def _loaded(model: AskedObject) -> bool:
    try:
        return bool(await model.call("is_loaded"))
    except VoiceAgentError:
        raise
    except Exception as error:  # whatever somebody's own code raises
        cause = type(error).__name__
        raise EngineFailed("`edge_model.is_loaded()` broke", cause=cause) from error


def _text(what: str, piece: Any) -> Any:
    """A piece of a stream: only text can be put together."""
    if piece is None or isinstance(piece, str):
        return piece
    kind = type(piece).__name__
    raise EngineFailed(f"`{what}` streams `{kind}`, and no words", hint="stream text")
