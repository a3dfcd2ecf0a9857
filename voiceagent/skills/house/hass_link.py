"""The way to a Home Assistant: its REST API over one connection, in a limited time.

    with link.talk() as talk:
        talk.get("/api/states/light.lamp")
        talk.post("/api/services/light/turn_on", {"entity_id": ["light.lamp"]})

The token is read once, sent to the configured server alone (no proxy is used, no
redirect is followed), and appears in no message, log or `repr`. However slowly a server
drips, a talk ends when its time is over. What is raised says by its words and by
`maybe` whether a change may have happened all the same.
"""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from socket import SHUT_RDWR
from threading import Event, Timer
from typing import Any
from urllib.parse import urlsplit

from voiceagent.errors import ConfigError, HouseFailed
from voiceagent.errors.foreign import cleaned

__all__ = ["LIMIT", "HassLink", "HassTalk"]

LIMIT = 3.0
"""Seconds of one talk: a house on the same network answers in milliseconds."""
ANSWER_BYTES = 16_000_000
"""The longest answer that is read; a house of 5000 things has about 4 MB of states."""
CAUSES = {
    400: (
        "Home Assistant cannot do that",
        "Home Assistant can't do that with it",
        "look into the log of Home Assistant",
    ),
    401: (
        "Home Assistant does not accept the token",
        "Home Assistant does not accept my token",
        "make a new long-lived token in your Home Assistant profile",
    ),
    403: (
        "Home Assistant forbids it",
        "Home Assistant does not let me do that",
        "the user of the token may not do that, or this address is banned there",
    ),
    404: (
        "Home Assistant does not know it",
        "I don't find that in Home Assistant",
        "import the house again: `voiceagent house import`",
    ),
}
"""By status: what failed, how it is said, and what helps."""
MOVED = (
    "Home Assistant sends elsewhere",
    "Home Assistant has moved to another address",
    "check `{url}`: `https`, port and path",
)
FAILED = (
    "Home Assistant failed",
    "Home Assistant met an error",
    "look into the log of Home Assistant",
)


class HassLink:
    """Where a Home Assistant is, and who asks."""

    def __init__(self, url: str, token: str, *, limit: float = LIMIT) -> None:
        """`url`: such as `http://homeassistant.local:8123`; nothing is asked yet."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            hint = "write it like `http://homeassistant.local:8123`"
            raise ConfigError(f"`{url}` is no address of a Home Assistant", hint=hint)
        if not token or not token.isascii() or any(c.isspace() for c in token):
            hint = "copy it again from your Home Assistant profile, `Security`"
            raise ConfigError("the Home Assistant token is empty or broken", hint=hint)
        self.url = url.rstrip("/")
        self.limit = limit
        self._token, self._parts = token, parts
        self._path = parts.path.rstrip("/")

    @classmethod
    def from_environment(cls, url: str, variable: str) -> HassLink:
        """With the token in an environment variable."""
        token = os.environ.get(variable, "").strip()
        if not token:
            hint = f"`export {variable}=...` with a long-lived token of your profile"
            raise ConfigError(f"`{variable}` holds no Home Assistant token", hint=hint)
        return cls(url, token)

    def __repr__(self) -> str:
        return f"HassLink({self.url!r})"

    @property
    def token(self) -> str:
        """For the websocket, which has the same one."""
        return self._token

    @contextmanager
    def talk(self, limit: float | None = None) -> Iterator[HassTalk]:
        """One connection for a few requests; all of them end in `limit` seconds."""
        talk = HassTalk(self, self._connection(limit or self.limit), self._path)
        watch = Timer(limit or self.limit, talk.give_up)
        watch.daemon = True
        watch.start()
        try:
            yield talk
        finally:
            watch.cancel()
            talk.close()

    def get(self, path: str) -> Any:
        """One answer."""
        with self.talk() as talk:
            return talk.get(path)

    def _connection(self, limit: float) -> HTTPConnection:
        host, port = self._parts.hostname, self._parts.port
        assert host is not None
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return HTTPSConnection(host, port, timeout=limit, context=context)
        return HTTPConnection(host, port, timeout=limit)


class HassTalk:
    """Requests over one connection, one after the other."""

    def __init__(self, link: HassLink, wire: HTTPConnection, path: str) -> None:
        self._link, self._wire, self._path = link, wire, path
        self._late = Event()

    def give_up(self) -> None:
        """The time is over: whoever waits for bytes gets none any more."""
        self._late.set()
        wire = getattr(self._wire, "sock", None)
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()

    def get(self, path: str) -> Any:
        """What stands there; raises `HouseFailed`."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Have something done; raises `HouseFailed`, with `maybe` once it was sent."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None) -> Any:
        sent = False
        content = None if body is None else json.dumps(body).encode()
        headers = {
            "Authorization": f"Bearer {self._link.token}",
            "Content-Type": "application/json",
        }
        try:
            if self._wire.sock is None:
                self._wire.connect()
            if self._late.is_set():
                raise TimeoutError
            sent = body is not None
            self._wire.request(method, self._path + path, content, headers)
            answer = self._wire.getresponse()
            status, raw = answer.status, answer.read(ANSWER_BYTES + 1)
            if answer.length and len(raw) <= ANSWER_BYTES:
                raise IncompleteRead(raw, answer.length)
        except (OSError, HTTPException) as error:
            raise self._broken(error, sent=sent) from error
        return self._read(status, raw, sent=sent)

    def _read(self, status: int, raw: bytes, *, sent: bool) -> Any:
        if self._late.is_set():
            raise self._hangs(sent=sent)
        if len(raw) > ANSWER_BYTES:
            raise self._nonsense("the answer is too long", sent=sent)
        try:
            found = cleaned(json.loads(raw))
        except (ValueError, RecursionError) as error:
            if status in (400, 404) or status < 300:  # Home Assistant's are JSON
                cause = f"HTTP status {status} and no JSON"
                raise self._nonsense(cause, sent=sent) from error
            found = None
        if status >= 300:
            raise _refused(status, self._link.url, sent=sent)
        return found

    def _broken(self, error: Exception, *, sent: bool) -> HouseFailed:
        if self._late.is_set() or isinstance(error, TimeoutError):
            return self._hangs(sent=sent)
        cause = str(error) or type(error).__name__
        if isinstance(error, ConnectionResetError | BrokenPipeError | IncompleteRead):
            return HouseFailed(
                "Home Assistant broke off",
                cause=cause,
                hint="it may be starting or in trouble: look into its log",
                said="Home Assistant broke off",
                maybe=sent,
            )
        if isinstance(error, HTTPException):
            return self._nonsense(cause, sent=sent)
        return HouseFailed(
            "Home Assistant cannot be reached",
            cause=cause,
            hint=f"check that `{self._link.url}` opens in a browser on this device",
            said="I can't reach Home Assistant",
            maybe=sent,
        )

    def _hangs(self, *, sent: bool) -> HouseFailed:
        return HouseFailed(
            "Home Assistant does not answer",
            cause="it was reached, and its answer took too long",
            hint="it is there, and busy or stopped: restart it",
            said="Home Assistant does not answer",
            maybe=sent,
        )

    def _nonsense(self, cause: str, *, sent: bool) -> HouseFailed:
        return HouseFailed(
            "Home Assistant answered nonsense",
            cause=cause,
            hint=f"check that `{self._link.url}` is a Home Assistant",
            said="What answers there is not Home Assistant",
            maybe=sent,
        )


def _refused(status: int, url: str, *, sent: bool) -> HouseFailed:
    what, said, hint = CAUSES.get(status, MOVED if status < 400 else FAILED)
    return HouseFailed(
        what,
        cause=f"HTTP status {status}",
        hint=hint.format(url=url),
        said=said,
        status=status,
        # An error of a server, or of a proxy before it, leaves open what was done.
        maybe=sent and status >= 500,
    )
