"""What is known of a model before it is loaded: its card and where it lies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from voiceagent.errors import ModelError

__all__ = [
    "CARD",
    "NONE",
    "Hash",
    "Kind",
    "Model",
    "ModelCard",
    "ModelState",
    "Origin",
    "digest",
]

CARD = "model.toml"
"""The file that makes a folder a model."""
NONE = "none"
"""The name that stands for no model."""

Kind = Literal["intent-encoder", "generative-intents", "instruct", "acoustic"]
ModelName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Origin = Literal["shipped", "user", "path", "file", "package"]
"""Ours, the user's, a folder somewhere else, a bare file, or in a Python package."""
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class ModelCard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `model.toml` says."""

    name: ModelName
    kind: Kind
    version: str
    file: str
    """What is loaded first, relative to the folder."""
    licence: str
    source: str = ""
    accepted: str = ""
    """When the user accepted the licence, for models of their own."""
    sha256: dict[str, Hash] = field(default_factory=dict)


class ModelState(StrEnum):
    """Whether the files are those that the card names."""

    OK = "ok"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Model:
    """One model on this device."""

    card: ModelCard
    folder: Path
    origin: Origin = "shipped"

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.card.name

    @property
    def path(self) -> Path:
        """The file that is loaded first."""
        return self.folder / self.card.file

    @property
    def version(self) -> str:
        """Version and the first twelve digits of the first file's hash."""
        return f"{self.card.version} {self.card.sha256.get(self.card.file, '')[:12]}"

    @property
    def size(self) -> int:
        """Bytes of all files named in the card that are there."""
        files = (self.folder / name for name in self.card.sha256)
        return sum(file.stat().st_size for file in files if file.is_file())


def digest(file: Path) -> str:
    """SHA-256 of a file, in hex; `ModelError` where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        what, hint = f"cannot read `{file}`", "check its rights and the disk"
        raise ModelError(what, cause=str(error), hint=hint) from error
