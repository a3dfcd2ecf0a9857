"""Keys of the live display: everything also works by hand."""

from __future__ import annotations

import asyncio
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voiceagent.agent.agent import Agent

__all__ = ["KEYS", "Keys"]

KEYS = "space talk · enter send · esc interrupt · m mute · q quit"


class Keys:
    """Reads single keys from the terminal and passes them to the agent."""

    def __init__(self, agent: Agent) -> None:
        self.quit = asyncio.Event()
        """Set when the user wants to leave."""
        self._agent = agent
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

    def _read(self) -> None:
        match sys.stdin.read(1):
            case " ":
                self._agent.push_to_talk()
            case "\n":
                self._agent.release()
            case "\x1b":
                self._agent.interrupt("stop")
            case "m":
                self._agent.mute(not self._agent.muted)
            case "q" | "":
                self.quit.set()
