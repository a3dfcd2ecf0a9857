"""A real Home Assistant as the house, over its REST API.

Same calls as `LocalHouse`: states come from `/api/states`, changes go to
`/api/services`. The token is read once, sent only to the configured server (no
redirect is followed), and appears in no message, log or `repr`.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import quote, urlsplit

from voiceagent.errors import ConfigError, EngineFailed
from voiceagent.skills.house.house import (
    Entity,
    EntityState,
    HouseModel,
    Unmoved,
    Value,
)

__all__ = ["HomeAssistant"]

TIMEOUT = 3.0
"""Seconds for one request: a house on the same network answers in milliseconds."""
ANSWER_BYTES = 4_000_000
"""The longest answer that is read; a large house has about 1 MB of states."""
HINTS = {
    401: "make a new long-lived token in your Home Assistant profile",
    403: "the user of the token may not do that, or its address is banned",
    404: "check the `id` of the entity in `house.toml`",
}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


class HomeAssistant:
    """Reads and changes the entities of a Home Assistant server."""

    def __init__(
        self, url: str, token: str, model: HouseModel, *, timeout: float = TIMEOUT
    ) -> None:
        """`url`: such as `http://homeassistant.local:8123`; nothing is asked yet."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            hint = "write it like `http://homeassistant.local:8123`"
            raise ConfigError(f"`{url}` is no address of a Home Assistant", hint=hint)
        if not token or any(letter.isspace() for letter in token):
            hint = "copy it again from your Home Assistant profile, `Security`"
            raise ConfigError("the Home Assistant token is empty or broken", hint=hint)
        self.model = model
        self._url = url.rstrip("/")
        self._token = token
        self._timeout = timeout
        handlers = (_NoRedirect(), urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    @classmethod
    def from_environment(
        cls, url: str, variable: str, model: HouseModel
    ) -> HomeAssistant:
        """With the token in an environment variable."""
        token = os.environ.get(variable, "").strip()
        if not token:
            hint = f"`export {variable}=...` with a long-lived token of your profile"
            raise ConfigError(f"`{variable}` holds no Home Assistant token", hint=hint)
        return cls(url, token, model)

    def __repr__(self) -> str:
        return f"HomeAssistant({self._url!r})"

    def state(self, entity: Entity) -> EntityState:
        """How an entity is now; one request."""
        found = self._ask("GET", f"/api/states/{quote(entity.id)}")
        if not isinstance(found, dict) or not isinstance(found.get("state"), str):
            raise self._failed("the answer is no state")
        attributes = found.get("attributes")
        plain = attributes.items() if isinstance(attributes, dict) else ()
        kept = {k: v for k, v in plain if isinstance(v, str | int | float | bool)}
        return EntityState(found["state"], kept)

    def call(
        self, entities: Sequence[Entity], service: str, data: Mapping[str, Value]
    ) -> Sequence[Unmoved]:
        """Call a service, once for each domain among the entities."""
        ids: dict[str, list[str]] = {}
        for entity in entities:
            ids.setdefault(entity.domain, []).append(entity.id)
        for domain, group in ids.items():
            path = f"/api/services/{domain}/{quote(service)}"
            self._ask("POST", path, {**data, "entity_id": group})
        return ()

    def items(self, entity: Entity) -> list[str]:
        """What stands on a todo list and is not done."""
        body = {"entity_id": entity.id, "status": ["needs_action"]}
        path = "/api/services/todo/get_items?return_response"
        found = self._ask("POST", path, body)
        try:
            rows = found["service_response"][entity.id]["items"]
            return [str(row["summary"]) for row in rows]
        except (KeyError, TypeError) as error:
            raise self._failed("the answer holds no list") from error

    def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> Any:
        request = urllib.request.Request(self._url + path, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        content = None if body is None else json.dumps(body).encode()
        try:
            with self._opener.open(request, content, self._timeout) as answer:
                raw = answer.read(ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error.code) from None
        except (OSError, HTTPException) as error:
            raise self._unreachable(error) from error
        if len(raw) > ANSWER_BYTES:
            raise self._failed("the answer is too long")
        try:
            return json.loads(raw)
        except ValueError as error:
            raise self._failed("the answer is no JSON") from error

    def _refused(self, status: int) -> EngineFailed:
        hint = HINTS.get(status, "look into the log of Home Assistant")
        what = "Home Assistant refused the request"
        return EngineFailed(what, cause=f"HTTP status {status}", hint=hint)

    def _unreachable(self, error: Exception) -> EngineFailed:
        reason = getattr(error, "reason", error)
        hint = f"check that `{self._url}` opens in a browser on this device"
        what = "Home Assistant does not answer"
        return EngineFailed(what, cause=str(reason) or type(error).__name__, hint=hint)

    def _failed(self, cause: str) -> EngineFailed:
        hint = f"check that `{self._url}` is a Home Assistant"
        return EngineFailed("Home Assistant answered nonsense", cause=cause, hint=hint)
