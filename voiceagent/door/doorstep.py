"""The listening socket of a region: it takes connections, and knows who dawdles.

A connection that is taken counts as unfinished until it has said what it wants. Where
files run out, connections are let go at once: the rest of the region needs some too.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from voiceagent.clock import now
from voiceagent.door.handshakes import Handshakes
from voiceagent.door.open_files import open_files_limit

__all__ = ["BACKLOG", "Doorstep", "Guest", "listening"]

log = logging.getLogger(__name__)

OUT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
KEPT_BACK = 64
"""Files kept for what is no connection, or a quarter of all where there are few."""
QUIET = 60.0
"""Seconds between two notes that connections had to be let go."""
BACKLOG = 512
"""Connections that the system keeps until they are taken."""


class Guest(socket.socket):
    """A connection that tells when it is over."""

    gone: Callable[[], None] | None = None

    def close(self) -> None:
        """Close it, and tell."""
        gone, self.gone = self.gone, None
        super().close()
        if gone is not None:
            gone()


class Doorstep(socket.socket):
    """Takes connections for an event loop, which calls `accept`."""

    handshakes: Handshakes
    limit = 0
    noted = float("-inf")
    spare: int | None = None
    """An open file that can be given up for another."""

    @property
    def crowded(self) -> bool:
        """Whether few files are left: nobody should begin anything."""
        return self.handshakes.connections > self.limit - 2 * self._kept_back

    def accept(self) -> tuple[socket.socket, Any]:
        """A connection; raises `ConnectionAbortedError` where one was let go."""
        try:
            taken, address = super().accept()
        except OSError as error:
            if error.errno in OUT_OF and self.spare is not None:
                self._let_one_go()
                raise ConnectionAbortedError("no file is left for it") from None
            raise
        if taken.fileno() >= self.limit - self._kept_back:
            taken.close()  # files are numbered from below: few are left
            self._note()
            raise ConnectionAbortedError("few files are left")
        guest = Guest(fileno=taken.detach())
        key, handshakes = tuple(address[:2]), self.handshakes
        handshakes.connections += 1

        def gone() -> None:
            handshakes.connections -= 1
            handshakes.done(key)

        guest.gone = gone
        handshakes.came(key, str(key[0]), guest)
        return guest, address

    def close(self) -> None:
        """Nobody is taken any more."""
        super().close()
        if self.spare is not None:
            os.close(self.spare)
            self.spare = None

    @property
    def _kept_back(self) -> int:
        return min(KEPT_BACK, self.limit // 4)

    def _let_one_go(self) -> None:
        """Left waiting, it would have the loop called again and again."""
        self._note()
        assert self.spare is not None
        os.close(self.spare)
        self.spare = None
        with suppress(OSError):
            super().accept()[0].close()
        with suppress(OSError):
            self.spare = os.open(os.devnull, os.O_RDONLY)

    def _note(self) -> None:
        if now() - self.noted >= QUIET:
            self.noted = now()
            log.error(
                "of %d open files few are left: connections are let go; "
                "raise `LimitNOFILE`, or lower `serve.max_sessions`",
                self.limit,
            )


def listening(
    address: tuple[Any, ...],
    family: int,
    handshakes: Handshakes,
    *,
    shared: bool = False,
) -> Doorstep:
    """A socket that listens there; `shared`: beside others of this user. Raises
    `OSError`."""
    step = Doorstep(family, socket.SOCK_STREAM)
    try:
        step.handshakes, step.limit = handshakes, open_files_limit()
        if os.name == "posix":
            step.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            step.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            step.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        step.bind(address)
        step.setblocking(False)
        step.listen(BACKLOG)
        step.spare = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        step.close()
        raise
    return step
