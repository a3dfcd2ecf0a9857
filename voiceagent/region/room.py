"""The room that a chat server has for one request: asked once, or learnt from what it
refuses. Letters are counted, since only the server knows its tokens; how many letters
make one is learnt with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from voiceagent.realtime.truncation import LETTERS_A_TOKEN
from voiceagent.routing.usage import MOST_INPUT, whole

__all__ = ["Room", "ToldSize", "room_of_model", "told_size"]

SPARE = 0.9
"""Share of the room that is used: letters are counted, and a template has its own."""
ANSWER = 4
"""One part in so many is kept for the answer, where it may be as long as that."""
SHORTEST = 0.5
"""Letters of a token at least: one, less what a template adds."""
LEAST = 64
"""Tokens of a prompt below which none is made."""
MOST_ROOM = 100 * MOST_INPUT
"""A figure above this is none."""
_LIMIT = (
    r"n_ctx\W{1,4}(\d+)",
    r"max(?:imum)?[ _](?:context|model|input|sequence)[ _]?(?:len(?:gth)?|size|window)"
    r"\D{0,20}(\d+)",
    r"context (?:length|size|window)\D{0,24}(\d+)",
    r"(?:must be <=|must have less than|fewer than|at most|>|exceeds? the maximum"
    r"\D{0,40}allowed)\D{0,4}(\d+)",
    r"(\d+) (?:maximum|tokens? maximum|max)",
)
_PROMPT = (
    r"n_prompt_tokens\W{1,4}(\d+)",
    r"(\d+) (?:tokens )?(?:in|from) (?:the |your )?(?:messages|prompt|input)",
    r"(\d+) (?:\W?(?:input|inputs|prompt)\W? )(?:tokens|characters)",
    r"(?:prompt|input|inputs|messages|request)\W[^\d.]{0,32}?(\d+)\W? ?\W?tokens?",
    r"token count \(?(\d+)",
)
_ALL = (r"requested(?: tokens)?\D{0,4}(\d+)", r"given:? (\d+)")


@dataclass(frozen=True, slots=True)
class ToldSize:
    """What a refusal tells: tokens that there are, those of the prompt, those of the
    prompt and the answer that was asked for."""

    room: int | None = None
    prompt: int | None = None
    total: int | None = None


def told_size(text: str) -> ToldSize:
    """The figures in the words of a refusal, as far as they are there."""
    return ToldSize(_first(_LIMIT, text), _first(_PROMPT, text), _first(_ALL, text))


def room_of_model(listed: object, model: str) -> int | None:
    """Tokens of one request by what `/models` answers; None where it does not say."""
    rows = listed.get("data") if isinstance(listed, dict) else None
    models = [row for row in rows if isinstance(row, dict)] if rows else []
    named = [row for row in models if row.get("id") == model]
    row: dict[str, Any] = (named or models if len(models) == 1 else named or [{}])[0]
    meta = row.get("meta")
    places = (meta if isinstance(meta, dict) else {}, row)
    keys = ("n_ctx", "max_model_len", "loaded_context_length", "context_window")
    for key in (*keys, "context_length", "max_context_length"):
        for place in places:
            if (found := whole(place.get(key), MOST_ROOM)) and found >= LEAST:
                return found
    return None


class Room:
    """Shares the tokens of a server between prompts and answers."""

    def __init__(self, most: int, tokens: int | None = None) -> None:
        """`most`: tokens of a prompt at most; `tokens`: the room, where it is known."""
        self._most, self._tokens = most, tokens
        self._letters = LETTERS_A_TOKEN
        """Of one token."""

    @property
    def known(self) -> bool:
        """Whether it was told or learnt."""
        return self._tokens is not None

    def told(self, tokens: int) -> None:
        """The server says how much there is."""
        self._tokens = tokens

    def letters(self, answer: int) -> int:
        """Letters of a prompt, with the tools, for an answer of so many tokens."""
        tokens = float(self._most)
        if self._tokens is not None:
            kept = min(answer, self._tokens // ANSWER)
            tokens = min(tokens, max(LEAST, (self._tokens - kept) * SPARE))
        return int(tokens * self._letters)

    def answer(self, wanted: int, letters: int) -> int:
        """Tokens of an answer beside a prompt of so many letters."""
        if self._tokens is None:
            return wanted
        left = self._tokens - round(letters / self._letters / SPARE)
        return min(wanted, max(self._tokens // ANSWER, left))

    def refused(self, told: ToldSize, letters: int, answer: int) -> None:
        """A prompt of so many letters was too long, with an answer of so many tokens:
        the next one is shorter in any case."""
        before = self.letters(answer)
        prompt = told.prompt
        if prompt is None and told.total is not None:
            prompt = max(1, told.total - answer)
        if prompt:
            self._letters = min(self._letters, max(SHORTEST, letters / prompt))
        room = told.room
        if room is None and not self.known:
            room = round(letters / self._letters + answer) // 2
        if room is not None:
            self._tokens = max(LEAST, min(room, self._tokens or room))
        while self.letters(answer) >= min(before, letters) and self._most > 1:
            self._most //= 2


def _first(patterns: tuple[str, ...], text: str) -> int | None:
    for pattern in patterns:
        found = re.search(pattern, text, re.IGNORECASE)
        if found and len(found[1]) < 9:
            return int(found[1]) or None
    return None
