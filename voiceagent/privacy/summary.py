"""A summary that holds no word of the user's but general ones from a fixed list."""

from __future__ import annotations

from voiceagent.lang.languages import language
from voiceagent.privacy.redaction.tokens import tokens

__all__ = ["TOPICS", "summary"]

TOPICS = language().private.topics.general
"""General words: they tell what a question is about and nothing about who asks."""


def summary(text: str, task: str) -> str:
    """The general words of `text` in order, under its class; empty where there are
    none."""
    words = [word.text for word in tokens(text) if word.text in TOPICS]
    return f"{task}: {' '.join(dict.fromkeys(words))}" if words else ""
