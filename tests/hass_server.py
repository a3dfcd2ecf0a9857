"""A small server that speaks Home Assistant's API on the loopback, and its faults.

with hass_server({"light.lamp": ("off", {"friendly_name": "Lamp"})}) as server:
    server.url, server.token, server.calls
    server.fault = "hang"       # from now on; see FAULTS
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

__all__ = ["FAULTS", "HassServer", "hass_server"]

TOKEN = "sesame-open"
States = dict[str, dict[str, Any]]
STATES = {
    "turn_on": "on",
    "turn_off": "off",
    "open_cover": "opening",
    "close_cover": "closing",
    "lock": "locked",
    "unlock": "unlocked",
    "media_play": "playing",
    "media_pause": "paused",
    "alarm_disarm": "disarmed",
}
COLOURS = {"red": [255, 0, 0], "blue": [0, 0, 255], "white": [255, 255, 255]}
FAULTS = (
    "401",
    "403",
    "404",
    "500",
    "503",
    "302",
    "html",
    "hang",
    "drip",
    "head",
    "drop",
)
"""What every request can meet; `post:` in front: only what changes something."""


class HassServer(ThreadingHTTPServer):
    """States that follow services, unless it is told to be lazy or broken."""

    daemon_threads = True

    def __init__(
        self, states: Mapping[str, tuple[str, Mapping[str, Any]]], port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.states: States = {
            name: {"entity_id": name, "state": state, "attributes": dict(attributes)}
            for name, (state, attributes) in states.items()
        }
        self.fault = ""
        self.lazy: set[str] = set()
        """Entities that do not do what they are told."""
        self.after_post: Callable[[HassServer], None] = lambda server: None
        self.calls: list[tuple[str, Any]] = []
        """Service calls that were carried out."""
        self.asked: list[tuple[str, str]] = []
        self.config = {"version": "2024.3.3", "unit_system": {"temperature": "°C"}}
        self.lists: dict[str, list[str]] = {}
        self.registry: dict[str, Any] = {}
        """By type of message, what the websocket answers."""
        self.token = TOKEN
        self.over = threading.Event()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that went away are no error."""

    def serve_service(self, domain: str, service: str, body: Mapping[str, Any]) -> Any:
        """Carry it out."""
        ids = body["entity_id"]
        ids = [ids] if isinstance(ids, str) else ids
        if service == "get_items":
            rows = [{"summary": item} for item in self.lists[ids[0]]]
            return {"service_response": {ids[0]: {"items": rows}}}
        self.calls.append((f"{domain}.{service}", dict(body)))
        for name in ids:
            if name in self.states and name not in self.lazy:
                self._change(self.states[name], service, body)
        self.after_post(self)
        return []

    def _change(
        self, entity: dict[str, Any], service: str, body: Mapping[str, Any]
    ) -> None:
        entity["state"] = STATES.get(service, entity["state"])
        attributes = entity["attributes"]
        for key in ("temperature", "volume_level", "is_volume_muted"):
            if key in body:
                attributes[key] = body[key]
        if "brightness_pct" in body:
            attributes["brightness"] = round(body["brightness_pct"] * 2.55)
        if "position" in body:
            attributes["current_position"] = body["position"]
        if "color_name" in body:
            attributes["rgb_color"] = COLOURS[body["color_name"]]
        kept = self.lists.setdefault(entity["entity_id"], [])
        if service == "add_item":
            kept.append(body["item"])
        if service == "remove_item":
            kept.remove(body["item"])


@dataclass(frozen=True)
class _Reply:
    status: int
    raw: bytes


class _Handler(BaseHTTPRequestHandler):
    server: HassServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/api/websocket":
            return _Talk(self).run()
        self._meet(lambda: self._look())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._meet(lambda: self._service(body))

    def _look(self) -> _Reply:
        if self.path == "/api/config":
            return _json(self.server.config)
        if self.path == "/api/states":
            return _json(list(self.server.states.values()))
        found = self.server.states.get(self.path.removeprefix("/api/states/"))
        if found is None:
            return _json({"message": "Entity not found."}, 404)
        return _json(found)

    def _service(self, body: Mapping[str, Any]) -> _Reply:
        domain, service = self.path.partition("?")[0].split("/")[-2:]
        return _json(self.server.serve_service(domain, service, body))

    def _meet(self, make: Callable[[], _Reply]) -> None:
        self.server.asked.append((self.command, self.path))
        fault = self.server.fault
        changes = self.command == "POST" and "get_items" not in self.path
        if fault.startswith("post:") and not changes:
            fault = ""
        after, fault = fault.startswith("post:done:"), fault.rpartition(":")[2]
        if self.headers["Authorization"] != f"Bearer {self.server.token}":
            return self._send(_json({"message": "Invalid authentication"}, 401))
        if after:
            make()
        if fault in ("hang", "drip", "head", "drop"):
            return self._break(fault)
        if fault == "html":
            return self._send(_Reply(200, b"<html>Welcome</html>"))
        if fault:
            return self._send(_json({"message": "no"}, int(fault)))
        self._send(make())

    def _send(self, reply: _Reply) -> None:
        self.send_response(reply.status)
        if reply.status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(reply.raw)))
        self.end_headers()
        self.wfile.write(reply.raw)

    def _break(self, fault: str) -> None:
        self.close_connection = True
        if fault == "hang":
            self.server.over.wait()
        elif fault in ("drip", "head"):
            length = b"Content-Length: 5000\r\n\r\n[" if fault == "drip" else b"X: "
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + length)
            with contextlib.suppress(OSError):
                while not self.server.over.wait(0.02):
                    self.wfile.write(b" ")
        else:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[")

    def log_message(self, format: str, *args: object) -> None:
        pass


def _json(value: object, status: int = 200) -> _Reply:
    return _Reply(status, json.dumps(value).encode())


class _Talk:
    """The websocket, as far as an import needs it."""

    def __init__(self, http: _Handler) -> None:
        self._http, self._wire = http, ServerProtocol()

    def run(self) -> None:
        http, wire = self._http, self._wire
        lines = [http.requestline, *(f"{k}: {v}" for k, v in http.headers.items())]
        wire.receive_data("\r\n".join([*lines, "", ""]).encode())
        request = cast(Request, wire.events_received()[0])
        wire.send_response(wire.accept(request))
        self._say({"type": "auth_required"})
        http.close_connection = True
        while data := http.connection.recv(65536):
            wire.receive_data(data)
            for frame in wire.events_received():
                if getattr(frame, "opcode", None) is Opcode.TEXT:
                    self._answer(json.loads(cast(Any, frame).data))
            self._flush()
            if wire.close_expected():
                return

    def _answer(self, message: Mapping[str, Any]) -> None:
        server = self._http.server
        if message["type"] == "auth":
            right = message["access_token"] == server.token
            return self._say({"type": "auth_ok" if right else "auth_invalid"})
        found = server.registry.get(message["type"])
        if callable(found):
            found = found(message)
        reply = {"id": message["id"], "type": "result", "success": found is not None}
        error = {"code": "unknown_command", "message": "Unknown command."}
        self._say(
            {**reply, "result": found}
            if found is not None
            else {**reply, "error": error}
        )

    def _say(self, message: object) -> None:
        self._wire.send_text(json.dumps(message).encode())
        self._flush()

    def _flush(self) -> None:
        for data in self._wire.data_to_send():
            if data:
                self._http.wfile.write(data)


@contextmanager
def hass_server(
    states: Mapping[str, tuple[str, Mapping[str, Any]]], port: int = 0
) -> Iterator[HassServer]:
    """Run one; `port`: at the one of another that has ended, if it is still free."""
    try:
        server = HassServer(states, port)
    except OSError:
        server = HassServer(states)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
