"""A line is cut where a test wants it: behind what was said, not behind a number."""

from __future__ import annotations

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from voiceagent.clock import run
from voiceagent.replay.fault_proxy import Fault, FaultProxy

pytestmark = pytest.mark.fault
SAID = ["ready", "word one", "x" * 300, "word two", "over"]


async def says(socket: ServerConnection) -> None:
    for text in SAID:
        await socket.send(text)
    await socket.wait_closed()


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        (Fault(cut_after_messages=2), 2),
        (Fault(cut_after_messages=1, counted="word"), 2),
        (Fault(cut_after_messages=2, counted="word"), 4),
        (Fault(cut_after_messages=1, counted="xxx"), 3),
    ],
)
def test_a_line_is_cut_behind_what_is_counted(fault: Fault, heard: int) -> None:
    async def main() -> list[str]:
        found: list[str] = []
        async with serve(says, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with FaultProxy("127.0.0.1", port) as proxy:
                proxy.down = fault
                async with connect(proxy.url(), compression=None) as socket:
                    with pytest.raises(ConnectionClosed):
                        while True:
                            found.append(str(await socket.recv()))
        return found

    assert run(main()) == SAID[:heard]
