"""Logs: one line a message, no secret, and nothing in it that a terminal obeys."""

from __future__ import annotations

import logging

from voiceagent.errors.foreign import words_of_others
from voiceagent.errors.masking import masked

__all__ = ["PlainLines"]


class PlainLines(logging.Formatter):
    """A message never looks like two; the lines of a traceback are its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The first line."""
        record.message = " ".join(words_of_others(record.message).split("\n"))
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """All of it."""
        return masked(words_of_others(super().format(record)))
