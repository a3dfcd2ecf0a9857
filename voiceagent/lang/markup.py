"""Written text without what is only there for the eye: links, tags, tables.

A link is said by its text; a bare address by the name of its host.
"""

from __future__ import annotations

import re

from voiceagent.lang.languages import language

__all__ = ["without_markup"]

_TARGET = r"\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
LINK = re.compile(rf"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:{_TARGET}|\[[^\[\]]*\])")
ADDRESS = re.compile(r"<?\b(?:https?://|www\.)[^\s<>\[\]()\"]+>?", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->")
ROW = re.compile(r"^\s*\|(.*)\|\s*$", re.MULTILINE)
RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
QUOTE = re.compile(r"^\s*>+\s+(?=\D)", re.MULTILINE)
HEADING = re.compile(r"^\s*#{1,6}\s+", re.MULTILINE)
BOLD = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])")
BULLET = re.compile(r"^\s*[*+]\s+", re.MULTILINE)
DOT = language().signs.dot


def without_markup(text: str) -> str:
    """`text` as it is read aloud: no targets of links, no tags, no stars."""
    text = LINK.sub(lambda found: found[1], text)
    text = ADDRESS.sub(lambda found: _host(found[0]), text)
    text = ROW.sub(lambda found: _row(found[1]), TAG.sub(" ", text))
    for mark in (QUOTE, HEADING, BULLET):
        text = mark.sub("", text)
    return BOLD.sub(lambda found: found[2], text)


def _host(address: str) -> str:
    """The words of an address that people say, and the stop that only follows it."""
    address = address.strip("<>")
    bare = address.rstrip(".,;:!?'*_")
    host = re.split(r"[/?#]", bare.split("://")[-1])[0].rpartition("@")[2]
    name = host.partition(":")[0].lower().removeprefix("www.")
    return f" {name.strip('.').replace('.', f' {DOT} ')}{address[len(bare) :]}"


def _row(cells: str) -> str:
    """A row of a table as a list."""
    if RULE.fullmatch(cells):
        return ""
    return ", ".join(filter(None, (cell.strip() for cell in cells.split("|"))))
