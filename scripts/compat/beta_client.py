#!/usr/bin/env python3
"""OpenAI's client of the beta protocol: refused by name, in words that it shows.

`python beta_client.py PLACE CASE ...`
"""

from __future__ import annotations

import cases
from cases import NAMES, Place, Refused
from openai import AsyncOpenAI


async def beta(place: Place) -> None:
    base = place.url.removesuffix("/realtime")
    client = AsyncOpenAI(
        api_key=place.key,
        base_url=base.replace("ws", "http", 1),
        websocket_base_url=base,
    )
    try:
        async with client.beta.realtime.connect(model="voiceagent") as session:
            await session.session.update(session={"modalities": ["text"]})
            async for event in session:
                if event.type == "error":
                    assert "beta" in event.error.message, event.error
                    raise Refused(event.error.message)
    except Refused:
        raise
    except Exception as error:
        told = str(getattr(getattr(error, "response", None), "body", error))
        assert "beta" in told, told
        raise Refused(told) from error
    raise AssertionError("nothing refused it")


cases.run(dict.fromkeys(NAMES, beta))
