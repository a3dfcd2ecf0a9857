"""The door of the region: who may come in, decided before a websocket is opened."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from voiceagent.door.tokens import Tokens
from voiceagent.errors import TokenError

__all__ = [
    "ADDRESS_SHARE",
    "ANYBODY",
    "SHARE",
    "Bucket",
    "Refusal",
    "Visitor",
    "bearer",
    "in_the_clear",
    "is_loopback",
    "visitor",
]

KEY = "openai-insecure-api-key."
"""Prefix of the subprotocol that carries a browser's token."""
INTENTS = ("realtime", "conversation", "transcription")
"""What a client may want a session for."""
BURST, PER_SECOND = 50.0, 20.0
"""Connections that one address may open at once, and from then on a second."""
SHARE = 0.5
"""Of all sessions and answers, what one subject may have: the rest is for others."""
ADDRESS_SHARE = 0.8
"""Of all sessions, what one address may have where nobody proves who they are."""
ADDRESSES = 10_000
"""Addresses remembered; the longest unseen go first."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not let in."""

    status: int
    code: str
    message: str
    again: float | None = None
    """Seconds after which it may be tried again; None: that would be of no use."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Let in."""

    subject: str
    model: str
    opted_in: bool
    """It knows our own events (`?voiceagent=1`)."""
    until: float | None = None
    """Seconds since the epoch at which its token ends; None: it has none."""
    transcribes: bool = False
    """It wants words for sound and no answers (`?intent=transcription`)."""
    token_id: str = ""
    """Of the token that let it in."""
    address: str = ""
    """Where it comes from."""
    connection: str = ""
    """Names the connection where nobody proves who they are."""

    @property
    def share(self) -> str:
        """Whose part of the region it takes: a subject's; where none is proved, each
        connection is one."""
        return self.connection if self.until is None else self.subject

    @property
    def ceiling(self) -> str:
        """Whose sessions are counted together: a subject's, or an address's where
        nobody proves who they are."""
        return self.address if self.until is None else self.subject


ANYBODY = Visitor("anybody", "voiceagent", opted_in=False)
"""Who came in where nobody has to prove anything."""


class Bucket:
    """Connections an address may still open; time is passed in."""

    def __init__(self, burst: float = BURST, rate: float = PER_SECOND) -> None:
        self._burst, self._rate = burst, rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, at: float) -> bool:
        """Whether that address may open one now."""
        left, before = self._left.pop(address, (self._burst, at))
        left = min(self._burst, left + (at - before) * self._rate)
        allowed = left >= 1.0
        self._left[address] = (left - allowed, at)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        return allowed

    def wait(self, address: str, at: float) -> float:
        """Seconds until that address may open the next one."""
        left, before = self._left.get(address, (self._burst, at))
        lacking = 1.0 - left - (at - before) * self._rate
        return max(0.0, lacking / self._rate)


def bearer(headers: Mapping[str, str]) -> str:
    """The token of a request: in one of the two headers that clients know, or in a
    browser's subprotocol."""
    kind, _, token = headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    if key := headers.get("api-key", "").strip():
        return key
    for offered in headers.get("Sec-WebSocket-Protocol", "").split(","):
        if offered.strip().startswith(KEY):
            return offered.strip().removeprefix(KEY)
    return ""


def visitor(
    path: str,
    headers: Mapping[str, Any],
    *,
    tokens: Tokens | None,
    origins: list[str],
) -> Visitor | Refusal:
    """Who asks for a session; `tokens`: None where anybody on loopback may."""
    origin = headers.get("Origin")
    if origin is not None and origin not in origins:
        return Refusal(403, "origin_not_allowed", f"origin `{origin[:80]}` may not")
    query = parse_qs(urlsplit(path).query)
    if {"token", "access_token", "api_key"} & query.keys():
        return Refusal(400, "token_in_address", "a token belongs into the header")
    intent = query.get("intent", ["realtime"])[0]
    if intent not in INTENTS:
        why = f"`intent` is one of {', '.join(INTENTS)}"
        return Refusal(400, "unknown_intent", why)
    if "call_id" in query:
        return Refusal(400, "no_calls", "no telephone calls are answered here")
    subject, until, token_id = "anybody", None, ""
    if tokens is not None:
        token = bearer(headers)
        if not token:
            return Refusal(401, "token_missing", "send `Authorization: Bearer ...`")
        try:
            claims = tokens.check(token)
            subject, until = str(claims["sub"]), float(claims["exp"])
            token_id = str(claims.get("jti", ""))
        except TokenError as error:
            return Refusal(401, "token_refused", error.cause)
    named = query.get("model") or query.get("deployment") or ["voiceagent"]
    return Visitor(
        subject,
        named[0][:120],
        query.get("voiceagent") == ["1"],
        until,
        transcribes=intent == "transcription",
        token_id=token_id,
    )


def is_loopback(host: str) -> bool:
    """Whether that address is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def in_the_clear(url: str) -> bool:
    """Whether what goes to an address can be read on its way."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False  # no address: nobody is reached by it
    return parts.scheme in ("ws", "http") and not is_loopback(host)
