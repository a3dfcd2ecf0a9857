"""The user's own models: putting one on the shelf, and choosing which one is used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from voiceagent.clock import wall
from voiceagent.errors import ModelError
from voiceagent.nlu.models.model_folder import (
    CARD,
    Kind,
    Model,
    ModelCard,
    digest,
    insist,
    plain_name,
    read_model,
    user_folder,
)
from voiceagent.store.files import alive, private_folder, put

__all__ = ["ModelChoice", "add_file", "add_folder"]


class ModelChoice:
    """Which model the user wants: one line in a file, replaced in one step."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self.file = user_folder(environ) / "current"

    def read(self) -> str:
        """The name or path that was chosen; empty if none was."""
        try:
            return self.file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            hint = "choose again with `voiceagent models use NAME`"
            what = f"cannot read `{self.file}`"
            raise ModelError(what, cause=str(error), hint=hint) from error

    def write(self, name: str) -> None:
        """Choose; an agent that runs takes it up between two turns."""
        with _translated(self.file):
            private_folder(self.file.parent)
            put(self.file, f"{name}\n".encode())

    def stamp(self) -> tuple[int, int]:
        """Changes whenever the choice does: cheap enough to ask at every turn."""
        try:
            found = self.file.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns


def add_file(
    file: Path, *, kind: Kind, licence: str, name: str = "", link: bool = False
) -> Model:
    """Put a bare GGUF on the shelf; `link`: leave the file where it is."""
    with _translated(file):
        hashed = digest(file)
        card = ModelCard(
            name=plain_name(name or file.stem),
            kind=kind,
            version="1",
            file="model.gguf",
            licence=licence,
            source=f"added from {file.name}",
            accepted=wall().date().isoformat(),
            sha256={"model.gguf": hashed},
        )
        with _new_folder(card.name) as folder:
            _place(file, folder / card.file, link=link)
            (folder / CARD).write_text(_toml(card), encoding="utf-8")
    return read_model(user_folder() / card.name, "user")


def add_folder(source: Path, *, licence: str, link: bool = False) -> Model:
    """Put a model folder on the shelf, its hashes compared before and after."""
    found = read_model(source)
    insist(found)
    card = _accepted(found.card, licence)
    with _translated(source):
        with _new_folder(card.name) as folder:
            for name in _files(found):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                _place(source / name, folder / name, link=link)
            (folder / CARD).write_text(_toml(card), encoding="utf-8")
    added = read_model(user_folder() / card.name, "user")
    insist(added)
    return added


def _accepted(card: ModelCard, licence: str) -> ModelCard:
    return ModelCard(
        name=card.name,
        kind=card.kind,
        version=card.version,
        file=card.file,
        licence=licence or card.licence,
        source=card.source,
        accepted=wall().date().isoformat(),
        sha256=card.sha256,
    )


def _files(model: Model) -> list[str]:
    card = ["README.md"] if (model.folder / "README.md").is_file() else []
    return [*model.card.sha256, *card]


def _place(source: Path, target: Path, *, link: bool) -> None:
    if link:
        target.symlink_to(source.resolve())
    else:
        shutil.copyfile(source, target)


@contextmanager
def _new_folder(name: str) -> Iterator[Path]:
    """A folder that appears on the shelf when it is whole, or not at all."""
    target = user_folder() / name
    if target.exists():
        hint = f"remove `{target}`, or give another `--name`"
        raise ModelError(f"there is a model `{name}` already", hint=hint)
    partial = target.with_name(f".{name}.{os.getpid()}")
    private_folder(target.parent)
    for left in target.parent.glob(".*.*"):  # by a process that was killed
        owner = left.name.rpartition(".")[2]
        if owner.isdecimal() and not alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _translated(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"`{place}` could not be put in place",
            cause=str(error),
            hint=f"check rights and space of `{user_folder()}`",
        ) from error


def _toml(card: ModelCard) -> str:
    texts = ("name", "kind", "version", "file", "licence", "source", "accepted")
    lines = [f"{key} = {_quoted(getattr(card, key))}" for key in texts]
    hashes = [f"{_quoted(name)} = {_quoted(h)}" for name, h in card.sha256.items()]
    return "\n".join([*lines, "", "[sha256]", *hashes, ""])


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    import msgspec

    safe = text.replace("\x7f", " ")
    return msgspec.json.encode(safe).decode()
