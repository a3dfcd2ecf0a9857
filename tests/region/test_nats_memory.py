"""Conversations in NATS, without a server: what it answers becomes errors of ours."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.clock import run
from voiceagent.errors import ConflictError, EngineMissing, StoreError
from voiceagent.region.nats_memory import NatsMemory

pytestmark = pytest.mark.fault
nats = pytest.importorskip("nats", reason="nats-py is not installed")
errors = pytest.importorskip("nats.js.errors", reason="nats-py is not installed")


class Bucket:
    """A bucket that answers, or fails with what is set."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, int]] = {}
        self.failing: BaseException | None = None

    def _fail(self) -> None:
        if self.failing is not None:
            raise self.failing

    async def get(self, key: str) -> object:
        self._fail()
        if key not in self.kept:
            raise errors.KeyNotFoundError
        value, revision = self.kept[key]
        return SimpleNamespace(value=value, revision=revision)

    async def create(self, key: str, body: bytes) -> int:
        return await self.update(key, body, last=0)

    async def update(self, key: str, body: bytes, *, last: int) -> int:
        self._fail()
        if self.kept.get(key, (b"", 0))[1] != last:
            raise errors.KeyWrongLastSequenceError
        self.kept[key] = (body, last + 1)
        return last + 1

    async def purge(self, key: str) -> None:
        self._fail()
        del self.kept[key]

    async def keys(self) -> list[str]:
        self._fail()
        if not self.kept:
            raise errors.NoKeysError
        return list(self.kept)


class Server:
    """Hands out connections to one bucket."""

    def __init__(self) -> None:
        self.bucket, self.connections = Bucket(), 0
        self.refusing: BaseException | None = None
        self.is_closed = False

    async def connect(self, url: str, **more: Any) -> Server:
        self.connections += 1
        self.is_closed = False
        if self.connections == 1 and self.refusing is not None:
            raise self.refusing
        return self

    def jetstream(self) -> Server:
        return self

    async def create_key_value(self, config: object) -> Bucket:
        return self.bucket

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(nats, "connect", made.connect)
    return made


def memory() -> NatsMemory:
    return NatsMemory("nats://nobody:1", keep=60)


async def every_way(kept: NatsMemory) -> list[BaseException]:
    """What each question to the bucket raises."""
    found = []
    for asked in (
        lambda: kept.load("a"),
        lambda: kept.save("a", (), {}, expected=0),
        lambda: kept.erase("a"),
        lambda: kept.conversations(),
    ):
        with pytest.raises(BaseException) as caught:  # noqa: B017, PT011
            await asked()
        found.append(caught.value)
    return found


def test_what_is_kept_is_found_listed_and_erased(server: Server) -> None:
    async def main() -> None:
        kept = memory()
        assert await kept.load("a b") is None and await kept.conversations() == []
        assert await kept.save("a b", ({"id": "1"},), {}, expected=0) == 1
        found = await kept.load("a b")
        assert found is not None and found.items == ({"id": "1"},)
        for expected in (0, 7):
            with pytest.raises(ConflictError, match=f"version {expected} was"):
                await kept.save("a b", (), {}, expected=expected)
        assert await kept.conversations() == ["a b"]
        assert await kept.erase("a b") and not await kept.erase("a b")
        await kept.close()
        await kept.close()

    run(main())


@pytest.mark.parametrize(
    "failure",
    [
        nats.errors.TimeoutError(),
        nats.errors.ConnectionClosedError(),
        nats.errors.NoServersError(),
        errors.ServiceUnavailableError(description="no room"),
        OSError("the line is cut"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_whatever_the_server_answers_is_an_error_of_ours(
    server: Server, failure: Exception
) -> None:
    async def main() -> None:
        kept = memory()
        server.bucket.failing = failure
        for error in await every_way(kept):
            assert isinstance(error, StoreError) and "nats://nobody:1" in str(error)
            assert error.__cause__ is failure

    run(main())


def test_a_mistake_of_ours_is_not_taken_for_the_server(server: Server) -> None:
    async def main() -> None:
        server.bucket.failing = TypeError("a bug")
        for error in await every_way(memory()):
            assert isinstance(error, TypeError)

    run(main())


def test_a_server_that_was_away_is_asked_again(server: Server) -> None:
    async def main() -> None:
        kept = memory()
        server.refusing = nats.errors.NoServersError()
        with pytest.raises(StoreError, match="nobody:1"):
            await kept.load("a")
        assert await kept.load("a") is None
        await server.close()  # it gave up coming back
        assert await kept.load("a") is None
        assert server.connections == 3

    run(main())


def test_a_bucket_of_somebody_else_is_told(server: Server) -> None:
    async def main() -> None:
        server.bucket.kept["not-ours!"] = (b"", 1)
        with pytest.raises(StoreError, match="no conversation"):
            await memory().conversations()

    run(main())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(EngineMissing, match=r"\[region\]"):
        run(memory().load("a"))
