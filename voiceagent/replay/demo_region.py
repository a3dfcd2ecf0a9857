"""A region on loopback for the demo: a real server in a process of its own, and ways to
it on which things go wrong."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, TypeVar

from voiceagent.errors import EngineFailed
from voiceagent.replay.fault_proxy import Fault, FaultProxy
from voiceagent.replay.scenario import sample_documents
from voiceagent.store.scratch import ScratchFolder

__all__ = ["DemoRegion"]

T = TypeVar("T")
READY = 30.0
"""Seconds that the server has to start."""
WORDS = "response.output_text.delta"
"""Event of the server with words of an answer."""


class DemoRegion:
    """Starts the server, and a proxy for each thing that can happen."""

    def __init__(self) -> None:
        self.url = ""
        """Of the server itself."""
        self._folder = ScratchFolder()
        self._server: subprocess.Popen[str] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._proxies: dict[str, FaultProxy] = {}

    @property
    def addresses(self) -> Mapping[str, str]:
        """What a scenario's `region` may be, and where that is."""
        ways = {kind: p.url("/v1/realtime") for kind, p in self._proxies.items()}
        return {"ok": self.url, **ways}

    def heal(self) -> None:
        """Every way as it is before anything has happened on it."""
        for kind, proxy in self._proxies.items():
            self._loop.call_soon_threadsafe(_prepare, kind, proxy)

    def __enter__(self) -> DemoRegion:
        config = self._folder.path / "region.toml"
        config.write_text(_configuration(str(self._folder.path)), "utf-8")
        program = Path(sys.executable).with_name("voiceagent")
        command = [str(program), "serve", "--port", "0", "--json", "--config"]
        self._server = subprocess.Popen(
            [*command, str(config)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.url = self._ready()
        self._thread.start()
        host, _, port = self.url.split("/")[2].rpartition(":")
        for kind in ("dies", "hangs", "offline"):
            self._proxies[kind] = FaultProxy(host, int(port))
            self._wait(self._proxies[kind].__aenter__())
        self.heal()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for proxy in self._proxies.values():
            self._wait(proxy.__aexit__(None, None, None))
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=2.0)
        self._loop.close()
        if self._server is not None:
            self._server.terminate()
            self._server.wait(timeout=15)
            assert self._server.stdout is not None
            self._server.stdout.close()
        self._folder.close()

    def _ready(self) -> str:
        server = self._server
        assert server is not None and server.stdout is not None
        line = server.stdout.readline()
        try:
            return str(json.loads(line)["url"])
        except (ValueError, KeyError) as error:
            server.kill()
            server.wait()
            raise EngineFailed(
                "the region of the demo did not start",
                cause=line.strip() or "it ended",
                hint="run `voiceagent serve --port 0` to see why",
            ) from error

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(READY)


def _configuration(folder: str) -> str:
    """TOML; its basic strings are JSON's."""
    documents = json.dumps([str(one) for one in sample_documents()])
    memory = f"[memory]\nfolder = {json.dumps(folder)}\n"
    return f"{memory}[knowledge]\nfolders = {documents}\n"


def _prepare(kind: str, proxy: FaultProxy) -> None:
    proxy.heal()
    match kind:
        case "dies":
            proxy.down = Fault(cut_after_messages=1, counted=WORDS)
            proxy.refuse_after_cut = True
        case "hangs":
            proxy.down = Fault(hang_after_messages=5)
        case _:
            proxy.refuse = True
