#!/usr/bin/env python3
"""The regions that the matrix talks to, each begun when it is first asked for."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))  # this folder's scripts are run by themselves

from lib.region_client import served  # noqa: E402

__all__ = ["Servers"]

HERE = Path(__file__).resolve().parent
PROGRAM = str(Path(sys.executable).parent / "voiceagent")
CHAT = """backend = "chat"
{tls}
[upstream]
url = "http://127.0.0.1:{port}/v1"
model = "weather"
"""
LITELLM = """
model_list:
{models}
general_settings:
  master_key: {key}
litellm_settings:
  telemetry: false
"""
MODEL = """  - model_name: {name}
    litellm_params:
      model: openai/gpt-realtime
      api_base: {base}
      api_key: none
"""


class Servers:
    """Regions in the clear, with TLS and behind a proxy; ended with the block."""

    def __init__(self, folder: Path, question: Path) -> None:
        self.environment = {"NODE_EXTRA_CA_CERTS": str(folder / "pki/authority.pem")}
        self._folder, self._question = folder, question
        self._secret = secrets.token_hex(32)
        self._places: dict[str, dict[str, Any]] = {}
        self._chat = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        chat, line = await self._begin(sys.executable, str(HERE / "chat_server.py"))
        self._chat = int(line)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def place(self, kind: str, python: Path) -> dict[str, Any]:
        """Where a client of this kind finds what it needs."""
        if kind not in self._places:
            made = await {
                "plain": self._plain,
                "tls": self._tls,
                "proxy": lambda: self._proxy(python),
            }[kind]()
            self._places[kind] = {**made, "question": str(self._question)}
        return self._places[kind]

    async def _plain(self) -> dict[str, Any]:
        return {
            "url": await self._region("plain", ""),
            "tools": await self._region("tools", CHAT.format(tls="", port=self._chat)),
            "key": "none",
        }

    async def _tls(self) -> dict[str, Any]:
        pki = self._folder / "pki"
        self._make("token", "--certificates", str(pki), "--host", "localhost")
        tls = f'certificate = "{pki}/server.pem"'
        return {
            "url": await self._region("tls", tls),
            "tools": await self._region(
                "tls-tools", CHAT.format(tls=tls, port=self._chat)
            ),
            "key": self._make("token", "--region", "local", "--ttl", "3600").split()[
                -1
            ],
        }

    async def _proxy(self, python: Path) -> dict[str, Any]:
        """litellm's proxy, with our regions as its models."""
        plain = await self.place("plain", python)
        bases = {"plain": plain["url"], "tools": plain["tools"]}
        models = "".join(
            MODEL.format(
                name=name, base=url.replace("ws", "http", 1).removesuffix("/realtime")
            )
            for name, url in bases.items()
        )
        key, file = f"sk-{secrets.token_hex(8)}", self._folder / "litellm.yaml"
        file.write_text(LITELLM.format(models=models, key=key))
        port = _free_port()
        command = (str(python.parent / "litellm"), "--config", str(file))
        await self._begin(
            *command,
            "--port",
            str(port),
            "--host",
            "127.0.0.1",
            until="startup complete",
        )
        url = f"ws://127.0.0.1:{port}/v1/realtime"
        more = {"model": "plain", "tools": "tools"}
        return {"url": url, "tools": url, "key": key, "more": more}

    def _make(self, *words: str) -> str:
        done = subprocess.run(
            [PROGRAM, *words],
            check=True,
            capture_output=True,
            text=True,
            env=self._environment(),
        )
        return done.stdout

    async def _region(self, name: str, config: str) -> str:
        secret = self._secret_where(name.startswith("tls"))
        region = served(self._folder, config, name=name, **secret)
        url, _ = await asyncio.to_thread(self._stack.enter_context, region)
        return url.replace("127.0.0.1", "localhost") if name.startswith("tls") else url

    def _secret_where(self, tokens: bool) -> dict[str, str]:
        return {"VOICEAGENT_TOKEN_SECRET": self._secret} if tokens else {}

    def _environment(self, tokens: bool = True) -> dict[str, str]:
        secret = self._secret_where(tokens)
        return {**os.environ, **secret, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}

    async def _begin(
        self, *command: str, until: str = ""
    ) -> tuple[asyncio.subprocess.Process, str]:
        """A server, and the line that says that it is there."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if until else None,
            env=self._environment(False),
        )
        self._stack.push_async_callback(_end, process)
        assert process.stdout is not None
        async with asyncio.timeout(120):
            while line := (await process.stdout.readline()).decode():
                if until in line:
                    return process, line
        raise SystemExit(f"{command[0]} did not start")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        await process.communicate()


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
