"""A parrot region in a process of its own, and an edge that asks it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lib.child import start
from voiceagent.privacy.payload import DataClass, Payload
from voiceagent.realtime.remote import RealtimeRemote
from voiceagent.realtime.target import Target
from voiceagent.routing.config import RegionConfig
from voiceagent.routing.remote import Envelope

__all__ = ["asked", "region", "remote"]


def region(
    folder: Path, *, port: int = 0, pause: float = 0.0
) -> tuple[subprocess.Popen[str], str]:
    """The process and its URL; `pause` is what each word takes."""
    return start("parrot_server", str(port), str(folder / "region.sqlite"), str(pause))


def remote(url: str, **more: float) -> RealtimeRemote:
    """An edge's way to it."""
    return RealtimeRemote(
        Target(name="region", url=url), RegionConfig(url=url, **more), lambda e: None
    )


def asked(
    text: str, turn: int, session: str, *, wait: float = 0.0
) -> tuple[Payload, Envelope]:
    """A typed question."""
    turn_id = f"{session}-{turn}"
    payload = Payload(data_class=DataClass.TEXT, text=text)
    return payload, Envelope(
        turn_id=turn_id,
        session_id=session,
        idempotency_key=turn_id,
        remaining=0.7,
        **({"wait": wait} if wait else {}),
    )
