"""Sections and keys that stand elsewhere: written there by who knows another name.

A key that is renamed or moved gets a line here, for as long as files may have it.
"""

from __future__ import annotations

from collections.abc import Mapping

from voiceagent.errors import ConfigError

__all__ = ["MOVED", "check_moved"]

MOVED: Mapping[str, tuple[str, ...]] = {
    # Rooms of the code whose settings are called after what they set.
    "agent": ("budget",),
    "frontend": ("wake", "vad", "endpoint"),
    "nlu": ("slm", "route"),
    "routing": ("region", "cost"),
    "skills": ("pack", "home_assistant"),
    "trace": ("telemetry",),
    "tts": ("speak",),
    # What is one word in one section and another in the next.
    "audio.input": ("audio.device",),
    "region.backend": ("serve.backend",),
    "region.folders": ("knowledge.folders",),
    "region.host": ("serve.host",),
    "region.port": ("serve.port",),
    "serve.folders": ("knowledge.folders",),
    "speak.engine": ("speak.voice",),
    "wake.model": ("wake.words",),
}
"""By section, or by dotted key: where it stands."""


def check_moved(key: str, where: str) -> None:
    """Refuse a section or key that stands elsewhere; raises `ConfigError`."""
    places = MOVED.get(key)
    if places is None:
        return
    named = [f"`{place}`" if "." in place else f"`[{place}]`" for place in places]
    raise ConfigError(
        f"unknown key `$.{key}`: it stands elsewhere",
        cause=where,
        hint=f"look at {' and '.join(named)}",
    )
