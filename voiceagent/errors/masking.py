"""Secrets in words that a person or a log is told: covered, whatever they stand in.

Known by where they stand (the user's part of an address, `Bearer ...`, a field or a
parameter that is called a token) and by what they are (a signed token, or the value of
a variable of the environment that is called one).
"""

from __future__ import annotations

import os
import re
from typing import Any

__all__ = ["COVER", "masked", "masked_values"]

COVER = "***"
NAMES = (
    r"(?:[\w-]{0,40}[_-])?(?:token|secret|password|passwd|pwd|key|signature|sig|auth)"
)
SECRETS = (
    # wss://name:password@host, and //token@host
    (
        re.compile(r"(\b\w[\w+.-]{0,20}://)([^\s/@:\"'`]*:)?[^\s/\"'`]*@"),
        rf"\1\2{COVER}@",
    ),
    (re.compile(r"(?i)\b(bearer\s+)(?=\S*[\d.])[\w+/.~=-]{6,}"), rf"\1{COVER}"),
    (
        re.compile(
            r"(?i)\b((?>authorization[\"']?\s*[:=,]\s*(?:b(?=[\"']))?[\"']?"
            r"(?:(?:bearer|basic)\s+)?))[^\s,'\"*]{4,}"
        ),
        rf"\1{COVER}",
    ),
    # ?token=..., {"resume_token": "..."}
    (re.compile(rf"(?i)([?&;]{NAMES}=)[^&#\s\"'`]+"), rf"\1{COVER}"),
    (
        re.compile(rf"(?i)(\\?[\"']{NAMES}\\?[\"']\s*[:=]\s*\\?[\"'])[^\"'\\]+"),
        rf"\1{COVER}",
    ),
    # A signed token: three parts, of which the first is an object of JSON.
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), COVER),
)
VARIABLE = re.compile(
    r"(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|KEY|CREDENTIALS?)(?:_|$)"
)
SHORTEST = 8
"""Letters of a value that is looked for wherever it stands."""


def masked(text: str) -> str:
    """The text without secrets."""
    for name, value in os.environ.items():
        if len(value) >= SHORTEST and value in text and _is_secret(name, value):
            text = text.replace(value, COVER)
    for pattern, cover in SECRETS:
        text = pattern.sub(cover, text)
    return text


def masked_values(value: Any) -> Any:
    """A value of JSON without secrets in any of its words."""
    match value:
        case str():
            return masked(value)
        case dict():
            return {key: masked_values(one) for key, one in value.items()}
        case list() | tuple():
            return [masked_values(one) for one in value]
    return value


def _is_secret(name: str, value: str) -> bool:
    return bool(VARIABLE.search(name)) and not value.startswith("/")
