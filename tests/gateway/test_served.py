"""The command as it is run, a real server behind it, real clients before it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

pytestmark = pytest.mark.cli
ROOT = Path(__file__).resolve().parents[2]
POLICY = """
permit (principal, action == Action::"clock__get_current_time", resource)
when { context.arguments.timezone == "Europe/Berlin" };
"""


def written(folder: Path, policy: str = POLICY) -> Path:
    (folder / "policy.cedar").write_text(policy)
    time = Path(sys.executable).with_name("mcp-server-time")
    config = folder / "gateway.toml"
    config.write_text(
        f'[store]\nfolder = "{folder}/state"\n'
        f'[gateway]\nport = 0\npolicy = "{folder}/policy.cedar"\n'
        f'[gateway.servers.clock]\ncommand = ["{time}"]\nclasses = {{ "*" = "read" }}\n'
    )
    return config


def command(config: Path, *more: str) -> list[str]:
    line = [sys.executable, "-m", "voiceagent", "gateway", "serve"]
    return [*line, "--config", str(config), *more]


@contextmanager
def served(config: Path) -> Iterator[str]:
    with subprocess.Popen(
        command(config, "--json"), stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


async def asked(server: Any, mode: str) -> None:
    async with Client(server, mode=mode) as client:
        for _ in range(100):  # the server behind it may still be starting
            names = [tool.name for tool in (await client.list_tools()).tools]
            if names:
                break
            await asyncio.sleep(0.1)
        assert names == [
            "clock__get_current_time"
        ]  # what may never be called is hidden
        for zone, allowed in (("Europe/Berlin", True), ("Asia/Tokyo", False)):
            found = await client.call_tool(
                "clock__get_current_time", {"timezone": zone}
            )
            assert found.is_error is not allowed, found
        assert "policy" in found.content[0].text
        held = await client.call_tool("clock__convert_time", {})
        assert held.is_error


def test_a_tool_is_called_through_the_gateway_in_both_eras(tmp_path: Path) -> None:
    with served(written(tmp_path)) as url:
        for mode in ("auto", "legacy"):
            asyncio.run(asked(url, mode))


def test_standard_input_serves_the_one_who_starts_it(tmp_path: Path) -> None:
    first, *rest = command(written(tmp_path), "--stdio")
    program = StdioServerParameters(
        command=first, args=rest, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    )
    asyncio.run(asked(program, "auto"))
