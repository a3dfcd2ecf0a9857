"""Keys of the live display: everything also works by hand."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from voiceagent.port import (
    CancelCommand,
    Command,
    CommandRefused,
    MuteCommand,
    Port,
    QuitCommand,
    ReleaseCommand,
    TalkCommand,
    UnmuteCommand,
)

__all__ = ["KEYS", "Keys"]

KEYS = "space talk · enter send · esc interrupt · m mute · q quit"


class Keys:
    """Reads single keys from the terminal and passes them to the agent's port."""

    def __init__(self, port: Port, tell: Callable[[str], None]) -> None:
        """`tell(words)`: show why something was not done."""
        self._port, self._tell = port, tell
        self._asked: set[asyncio.Task[None]] = set()
        self._saved: list[Any] | None = None

    def __enter__(self) -> Keys:
        if sys.stdin.isatty() and sys.platform != "win32":
            import termios
            import tty

            self._saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
            asyncio.get_running_loop().add_reader(sys.stdin, self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._saved is not None:
            import termios

            asyncio.get_running_loop().remove_reader(sys.stdin)
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._saved)

    def press(self, key: str) -> Command | None:
        """What a key asks for."""
        match key:
            case " ":
                return TalkCommand()
            case "\n":
                return ReleaseCommand()
            case "\x1b":
                return CancelCommand()
            case "m":
                muted = self._port.snapshot().muted
                return UnmuteCommand() if muted else MuteCommand()
            case "q" | "":
                return QuitCommand()
        return None

    def _read(self) -> None:
        command = self.press(sys.stdin.read(1))
        if command is not None:
            task = asyncio.get_running_loop().create_task(self._do(command))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)

    async def _do(self, command: Command) -> None:
        answer = await self._port.do(command)
        if isinstance(answer, CommandRefused):
            self._tell(answer.words)
