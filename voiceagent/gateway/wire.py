"""A `tools/call` on the wire of MCP: read from the body, checked against the headers.

Pure: bytes and headers in, values out. What a header says is never used, only compared;
whatever is no plain request is left to the SDK, which has the protocol's own words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from mcp.shared.inbound import (
    ERROR_CODE_HTTP_STATUS,
    InboundLadderRejection,
    classify_inbound_request,
    decode_header_value,
    find_duplicated_routing_header,
    validate_mcp_param_headers,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

__all__ = [
    "OURS",
    "CallOnWire",
    "WireError",
    "WireHeaders",
    "adapted",
    "call_on_wire",
    "decoded",
    "error_body",
    "is_legacy",
    "no_result",
    "result_body",
]

OURS = "dev.voiceagent/"
"""Before our own names in `_meta`."""
VERSION, METHOD, NAME = "mcp-protocol-version", "mcp-method", "mcp-name"
SERVER_INFO = "io.modelcontextprotocol/serverInfo"
LONGEST_KEY = 200
"""Letters of a key or another name that a caller gives."""
PARSE_ERROR, INVALID_REQUEST = -32700, -32600
HEADER_MISMATCH, INVALID_PARAMS = -32020, -32602

WireHeaders = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class WireError:
    """Not a call that could be looked at: an error of the protocol itself."""

    code: int
    message: str
    data: Any = None

    @property
    def status(self) -> int:
        """Of HTTP."""
        return ERROR_CODE_HTTP_STATUS.get(self.code, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOnWire:
    """What a caller wants to have called."""

    id: str | int = 0
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    legacy: bool = False
    """An era before 2026-07-28."""
    remaining: float | None = None
    """Seconds that the caller has left; None: it does not say."""
    reserve: float = 0.0
    """Seconds of these that it keeps for itself."""
    key: str = ""
    """Its idempotency key."""
    data_class: str = ""
    """The most that may leave, as the caller wants it; empty: as configured."""
    session: str = ""
    turn: str = ""
    trace_id: str = ""


def decoded(body: bytes) -> dict[str, Any] | WireError:
    """The one message that a body holds."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return WireError(PARSE_ERROR, "the body is not JSON")
    if isinstance(found, dict):
        return found
    return WireError(INVALID_REQUEST, "the body has to be one message of JSON-RPC")


def is_legacy(headers: Mapping[str, str]) -> bool:
    """Whether a request speaks a version before 2026-07-28, or names none."""
    named = headers.get(VERSION)
    return named is None or named in HANDSHAKE_PROTOCOL_VERSIONS


def call_on_wire(
    request: Mapping[str, Any],
    headers: WireHeaders | None,
    schema_of: Any = None,
    *,
    legacy: bool | None = None,
) -> CallOnWire | WireError:
    """The call in a decoded `tools/call`; `headers`: None where there are none (stdio);
    `schema_of(name)`: the pinned input schema, or None."""
    folded = dict(headers or ())
    old = is_legacy(folded) if legacy is None else legacy
    params, id = request.get("params"), request.get("id", 0)
    if isinstance(id, bool) or not isinstance(id, str | int):
        return WireError(INVALID_REQUEST, "`id` has to be a text or a whole number")
    if headers is not None and (request.get("jsonrpc"), "id" in request) != (
        "2.0",
        True,
    ):
        return WireError(INVALID_REQUEST, "a call is a request of JSON-RPC 2.0")
    if not isinstance(params, dict):
        return WireError(INVALID_PARAMS, "`params` has to be an object")
    if headers is not None:
        wrong = _old_headers(folded, request) if old else _headers(headers, request)
        if wrong is not None:
            return wrong
    name, arguments = params.get("name"), params.get("arguments")
    if not isinstance(name, str):
        return WireError(INVALID_PARAMS, "`params.name` has to be a text")
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        return WireError(INVALID_PARAMS, "`params.arguments` has to be an object")
    if headers is not None and not old and schema_of is not None:
        schema = schema_of(name)
        if schema is not None:
            found = validate_mcp_param_headers(schema, arguments, folded)
            if found is not None:
                return WireError(found.code, found.message, found.data)
    return _with_meta(id, name, arguments, params, old)


def _headers(headers: WireHeaders, request: Mapping[str, Any]) -> WireError | None:
    if twice := find_duplicated_routing_header(headers):
        return WireError(HEADER_MISMATCH, f"{twice} header appears more than once")
    found = classify_inbound_request(request, headers=dict(headers))
    if isinstance(found, InboundLadderRejection):
        return WireError(found.code, found.message, found.data)
    return None


def _old_headers(
    headers: Mapping[str, str], request: Mapping[str, Any]
) -> WireError | None:
    """Older clients need send none; one that is sent has to be right."""
    method, name = headers.get(METHOD), headers.get(NAME)
    if method is not None and method != request.get("method"):
        return WireError(HEADER_MISMATCH, f"{METHOD} header does not match the body")
    if name is not None and decode_header_value(name) != request["params"].get("name"):
        return WireError(HEADER_MISMATCH, f"{NAME} header does not match the body")
    return None


def _with_meta(
    id: Any, name: str, arguments: dict[str, Any], params: dict[str, Any], legacy: bool
) -> CallOnWire | WireError:
    meta = params.get("_meta") or {}
    if not isinstance(meta, dict):
        return WireError(INVALID_PARAMS, "`params._meta` has to be an object")
    seconds: dict[str, float | None] = {}
    for key in ("remaining-ms", "reserve-ms"):
        value = meta.get(OURS + key)
        if value is None:
            seconds[key] = None
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            return WireError(INVALID_PARAMS, f"`{OURS}{key}` has to be a number")
        if not 0 <= value < math.inf:
            return WireError(INVALID_PARAMS, f"`{OURS}{key}` has to be 0 or more")
        seconds[key] = value / 1000
    texts: dict[str, str] = {}
    for key in ("idempotency-key", "data-class", "session", "turn"):
        text = meta.get(OURS + key, "")
        if not isinstance(text, str) or len(text) > LONGEST_KEY:
            return WireError(INVALID_PARAMS, f"`{OURS}{key}` has to be a short text")
        texts[key] = text
    if texts["data-class"] not in ("", "nothing", "redacted", "text"):
        why = f"`{OURS}data-class` is one of `nothing`, `redacted`, `text`"
        return WireError(INVALID_PARAMS, why)
    return CallOnWire(
        id=id,
        name=name,
        arguments=arguments,
        legacy=legacy,
        remaining=seconds["remaining-ms"],
        reserve=seconds["reserve-ms"] or 0.0,
        key=texts["idempotency-key"],
        data_class=texts["data-class"],
        session=texts["session"],
        turn=texts["turn"],
        trace_id=_trace_id(meta.get("traceparent")),
    )


def _trace_id(parent: Any) -> str:
    parts = parent.split("-") if isinstance(parent, str) else []
    fine = len(parts) >= 4 and len(parts[1]) == 32 and parts[1].isalnum()
    return parts[1] if fine else ""


def adapted(result: Mapping[str, Any], *, legacy: bool) -> dict[str, Any]:
    """A result as the caller's era has it, whichever era it comes from."""
    made = dict(result)
    meta = made.pop("_meta", None)
    if isinstance(meta, dict):
        meta = {key: value for key, value in meta.items() if key != SERVER_INFO}
        if meta:
            made["_meta"] = meta
    if legacy:
        made.pop("resultType", None)
        if not isinstance(made.get("structuredContent", {}), dict):
            del made["structuredContent"]  # an object or nothing, in that era
    else:
        made.setdefault("resultType", "complete")
    made.setdefault("content", [])
    return made


def no_result(result: Mapping[str, Any]) -> str:
    """Why that is no result that could be passed on; empty: it is one."""
    if result.get("resultType", "complete") != "complete":
        return "it asks something back, which is not passed on"
    content = result.get("content", [])
    if not isinstance(content, list) or not all(
        isinstance(one, dict) and isinstance(one.get("type"), str) for one in content
    ):
        return "its content is none of MCP"
    if not isinstance(result.get("isError", False), bool):
        return "it does not say whether it failed"
    return ""


def result_body(id: str | int, result: Mapping[str, Any]) -> bytes:
    """The answer to a request."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id, "result": result})


def error_body(id: str | int | None, error: WireError) -> bytes:
    """The refusal of a request."""
    told: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data is not None:
        told["data"] = error.data
    return msgspec.json.encode({"jsonrpc": "2.0", "id": id, "error": told})
