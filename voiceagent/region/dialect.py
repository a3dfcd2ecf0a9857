"""Clients that ask for the protocol as it was before it was final: told so, in an event
and in the reason of the close, which is what their libraries show."""

from __future__ import annotations

from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed

from voiceagent.realtime.events import encode

__all__ = ["BETA_REFUSED", "asks_for_beta", "refuse_beta"]

BETA_REFUSED = "beta_api_shape_disabled"
"""Code of the refusal."""
CLOSE = 4000
"""Closing code of a session that never began."""
WHY = (
    "The Realtime Beta API is not served here: this is the final protocol. Leave out "
    "`OpenAI-Beta: realtime=v1`, and use a client of the final protocol."
)


def asks_for_beta(headers: Headers) -> bool:
    """Whether that request is for the beta protocol."""
    header = ",".join(headers.get_all("OpenAI-Beta"))
    offered = ",".join(headers.get_all("Sec-WebSocket-Protocol"))
    asked = [part.strip() for part in f"{header},{offered}".split(",")]
    return "realtime=v1" in asked or "openai-beta.realtime-v1" in asked


async def refuse_beta(connection: ServerConnection) -> None:
    """Say why, and hang up."""
    error = {
        "type": "invalid_request_error",
        "code": BETA_REFUSED,
        "message": WHY,
        "param": None,
        "event_id": None,
    }
    with suppress(ConnectionClosed):
        await connection.send(
            encode({"type": "error", "event_id": "event_1", "error": error})
        )
        await connection.close(CLOSE, f"invalid_request_error.{BETA_REFUSED}")
