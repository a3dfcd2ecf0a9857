"""Conversations that are kept: versions, conflicts, crashes and erasing."""

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from voiceagent.clock import run, wall
from voiceagent.errors import ConflictError, StoreError
from voiceagent.region.memory import Keeper, Memory
from voiceagent.region.nats_memory import NatsMemory
from voiceagent.region.sqlite_memory import SqliteMemory

pytestmark = pytest.mark.fault


def item(number: int) -> dict[str, object]:
    return {"id": f"i{number}", "text": f"number {number}"}


@asynccontextmanager
async def nats(folder: Path) -> AsyncIterator[Memory]:
    program = shutil.which("nats-server")
    if program is None:
        pytest.skip("`nats-server` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        *(program, "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(folder)),
        stderr=asyncio.subprocess.PIPE,
    )
    assert server.stderr is not None
    while b"Server is ready" not in await server.stderr.readline():
        pass
    memory = NatsMemory(f"nats://127.0.0.1:{port}", keep=3600)
    try:
        yield memory
    finally:
        await memory.close()
        server.terminate()
        await server.communicate()


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Memory]:
    memory = SqliteMemory(folder / "region.sqlite")
    yield memory
    await memory.close()


KINDS = pytest.mark.parametrize("kind", [sqlite, nats])


@KINDS
def test_versions_conflicts_and_erasing(kind: object, tmp_path: Path) -> None:
    async def main() -> None:
        async with kind(tmp_path) as memory:  # type: ignore[operator]
            assert await memory.load("a") is None
            first = await memory.save("a", (item(1),), {}, expected=0)
            with pytest.raises(ConflictError):
                await memory.save("a", (item(9),), {}, expected=0)
            second = await memory.save(
                "a", (item(1), item(2)), {"k": {"x": 1}}, expected=first
            )
            with pytest.raises(ConflictError):
                await memory.save("a", (item(9),), {}, expected=first)
            found = await memory.load("a")
            assert found.version == second and found.answered == {"k": {"x": 1}}
            assert [i["id"] for i in found.items] == ["i1", "i2"]
            assert await memory.conversations() == ["a"]
            assert await memory.erase("a") and not await memory.erase("a")
            assert await memory.load("a") is None

    run(main())


@KINDS
def test_two_fronts_lose_nothing_of_each_other(kind: object, tmp_path: Path) -> None:
    async def main() -> None:
        async with kind(tmp_path) as memory:  # type: ignore[operator]

            async def front(start: int) -> None:
                keeper, mine = Keeper(memory), ()
                for number in range(start, start + 10):
                    mine = (*mine, item(number))
                    await keeper.save("c", mine, {})

            await asyncio.gather(front(0), front(100))
            found = await memory.load("c")
            ids = [i["id"] for i in found.items]
            assert len(ids) == len(set(ids)) == 20

    run(main())


def test_old_ones_are_forgotten(tmp_path: Path) -> None:
    async def main() -> None:
        async with sqlite(tmp_path) as memory:
            await memory.save("a", (item(1),), {}, expected=0)
            assert await memory.expire(wall() - timedelta(hours=1)) == 0
            assert await memory.expire(wall() + timedelta(hours=1)) == 1

    run(main())


def test_what_is_erased_is_gone_from_the_file(tmp_path: Path) -> None:
    async def main() -> None:
        async with sqlite(tmp_path) as memory:
            secret = {"id": "i", "text": "a secret that was told"}
            await memory.save("a", (secret,), {}, expected=0)
            await memory.erase("a")

    run(main())
    data = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"secret that was told" not in data


def test_a_file_that_is_no_database_is_moved_aside(tmp_path: Path) -> None:
    file = tmp_path / "region.sqlite"
    file.write_bytes(b"nonsense " * 1000)

    async def main() -> None:
        async with sqlite(tmp_path) as memory:
            assert await memory.save("a", (item(1),), {}, expected=0) == 1

    run(main())
    assert (tmp_path / "region.corrupt-1").read_bytes().startswith(b"nonsense")


def test_a_conversation_that_is_too_long_is_refused(tmp_path: Path) -> None:
    async def main() -> None:
        async with sqlite(tmp_path) as memory:
            with pytest.raises(StoreError, match="too long"):
                huge = {"id": "i", "text": "x" * 5_000_000}
                await memory.save("a", (huge,), {}, expected=0)

    run(main())


WRITER = """
import asyncio, sys
from pathlib import Path
from voiceagent.region.sqlite_memory import SqliteMemory

async def main():
    memory = SqliteMemory(Path(sys.argv[1]))
    found = await memory.load("c")
    version = found.version if found else 0
    while True:
        version = await memory.save("c", ({"id": str(version)},), {}, expected=version)
        print(version, flush=True)

asyncio.run(main())
"""


def test_what_was_saved_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "region.sqlite"
    for _ in range(6):
        command = [sys.executable, "-c", WRITER, str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            lines = [int(writer.stdout.readline()) for _ in range(5)]
            writer.send_signal(signal.SIGKILL)
            lines += [int(line) for line in writer.stdout if line.strip()]

        async def main(last: int) -> None:
            async with sqlite(tmp_path) as memory:
                found = await memory.load("c")
                assert found is not None and last <= found.version <= last + 1

        run(main(lines[-1]))
