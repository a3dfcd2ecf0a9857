#!/usr/bin/env python3
"""A real Home Assistant with its demo house, started in an empty folder.

with demo_server(Path("venv/bin/hass"), folder, port) as server:
    server.url, server.token
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

CONFIGURATION = """\
homeassistant:
  name: Demo
  unit_system: metric
  time_zone: UTC
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
auth:
config:
websocket_api:
demo:
"""
START = 180.0
"""Seconds in which it must answer."""


@dataclass
class Server:
    """A running Home Assistant."""

    url: str
    token: str
    process: subprocess.Popen[bytes]

    def ask(self, path: str, body: Any = None) -> Any:
        """What its REST API answers."""
        request = urllib.request.Request(self.url + path)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, 30) as answer:
            return json.load(answer)

    def state(self, entity: str) -> tuple[str, dict[str, Any]]:
        """State and attributes of an entity."""
        found = self.ask(f"/api/states/{entity}")
        return found["state"], found["attributes"]

    @contextmanager
    def registry(self) -> Iterator[Callable[..., Any]]:
        """Asks over its websocket: the type of a message, and what stands in it."""
        with connect(f"ws{self.url[4:]}/api/websocket", proxy=None) as wire:
            numbers = count(1)

            def ask(kind: str, **more: Any) -> Any:
                wire.send(json.dumps({"id": next(numbers), "type": kind, **more}))
                answer = json.loads(wire.recv())
                assert answer["success"], answer
                return answer["result"]

            wire.recv()
            wire.send(json.dumps({"type": "auth", "access_token": self.token}))
            wire.recv()
            yield ask


@contextmanager
def demo_server(hass: Path, folder: Path, port: int) -> Iterator[Server]:
    """Start it with a long-lived token, and end it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "configuration.yaml").write_text(CONFIGURATION.format(port=port))
    token = write_token(folder)
    log = (folder / "log.txt").open("wb")
    command = [str(hass), "-c", str(folder), "--skip-pip"]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    server = Server(f"http://127.0.0.1:{port}", token, process)
    try:
        until_it_answers(server)
        yield server
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def until_it_answers(server: Server) -> None:
    """Wait for the demo house."""
    late = time.monotonic() + START
    while time.monotonic() < late and server.process.poll() is None:
        try:
            config = server.ask("/api/config")
            if config["state"] == "RUNNING" and not config.get("recovery_mode"):
                return
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.5)
    raise RuntimeError("Home Assistant did not start: see its log.txt")


def write_token(folder: Path) -> str:
    """A long-lived token, in the storage of a Home Assistant that does not run."""
    user, refresh, key = (secrets.token_hex(n) for n in (16, 16, 64))
    now = int(time.time())
    groups = [("system-admin", "Administrators"), ("system-users", "Users")]
    data = {
        "users": [
            {
                "id": user,
                "group_ids": ["system-admin"],
                "is_owner": True,
                "is_active": True,
                "name": "voiceagent",
                "system_generated": False,
                "local_only": False,
            }
        ],
        "groups": [{"id": group, "name": name} for group, name in groups],
        "credentials": [],
        "refresh_tokens": [
            {
                "id": refresh,
                "user_id": user,
                "client_id": None,
                "client_name": "voiceagent",
                "client_icon": None,
                "token_type": "long_lived_access_token",
                "created_at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()),
                "access_token_expiration": 315360000.0,
                "token": secrets.token_hex(64),
                "jwt_key": key,
                "last_used_at": None,
                "last_used_ip": None,
                "expire_at": None,
                "credential_id": None,
                "version": "2024.3.3",
            }
        ],
    }
    storage = folder / ".storage"
    storage.mkdir(exist_ok=True)
    auth = {"version": 1, "minor_version": 1, "key": "auth", "data": data}
    (storage / "auth").write_text(json.dumps(auth))
    return _jwt({"iss": refresh, "iat": now, "exp": now + 315360000}, key)


def _jwt(claims: dict[str, Any], key: str) -> str:
    parts = [
        _b64(json.dumps(p).encode()) for p in ({"alg": "HS256", "typ": "JWT"}, claims)
    ]
    signed = ".".join(parts)
    mac = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_b64(mac)}"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
