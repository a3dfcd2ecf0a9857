"""Who calls: proved by a token of this gateway's own audience and region, or nobody but
this machine where no secret is set. Decided from the headers, before a body is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cachetools import TTLCache

from voiceagent.clock import now
from voiceagent.door.admission import Bucket, Refusal, is_loopback
from voiceagent.door.tokens import GATEWAY, Tokens
from voiceagent.errors import TokenError

__all__ = ["HERE", "Caller", "CallerDoor"]

BELIEVED = 1.0
"""Seconds for which a token that was checked is believed: what is revoked ends within
two."""
KNOWN = 4096
"""Tokens remembered as checked."""
ONCE = (b"authorization", b"host", b"origin")
"""Headers of which two could mean two callers."""
LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in."""

    subject: str
    region: str
    kind: str = "client"
    """`agent`, `region` or `client`."""
    token_id: str = ""
    """Of the token that let them in; empty: this machine, which needs none."""


HERE = Caller("local", "")
"""A program of this machine: over standard input, or over loopback without a secret."""


class CallerDoor:
    """Lets callers in, or says why not."""

    def __init__(
        self,
        *,
        region: str,
        tokens: Tokens | None,
        hosts: Iterable[str] = (),
        origins: Sequence[str] = (),
    ) -> None:
        """`tokens`: None where this machine may call without; `hosts`: further names
        that it is called by."""
        self._region, self._tokens, self._origins = region, tokens, origins
        self._hosts = {*LOCAL_NAMES, *(one.lower() for one in hosts)}
        self._wrong = Bucket()
        self._believed: TTLCache[str, Caller] = TTLCache(KNOWN, BELIEVED, timer=now)

    def caller(
        self, headers: Iterable[tuple[bytes, bytes]], peer: str
    ) -> Caller | Refusal:
        """Who asks, by the headers of a request from that address."""
        told = _told(headers)
        if isinstance(told, Refusal):
            return told
        if _host(told.get("host", "")) not in self._hosts:
            return Refusal(421, "host_unknown", "it is not called by that `Host`")
        origin = told.get("origin")
        if origin is not None and origin not in self._origins:
            return Refusal(403, "origin_not_allowed", "a page of that origin may not")
        if self._tokens is None:
            return self._of_here(told, peer)
        return self._proved(told.get("authorization", ""), peer)

    def _of_here(self, told: Mapping[str, str], peer: str) -> Caller | Refusal:
        # A proxy on this machine brings others, all of them from loopback.
        proxied = "forwarded" in told or "x-forwarded-for" in told
        if proxied or not is_loopback(peer):
            return Refusal(401, "token_missing", "only this machine may without one")
        return Caller(HERE.subject, self._region)

    def _proved(self, authorization: str, peer: str) -> Caller | Refusal:
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            why = "send `Authorization: Bearer ...`"
            return self._slowed(peer) or Refusal(401, "token_missing", why)
        token = token.strip()
        found = self._believed.get(token)
        if found is None:
            try:
                found = self._checked(token)
            except TokenError as error:
                why = error.cause or error.what
                return self._slowed(peer) or Refusal(401, "token_refused", why)
            self._believed[token] = found
        return found

    def _checked(self, token: str) -> Caller:
        assert self._tokens is not None
        claims: Mapping[str, Any] = self._tokens.check(token, audience=GATEWAY)
        return Caller(
            str(claims["sub"]),
            self._region,
            token_id=str(claims.get("jti") or "without id"),
        )

    def _slowed(self, peer: str) -> Refusal | None:
        """Whoever comes with wrong ones again and again waits."""
        at = now()
        if self._wrong.take(peer, at):
            return None
        wait = self._wrong.wait(peer, at)
        return Refusal(429, "too_many_attempts", "slower, please", wait)


def _told(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str] | Refusal:
    told: dict[str, str] = {}
    for name, value in headers:
        if name in ONCE and name.decode() in told:
            return Refusal(400, "header_twice", f"`{name.decode()}` came twice")
        told[name.decode("latin-1")] = value.decode("latin-1")
    return told


def _host(named: str) -> str:
    """The name in a `Host` header, without its port."""
    try:
        return (urlsplit(f"//{named}").hostname or "").lower()
    except ValueError:
        return ""
