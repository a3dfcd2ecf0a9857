"""The public text sets and our own examples, read into one form.

Files are recognised by what they hold, and their part (train, validation, test) by
their name, so that a folder in the sets' own layout or in ours is read alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiceagent.errors import UsageError

__all__ = [
    "NOBODY",
    "TASKS",
    "DataError",
    "Example",
    "Part",
    "Span",
    "find_files",
    "read_examples",
    "read_test",
    "read_training",
]

TASKS = ("clinc150", "snips2017", "hwu64")
NOBODY = "oos"
"""How the sets call a request that none of their intents answers."""


class DataError(UsageError):
    """A data folder or file that cannot be used as it is."""

    code = "data"


@dataclass(frozen=True, slots=True)
class Span:
    """A slot's value in its sentence."""

    start: int
    end: int
    slot: str


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence with what it means."""

    text: str
    intent: str
    """`NOBODY` where no intent of the set fits."""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Examples, and the files that they came from."""

    examples: tuple[Example, ...]
    files: tuple[Path, ...]


def read_training(folder: Path, task: str, *, without: Part) -> Part:
    """Everything in `folder` that may be learned from: never a file of `without`."""
    tested = {_fingerprint(file) for file in without.files}
    files = [
        file
        for file in find_files(folder, task)
        if _role(file) != "test" and _fingerprint(file) not in tested
    ]
    if not files:
        raise DataError(
            f"no training files for {task} in `{folder}`",
            cause="the folder holds nothing but what is tested",
            hint="give --train a folder with train.json, train.jsonl or train_*.json",
        )
    return _read(files)


def read_test(folder: Path, task: str) -> Part:
    """The part of `folder` to score: its test files, else validation, else all."""
    files = find_files(folder, task)
    for role in ("test", "validation", ""):
        chosen = [file for file in files if _role(file) == role]
        if any(_scored(file) for file in chosen):
            return _read(chosen)
    raise DataError(
        f"nothing to score for {task} in `{folder}`",
        cause="all files there are training files",
        hint="give --test a folder with test.json, test.jsonl or validate_*.json",
    )


def _scored(file: Path) -> bool:
    return any(example.intent != NOBODY for example in read_examples(file))


def find_files(folder: Path, task: str) -> list[Path]:
    """The data files of `task` in `folder`, or in its subfolder of that name."""
    if not folder.is_dir():
        raise DataError(
            f"no folder `{folder}`",
            hint="give the folder that holds the data set's JSON files",
        )
    inner = folder / task
    place = inner if inner.is_dir() else folder
    # One level down as well, but no further: DIR might be somebody's home.
    found = [*place.glob("*"), *place.glob("*/*")]
    files = sorted(
        file
        for file in found
        if file.suffix in (".json", ".jsonl")
        and file.is_file()
        and _role(file) != "other"
    )
    if not files:
        raise DataError(
            f"no .json or .jsonl file in `{place}`",
            hint=f"the folder should look like the `{task}` folder of the data sets",
        )
    return files


def _role(file: Path) -> str:
    words = re.split(r"[^a-z0-9]+", file.stem.lower())
    for role, names in (
        ("test", ("test", "testing", "heldout", "eval")),
        ("validation", ("val", "valid", "validate", "validation", "dev", "devel")),
        ("train", ("train", "training")),
        ("other", ("domains", "package", "config", "schema")),
    ):
        if any(name in words for name in names):
            return role
    return ""


def _fingerprint(file: Path) -> bytes:
    return file.read_bytes()


def _read(files: Sequence[Path]) -> Part:
    found = [example for file in files for example in read_examples(file)]
    return Part(tuple(found), tuple(files))


def read_examples(file: Path) -> list[Example]:
    """The examples of one file, in any of the layouts that the sets use."""
    rows = _rows(file)
    try:
        found = [_example(row, file) for row in rows]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise DataError(
            f"cannot read examples from `{file}`",
            cause=f"an entry of unknown form: {error}",
            hint="see `text/` in the data folder for the forms that are read",
        ) from error
    found = [example for example in found if example.text.strip()]
    if not found:
        raise DataError(f"no examples in `{file}`", hint="is the file complete?")
    return found


def _rows(file: Path) -> list[Any]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        if file.suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return list(_flat(json.loads(text)))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise DataError(
            f"cannot read `{file}`",
            cause=str(error),
            hint="the file must be JSON (.json) or one JSON object a line (.jsonl)",
        ) from error


def _flat(content: Any) -> Iterator[Any]:
    # Some editions wrap the list in an object, by intent or by part.
    if isinstance(content, dict):
        for inner in content.values():
            yield from inner
    else:
        yield from content


def _example(row: Any, file: Path) -> Example:
    reader: Callable[[Any, Path], Example] = _from_chunks
    if isinstance(row, dict):
        reader = _from_chunks if "data" in row else _from_object
    elif len(row) == 2 and all(isinstance(part, str) for part in row):
        reader = _from_pair
    return reader(row, file)


def _from_pair(row: Sequence[str], file: Path) -> Example:
    return Example(row[0], row[1])


def _from_object(row: dict[str, Any], file: Path) -> Example:
    spans = tuple(
        Span(int(s), int(e), str(name)) for s, e, name in row.get("spans", ())
    )
    return Example(str(row["text"]), row["intent"] or NOBODY, spans)


def _from_chunks(row: Any, file: Path) -> Example:
    text, spans = "", list[Span]()
    for chunk, slot in _chunks(row):
        inner = chunk.strip()
        start = len(text) + len(chunk) - len(chunk.lstrip())
        text += chunk
        if slot and inner:
            spans.append(Span(start, start + len(inner), slot))
    return Example(text, _named_intent(file), tuple(spans))


def _chunks(row: Any) -> Iterable[tuple[str, str | None]]:
    if isinstance(row, dict):
        return [(part["text"], part.get("entity")) for part in row["data"]]
    return [(str(part[0]), part[1]) for part in row]


def _named_intent(file: Path) -> str:
    # train_AddToPlaylist_full.json, validate_AddToPlaylist.json
    words = [
        word
        for word in file.stem.split("_")
        if word.lower() not in ("train", "validate", "valid", "val", "test", "full")
    ]
    return "_".join(words)
