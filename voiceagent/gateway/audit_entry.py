"""One decision as it is put on record: who, what, why, how long; never a value.

Arguments are there as a hash with a key that nobody else has, and as the names of those
fields that the pinned schema declares: whoever calls may call a field what they like.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from voiceagent.errors.foreign import one_line

__all__ = ["UNDECLARED", "AuditEntry", "arguments_hash", "declared_fields"]

UNDECLARED = "?"
"""Said once for all fields that the schema does not declare."""
LONGEST = 200
MOST_FIELDS = 50


class AuditEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision over one call, and what became of it."""

    at: str = ""
    """Date and time; the order is the chain's, whatever the clock does."""
    principal: str
    caller: str = ""
    """In kind: `agent`, `region` or `client`."""
    region: str = ""
    session: str = ""
    turn: str = ""
    trace: str = ""
    server: str = ""
    tool: str
    """As it was called."""
    pin: str = ""
    klass: str = ""
    decision: str
    """`allowed` or `denied`."""
    step: str = ""
    """The step that refused it."""
    lines: tuple[str, ...] = ()
    """Of the policy, that decided."""
    policy: str = ""
    """The beginning of its hash."""
    data_class: str = ""
    arguments: str = ""
    """Their keyed hash."""
    fields: tuple[str, ...] = ()
    outcome: str
    """How it ended: `ok`, `tool_error`, `refused`, `expired`, `cancelled`, `failed`."""
    key: str = ""
    """The idempotency key that it was made with."""
    remaining_in_ms: float | None = None
    remaining_out_ms: float | None = None
    took_ms: float = 0.0
    bytes_out: int = 0
    bytes_back: int = 0

    def told(self) -> dict[str, Any]:
        """As it is written: every text on one line of bounded length."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        for name, value in told.items():
            if isinstance(value, str):
                told[name] = one_line(value, LONGEST)
            elif isinstance(value, list | tuple):
                told[name] = [one_line(one, LONGEST) for one in value[:MOST_FIELDS]]
        return told


def arguments_hash(key: bytes, arguments: Mapping[str, Any]) -> str:
    """The same for the same arguments, and nothing to anybody without the key."""
    try:
        told = msgspec.json.encode(arguments, order="sorted")
    except (TypeError, ValueError, OverflowError, RecursionError):
        told = repr(type(arguments)).encode()  # what JSON does not have was refused
    mine = hmac.new(key, b"arguments of a call", hashlib.sha256).digest()
    return hmac.new(mine, told, hashlib.sha256).hexdigest()[:32]


def declared_fields(
    arguments: Mapping[str, Any], schema: Mapping[str, Any] | None
) -> tuple[str, ...]:
    """The names that the schema declares of those that were given."""
    properties = (schema or {}).get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    names = sorted({name if name in known else UNDECLARED for name in arguments})
    return tuple(names[:MOST_FIELDS])
