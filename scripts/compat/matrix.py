#!/usr/bin/env python3
"""Real clients against real regions: `matrix.py [--keep FOLDER] [CLIENT ...]`.

Every client has an environment of its own in FOLDER (made anew in a temporary one where
none is kept); all of them are asked the same ten cases. Exits with 1 where a case
failed, 0 where each is right, refused by name or beyond the client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases import NAMES
from servers import Servers

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SPOKEN = "scripts/compat/question.py"


@dataclass(frozen=True)
class Client:
    """A client, and what its environment is made of."""

    script: str
    packages: tuple[str, ...]
    place: str = "plain"
    """Which regions it is given: in the clear, with TLS, or behind a proxy."""
    npm: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


OPENAI = ("openai[realtime]==3.57.0",)
LITELLM = ("litellm[proxy]==1.108.7", *OPENAI)
CLIENTS = {
    "openai": Client("openai_client.py", OPENAI),
    "openai-npm": Client(
        "openai_client.mjs", ("openai@7.59.0", "ws"), "tls", npm=("install",)
    ),
    "openai-agents": Client("agents_client.py", ("openai-agents==0.24.0", *OPENAI)),
    "agents-npm": Client(
        "agents_client.mjs",
        ("@openai/agents-realtime@0.20.0", "ws", "zod"),
        npm=("install",),
    ),
    "pipecat": Client("pipecat_client.py", ("pipecat-ai[openai,websocket]==1.14.0",)),
    "livekit": Client(
        "livekit_client.py",
        ("livekit-plugins-openai==1.8.9", "livekit-agents==1.8.9"),
    ),
    "litellm": Client(
        "litellm_client.py",
        LITELLM,
        environment=(("LITELLM_LOCAL_MODEL_COST_MAP", "True"),),
    ),
    "litellm-proxy": Client("openai_client.py", LITELLM, "proxy"),
    "mastra": Client(
        "mastra_client.mjs",
        ("@mastra/voice-openai-realtime@0.14.0", "ws", "zod"),
        npm=("install", "--legacy-peer-deps"),
    ),
    "openai-beta": Client("beta_client.py", ("openai[realtime]==1.75.0",)),
}


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("clients", nargs="*", metavar="CLIENT", default=list(CLIENTS))
    wanted.add_argument("--keep", type=Path, help="folder of the environments")
    wanted.add_argument("--case", action="append", choices=NAMES, dest="cases")
    told = wanted.parse_args()
    unknown = [name for name in told.clients if name not in CLIENTS]
    if unknown:
        wanted.error(f"no client {unknown[0]!r}; there are {', '.join(CLIENTS)}")
    with folder(told.keep) as kept:
        question = kept / "question.wav"
        command = [sys.executable, ROOT / SPOKEN, question]
        subprocess.run(command, check=True, cwd=ROOT)
        cases = told.cases or list(NAMES)
        return asyncio.run(matrix(kept, question, told.clients, cases))


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


async def matrix(kept: Path, question: Path, names: list[str], cases: list[str]) -> int:
    results: dict[str, dict[str, str]] = {}
    async with Servers(kept, question) as servers:
        for name in names:
            results[name] = {}
            for told in await cells(servers, kept, name, cases):
                results[name][told["case"]] = told["result"]
                why = f": {told['why']}" if told["why"] else ""
                print(f"{name:14} {told['case']:12} {told['result']}{why}", flush=True)
    print(table(results, cases))
    everything = [result for row in results.values() for result in row.values()]
    return 1 if "failed" in everything else 0


async def cells(
    servers: Servers, kept: Path, name: str, cases: list[str]
) -> list[dict[str, str]]:
    """What came of the cases of one client."""
    client = CLIENTS[name]
    if client.npm and shutil.which("npm") is None:
        return [_missing(case, "skipped", "there is no npm") for case in cases]
    runner = environment(kept, name, client)
    place = await servers.place(client.place, runner)
    script = HERE / client.script if not client.npm else kept / name / client.script
    process = await asyncio.create_subprocess_exec(
        str(runner),
        str(script),
        json.dumps(place),
        *cases,
        stdout=subprocess.PIPE,
        stderr=(kept / f"{name}.log").open("wb"),
        env={**os.environ, **servers.environment, **dict(client.environment)},
    )
    out, _ = await process.communicate()
    told = [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
    named = {one["case"] for one in told}
    why = f"it ended with {process.returncode}; see {name}.log"
    return told + [_missing(c, "failed", why) for c in cases if c not in named]


def environment(kept: Path, name: str, client: Client) -> Path:
    """The program that runs its script, with what it needs in reach."""
    if client.npm:
        place = kept / name
        place.mkdir(exist_ok=True)
        (place / "package.json").write_text('{"type": "module"}')
        if not (place / "node_modules").exists():
            command = ["npm", *client.npm, "--silent", "--no-audit", *client.packages]
            subprocess.run(command, cwd=place, check=True)
        for script in HERE.glob("*.mjs"):
            shutil.copy(script, place)
        node = shutil.which("node")
        assert node is not None
        return Path(node)
    place = kept / ("litellm" if client.packages == LITELLM else name)
    if not (place / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        quiet = ["install", "-q", "--disable-pip-version-check"]
        subprocess.run([place / "bin/pip", *quiet, *client.packages], check=True)
    return place / "bin/python"


def table(results: dict[str, dict[str, str]], cases: list[str]) -> str:
    """Clients down, cases across."""
    signs = {"ok": "ok", "lacks": "-", "refused": "refused", "failed": "FAILED"}
    rows = [["", *cases]]
    for name, row in results.items():
        rows.append([name, *(signs.get(row.get(c, ""), "skipped") for c in cases)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n" + "\n".join(line.rstrip() for line in lines)


def _missing(case: str, result: str, why: str) -> dict[str, Any]:
    return {"case": case, "result": result, "why": why}


if __name__ == "__main__":
    sys.exit(main())
