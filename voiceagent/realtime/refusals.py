"""Refusals of servers as errors with a reason: by status, by code, by close code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.errors.foreign import one_line
from voiceagent.errors.masking import masked
from voiceagent.errors.refusals import (
    ModelUnknown,
    NoAccess,
    QuotaSpent,
    RemoteBusy,
    SentElsewhere,
)

__all__ = ["close_reason", "failure", "refused", "retry_after"]

LONGEST_REST = 600.0
"""Seconds that a server may ask to be left alone."""
CODES: Mapping[str, type[LinkDown]] = {
    "insufficient_quota": QuotaSpent,
    "billing_hard_limit_reached": QuotaSpent,
    "billing_not_active": QuotaSpent,
    "quota_exceeded": QuotaSpent,
    "invalid_api_key": NoAccess,
    "authentication_error": NoAccess,
    "permission_error": NoAccess,
    "permission_denied": NoAccess,
    "unauthorized": NoAccess,
    "forbidden": NoAccess,
    "rate_limit_exceeded": RemoteBusy,
    "rate_limit_error": RemoteBusy,
    "too_many_requests": RemoteBusy,
    "server_overloaded": RemoteBusy,
    "overloaded_error": RemoteBusy,
    "session_limit_reached": RemoteBusy,
    "model_not_found": ModelUnknown,
    "invalid_model": ModelUnknown,
    "model_not_supported": ModelUnknown,
    "DeploymentNotFound": ModelUnknown,
}
"""What servers call it, in events, in bodies of refusals, and in reasons of closing."""
STATUS: Mapping[int, type[LinkDown]] = {
    401: NoAccess,
    402: QuotaSpent,
    403: NoAccess,
    407: NoAccess,
    429: RemoteBusy,
    503: RemoteBusy,
    1013: RemoteBusy,
    3000: NoAccess,
    3003: NoAccess,
}
"""Of a handshake, or of a close."""
HINTS = {
    NoAccess: "look at the token in the variable that `region.token_env` names",
    QuotaSpent: "look at the account at the region",
    ModelUnknown: "look at `region.model`",
    RemoteBusy: "ask again later",
    SentElsewhere: "give `region.url` the address that is meant",
}
WHAT = {
    NoAccess: "the region does not let this device in",
    QuotaSpent: "what the region was paid for is used up",
    ModelUnknown: "the region does not know that model",
    RemoteBusy: "the region is too busy",
    SentElsewhere: "the region sends elsewhere",
}
NAMED = re.compile(r"[A-Za-z_]{6,40}")


def failure(code: str, cause: str, what: str) -> RemoteFailed:
    """An error of a server by what it calls it; `what`: where that says nothing."""
    kind = CODES.get(code)
    if kind is None:
        return RemoteFailed(f"{what}: {code[:60]}", cause=masked(cause[:200]))
    told = masked(one_line(": ".join(filter(None, (code, cause)))))
    return _made(kind, told)


def refused(error: InvalidStatus) -> LinkDown:
    """A handshake that was answered with a status."""
    response = error.response
    status = response.status_code
    body = one_line(_body(response), 300)
    if 300 <= status < 400:
        where = f"to another host (status {status}), which is not followed"
        return _made(SentElsewhere, where)
    kind = _named(body) or STATUS.get(status)
    cause = masked(f"refused with status {status}: {body}".removesuffix(": "))
    if kind is not None:
        return _made(kind, cause)
    return LinkDown("the region refused the connection", cause=cause)


def close_reason(code: int, reason: str) -> LinkDown:
    """A connection that the server closed, or that broke."""
    told = masked(one_line(reason))
    kind = _named(reason) or STATUS.get(code)
    cause = f"closed with code {code}" + (f": {told}" if told else "")
    if kind is not None:
        return _made(kind, cause)
    what = "the region closed the connection"
    return LinkDown(what, cause=cause if code != 1006 or told else "it broke off")


def retry_after(error: InvalidStatus, at: datetime) -> float:
    """Seconds that the server wants to be left alone; 0: it does not say."""
    told = error.response.headers.get_all("Retry-After")
    text = told[0].strip() if told else ""
    if text.isdecimal():
        return min(float(text[:9]), LONGEST_REST)
    try:
        left = (parsedate_to_datetime(text) - at).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, min(left, LONGEST_REST))


def _made(kind: type[LinkDown], cause: str) -> LinkDown:
    return kind(WHAT[kind], cause=cause, hint=HINTS[kind])


def _named(text: str) -> type[LinkDown] | None:
    """The reason that a text names by its code."""
    found = (CODES[word] for word in NAMED.findall(text[:2000]) if word in CODES)
    return next(found, None)


def _body(response: Response) -> str:
    return (response.body or b"")[:2000].decode("utf-8", "replace")
