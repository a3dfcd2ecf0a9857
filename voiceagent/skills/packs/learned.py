"""What `voiceagent pack train` has learnt about the words of a pack.

A file `learned.toml` in the pack's folder: how words are said that no dictionary has,
and how the second recogniser writes words that it does not know. What the pack's author
wrote into `pronunciations.toml` comes first.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from voiceagent.errors import PackError, StoreError
from voiceagent.stt.pronounce import check_phones

__all__ = ["LEARNED", "Learned", "check_writable", "read_learned", "write_learned"]

LEARNED = "learned.toml"
AGAIN = "delete it and run `voiceagent pack train` again"
Ways = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Learned:
    """Words and the ways they are said and written."""

    pronunciations: Ways = field(default_factory=dict)
    """In CMU phones, as in `pronunciations.toml`."""
    spellings: Ways = field(default_factory=dict)
    """In lower case, as a general recogniser writes what it hears."""

    def __bool__(self) -> bool:
        return bool(self.pronunciations or self.spellings)


def read_learned(folder: Path) -> Learned:
    """What is learnt about the pack in `folder`, perhaps nothing; `PackError`."""
    file = folder / LEARNED
    if not file.is_file():
        return Learned()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        what = f"`{file}` cannot be read"
        raise PackError(what, cause=str(error), hint=AGAIN) from error
    said, written = (_ways(file, data, part) for part in ("said", "written"))
    for word, ways in said.items():
        for way in ways:
            try:
                check_phones(word, way)
            except PackError as error:
                raise _wrong(file, f"{error.what}: {error.cause}") from error
    return Learned(said, written)


def _ways(file: Path, data: Mapping[str, Any], part: str) -> Ways:
    table = data.get(part, {})
    if not isinstance(table, dict):
        raise _wrong(file, f"`{part}` must be a table of words")
    for word, ways in table.items():
        texts = isinstance(ways, list) and all(isinstance(way, str) for way in ways)
        if not texts or not all(map(str.strip, ways)):
            raise _wrong(file, f"`{word}` must be a list of texts")
    return {str(word): tuple(ways) for word, ways in table.items()}


def _wrong(file: Path, cause: str) -> PackError:
    return PackError(f"`{file}` is wrong", cause=cause, hint=AGAIN)


def write_learned(folder: Path, learned: Learned) -> Path:
    """Write the file anew; raises `StoreError`."""
    lines = [
        "# Written by `voiceagent pack train`, anew each time. What you know better",
        "# belongs into pronunciations.toml, which comes first.",
    ]
    for part, table in (
        ("said", learned.pronunciations),
        ("written", learned.spellings),
    ):
        lines += ["", f"[{part}]"]
        lines += [
            f"{json.dumps(word)} = {json.dumps(list(ways))}"
            for word, ways in sorted(table.items())
        ]
    file = folder / LEARNED
    try:
        fresh = file.with_suffix(".part")
        fresh.write_text("\n".join([*lines, ""]), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error
    return file


def check_writable(folder: Path) -> None:
    """That `write_learned` will find room there; raises `StoreError`."""
    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        raise _unwritable(folder / LEARNED, error) from error


def _unwritable(file: Path, error: OSError) -> StoreError:
    return StoreError(
        f"`{file}` cannot be written",
        cause=str(error),
        hint="copy the pack to a folder that you may write to, and train it there",
    )
