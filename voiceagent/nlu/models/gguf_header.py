"""The head of a GGUF file, read by us before native code sees the file.

llama.cpp ends the process on some broken files (an assertion is no exception), so
whatever can be told from the head is told here, as a typed error: a file that was cut
short, another kind of model, a vocabulary that does not fit. Nothing is believed: every
length is checked against the bytes that are there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voiceagent.errors import ModelError, ModelMissing

__all__ = ["Header", "Tensor", "broken", "read_header"]

MAGIC = b"GGUF"
VERSIONS = (2, 3)
HEAD_LIMIT = 64 * 2**20
"""Bytes that a head may have; a vocabulary of 260,000 pieces takes 10 MB."""
ENTRIES = 1 << 16
"""Entries and tensors at most; a model of 100 layers has 1,300."""
DIMENSIONS = 4
SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
TEXT, ARRAY = 8, 9
BLOCKS = {
    **{0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24)},
    **{8: (32, 34), 9: (32, 40), 10: (256, 84), 11: (256, 110), 12: (256, 144)},
    **{13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66)},
    **{17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110)},
    **{22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4)},
    **{27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54)},
    **{35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18)},
}
"""ggml type to (weights in a block, bytes of a block)."""

GgufValue = Any
"""A number, truth value or text, or a tuple of them."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where some weights are."""

    name: str
    shape: tuple[int, ...]
    """Innermost first, as ggml counts."""
    kind: int
    offset: int
    """Bytes behind the start of the data."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says about itself; its tensors are known to be in the file."""

    path: Path
    metadata: Mapping[str, GgufValue]
    tensors: Mapping[str, Tensor]

    @property
    def architecture(self) -> str:
        """Such as `llama` or `bert`."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """What its maker called it; the file's name where it has none."""
        return str(self.metadata.get("general.name", "") or self.path.stem)

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The pieces of its tokenizer; empty where it has none."""
        found = self.metadata.get("tokenizer.ggml.tokens", ())
        return found if isinstance(found, tuple) else ()

    @property
    def chat_template(self) -> str:
        """How a conversation is written for it (Jinja); empty where it has none."""
        return str(self.metadata.get("tokenizer.chat_template", ""))

    def number(self, key: str) -> int:
        """A whole number under `<architecture>.<key>`; 0 where there is none."""
        found = self.metadata.get(f"{self.architecture}.{key}", 0)
        return found if isinstance(found, int) else 0


def broken(path: Path, cause: str) -> ModelError:
    """The error for a file that is no usable model."""
    hint = "copy it again; `voiceagent models verify` compares the hashes"
    return ModelError(f"model file `{path}` cannot be used", cause=cause, hint=hint)


def read_header(path: Path) -> Header:
    """The head of a file; `ModelMissing` or `ModelError`, never a crash."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD_LIMIT)
    except FileNotFoundError as error:
        hint = "check the path; `voiceagent models list` shows what is there"
        raise ModelMissing(f"no model file `{path}`", hint=hint) from error
    except OSError as error:
        raise broken(path, str(error)) from error
    try:
        return _parse(path, _Cursor(head), size)
    except _Wrong as wrong:
        raise broken(path, str(wrong)) from wrong


class _Wrong(Exception):
    """What is wrong with the bytes."""


class _Cursor:
    """Reads values from the left and never beyond the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            whole = "the file ends inside its head"
            limit = f"its head is larger than {HEAD_LIMIT >> 20} MB"
            raise _Wrong(limit if len(self.data) >= HEAD_LIMIT else whole)
        found, self.at = self.data[self.at : end], end
        return found

    def scalar(self, code: str) -> GgufValue:
        found = self.take(struct.calcsize(f"<{code}"))
        return struct.unpack(f"<{code}", found)[0]

    def count(self, most: int, what: str) -> int:
        found = int(self.scalar("Q"))
        if found > most:
            raise _Wrong(f"{found} {what} are claimed")
        return found

    def text(self) -> str:
        # No text is longer than what is left of the head.
        length = self.count(len(self.data) - self.at, "bytes of text")
        return self.take(length).decode("utf-8", errors="surrogateescape")

    def value(self, kind: int) -> GgufValue:
        if kind == TEXT:
            return self.text()
        if kind == ARRAY:
            return self.array()
        if kind not in SCALARS:
            raise _Wrong(f"type {kind} is unknown")
        return self.scalar(SCALARS[kind])

    def array(self) -> tuple[GgufValue, ...]:
        kind = int(self.scalar("I"))
        count = self.count(len(self.data) - self.at, "array entries")
        if kind == TEXT:
            return tuple(self.text() for _ in range(count))
        if kind not in SCALARS:
            raise _Wrong(f"an array of type {kind} is not allowed")
        code = f"<{count}{SCALARS[kind]}"
        return struct.unpack(code, self.take(struct.calcsize(code)))


def _parse(path: Path, cursor: _Cursor, size: int) -> Header:
    if cursor.take(4) != MAGIC:
        raise _Wrong("it is no GGUF file")
    version = int(cursor.scalar("I"))
    if version not in VERSIONS:
        raise _Wrong(f"GGUF version {version} is not known")
    tensor_count = cursor.count(ENTRIES, "tensors")
    entry_count = cursor.count(ENTRIES, "entries")
    metadata = dict(_entry(cursor) for _ in range(entry_count))
    if "" in metadata or len(metadata) < entry_count:
        raise _Wrong("an entry has no name, or two have the same")
    tensors = [_tensor(cursor) for _ in range(tensor_count)]
    by_name = {tensor.name: tensor for tensor in tensors}
    if len(by_name) < len(tensors):
        raise _Wrong("two tensors have the same name")
    _check_places(tensors, _data_start(metadata, cursor.at), size)
    return Header(path, metadata, by_name)


def _entry(cursor: _Cursor) -> tuple[str, GgufValue]:
    return cursor.text(), cursor.value(int(cursor.scalar("I")))


def _tensor(cursor: _Cursor) -> Tensor:
    name, rank = cursor.text(), int(cursor.scalar("I"))
    if not 0 < rank <= DIMENSIONS:
        raise _Wrong(f"a tensor has {rank} dimensions")
    shape = tuple(int(cursor.scalar("Q")) for _ in range(rank))
    kind, offset = int(cursor.scalar("I")), int(cursor.scalar("Q"))
    return Tensor(name, shape, kind, offset, _size(shape, kind))


def _size(shape: tuple[int, ...], kind: int) -> int:
    if kind not in BLOCKS:
        raise _Wrong(f"tensor type {kind} is unknown")
    block, stored = BLOCKS[kind]
    if min(shape) < 1 or shape[0] % block:
        raise _Wrong(f"a tensor has the shape {shape}")
    weights = 1
    for width in shape:
        weights *= width
    return weights // block * stored


def _data_start(metadata: Mapping[str, GgufValue], at: int) -> int:
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 16:
        raise _Wrong("its alignment is wrong")
    return -(-at // alignment) * alignment


def _check_places(tensors: list[Tensor], start: int, size: int) -> None:
    if not tensors:
        raise _Wrong("it holds no weights")
    for tensor in tensors:
        if start + tensor.offset + tensor.size > size:
            have, need = size, max(_ends(tensors, start))
            raise _Wrong(f"it was cut short: {have} of at least {need} bytes")


def _ends(tensors: list[Tensor], start: int) -> Iterator[int]:
    return (start + tensor.offset + tensor.size for tensor in tensors)
