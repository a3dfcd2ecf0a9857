"""Errors that nobody expects: told to the client without their words, noted with their
place."""

from __future__ import annotations

import logging
import traceback

from voiceagent.errors import VoiceAgentError

__all__ = ["note", "told"]

log = logging.getLogger(__name__)


def told(error: BaseException) -> tuple[str, str]:
    """Code and words for a client: those of our own errors, nothing of others."""
    if isinstance(error, VoiceAgentError):
        return error.code, error.what
    return "bug", "something went wrong here"


def note(part: str, error: BaseException) -> None:
    """Log our own errors in words, others by kind and place: their words may be what
    somebody said."""
    if isinstance(error, VoiceAgentError):
        log.error("%s failed: %s", part, error.what)
        return
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
    log.error("%s broke: %s at %s", part, type(error).__name__, where)
