"""Documents in: Markdown and text become passages that can be spoken.

What is no text is skipped with a reason, never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = [
    "ENDINGS",
    "LARGEST",
    "MOST",
    "DocumentLibrary",
    "Passage",
    "read_folders",
    "speakable",
]

ENDINGS = (".md", ".markdown", ".txt")
LARGEST = 2_000_000
"""Bytes of a document."""
MOST = 10_000
"""Documents of all folders together."""
LONGEST = 600
"""Letters of a passage; a longer paragraph is divided between sentences."""
HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
BULLET = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
RULE = re.compile(r"\s*([-*_=]\s*){3,}$")
TABLE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, in words that can be spoken."""

    text: str
    heading: str
    """The headings above it, the nearest last: `Visit, Opening hours`."""
    source: str
    """Folder and file: `museum/visit.md`."""
    score: float = 0.0
    """How well it fits a question; only where it was searched for."""

    @property
    def name(self) -> str:
        """For the screen: where it stands."""
        near = self.heading.rpartition(", ")[2]
        return f"{near}, {self.source}" if near else self.source


@dataclass(slots=True)
class DocumentLibrary:
    """What was read."""

    passages: list[Passage] = field(default_factory=list)
    documents: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """Files that are no documents, and why."""


def read_folders(folders: Sequence[Path]) -> DocumentLibrary:
    """All documents of the folders and what is below them."""
    library = DocumentLibrary()
    for folder in folders:
        if not folder.is_dir():
            library.skipped.append((str(folder), "there is no such folder"))
            continue
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix.lower() in ENDINGS:
                _read(library, folder, file)
    return library


def _read(library: DocumentLibrary, folder: Path, file: Path) -> None:
    name = f"{folder.name}/{file.relative_to(folder).as_posix()}"
    if library.documents >= MOST:
        library.skipped.append((name, f"more than {MOST} documents"))
        return
    try:
        if file.stat().st_size > LARGEST:
            library.skipped.append((name, f"larger than {LARGEST} bytes"))
            return
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        library.skipped.append((name, "not UTF-8 text"))
        return
    except OSError as error:
        library.skipped.append((name, error.strerror or "unreadable"))
        return
    if "\0" in text:
        library.skipped.append((name, "not text"))
        return
    found = list(passages(text, name))
    if not found:
        library.skipped.append((name, "empty"))
        return
    library.documents += 1
    library.passages += found


def passages(text: str, source: str) -> Iterator[Passage]:
    """The passages of one document."""
    headings: list[str] = []
    block: list[str] = []
    for line in [*text.replace("\r\n", "\n").split("\n"), ""]:
        found = HEADING.match(line)
        if found is None and line.strip():
            block.append(line)
            continue
        yield from _passages(block, ", ".join(h for h in headings if h), source)
        block = []
        if found is not None:
            level = len(found[1])
            headings = [*headings[: level - 1], speakable(found[2])]
    # A document may end without an empty line: the loop adds one.


def _passages(lines: Sequence[str], heading: str, source: str) -> Iterator[Passage]:
    if not lines:
        return
    if any(TABLE.match(line) for line in lines):
        texts = list(_rows(lines))
    elif BULLET.match(lines[0]) or any(BULLET.match(line) for line in lines):
        texts = list(_items(lines))
    else:
        texts = list(_pieces(speakable(" ".join(lines))))
    for text in texts:
        if any(letter.isalnum() for letter in text):
            yield Passage(text, heading, source)


def _pieces(text: str) -> Iterator[str]:
    """A paragraph, divided between sentences where it is long."""
    piece = ""
    for sentence in SENTENCE.split(text):
        if piece and len(piece) + len(sentence) > LONGEST:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}".strip()
        while len(piece) > 2 * LONGEST:
            yield piece[:LONGEST]
            piece = piece[LONGEST:]
    if piece:
        yield piece


def _items(lines: Sequence[str]) -> Iterator[str]:
    """Items of a list: each can be an answer of its own."""
    item = ""
    for line in lines:
        if BULLET.match(line) and item:
            yield from _pieces(_closed(item))
            item = ""
        item = f"{item} {speakable(BULLET.sub('', line, count=1))}".strip()
    if item:
        yield from _pieces(_closed(item))


def _rows(lines: Sequence[str]) -> Iterator[str]:
    """Rows of a table as sentences: `Tuesday: opens 10 am, closes 6 pm.`"""
    rows = [
        [speakable(cell) for cell in line.strip().strip("|").split("|")]
        for line in lines
        if "|" in line and not TABLE.match(line) and not RULE.match(line)
    ]
    if not rows:
        return
    head, *body = rows
    for row in body or [head]:
        first, *rest = row
        told = [
            f"{head[i].lower()} {cell}" if len(row) > 2 and i < len(head) else cell
            for i, cell in enumerate(rest, 1)
            if cell
        ]
        yield _closed(f"{first}: {', '.join(told)}" if told else first)


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


MARKUP = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"<[^>]{1,200}>"), " "),
    (re.compile(r"https?://\S+"), ""),
    (re.compile(r"`+"), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)[*_](?=\S)(.+?)(?<=\S)[*_](?!\w)"), r"\1"),
    (re.compile(r"^\s*>+\s?"), ""),
    (re.compile(r"[*_#|~^\\]+"), " "),
    (re.compile("[\u2013\u2014]"), " to "),
    (re.compile(r"[\x00-\x1f\x7f]"), " "),
    (re.compile(r"\s+"), " "),
    (re.compile(r"\s+([,.;:!?])"), r"\1"),
)


def speakable(text: str) -> str:
    """Text without markup, control characters and addresses of the web."""
    for shape, instead in MARKUP:
        text = shape.sub(instead, text)
    return text.strip()
