#!/usr/bin/env python3
"""litellm's own Realtime call, with no proxy around it: `python litellm_client.py PLACE
CASE ...`. It wants a websocket to speak on, so a small server gives it one, and
OpenAI's client speaks at the other end."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import cases
import litellm
import uvicorn
from cases import Case, Place
from fastapi import FastAPI, WebSocket
from openai_client import CASES

litellm.telemetry = False


def application(place: Place) -> FastAPI:
    made = FastAPI()

    @made.websocket("/v1/realtime")
    async def realtime(websocket: WebSocket) -> None:
        await websocket.accept()
        wanted = websocket.query_params["model"]
        url = place.tools if wanted == "tools" else place.url
        await litellm._arealtime(
            model="openai/gpt-realtime",
            websocket=websocket,
            api_base=url.replace("ws", "http", 1).removesuffix("/realtime"),
            api_key=place.key,
        )

    return made


@asynccontextmanager
async def served(place: Place) -> AsyncIterator[Place]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        config = uvicorn.Config(application(place), log_level="error", ws="websockets")
        server = uvicorn.Server(config)
        serving = asyncio.ensure_future(server.serve([bound]))
        url = f"ws://127.0.0.1:{bound.getsockname()[1]}/v1/realtime"
        more = {"model": "plain", "tools": "tools"}
        yield dataclasses.replace(place, url=url, tools=url, more=more)
        server.should_exit = True
        await serving


def through(case: Case) -> Case:
    async def run(place: Place) -> None:
        async with served(place) as here:
            await case(here)

    return run


cases.run({name: through(case) for name, case in CASES.items()})
