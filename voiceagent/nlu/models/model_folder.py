"""Model folders: what ships with voiceagent, and what the user has added.

A folder holds `model.toml` (name, kind, licence, hashes), the files of the model and a
card. Nothing is loaded before the hashes have been compared: a file that was cut short
or exchanged is refused with its name, before native code sees it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from voiceagent.errors import ModelError, ModelMissing
from voiceagent.nlu.models.gguf_header import read_header
from voiceagent.nlu.models.model_card import (
    CARD,
    NONE,
    Kind,
    Model,
    ModelCard,
    ModelState,
    Origin,
    digest,
)
from voiceagent.nlu.models.packages import packaged_model, packaged_models

__all__ = [
    "CARD",
    "NONE",
    "Kind",
    "Model",
    "ModelCard",
    "ModelState",
    "check_files",
    "digest",
    "every_model",
    "find_model",
    "folders",
    "insist",
    "model_at",
    "plain_name",
    "read_model",
    "shipped_folder",
    "state",
    "stated_licence",
    "user_folder",
]

ENCODERS = ("bert", "nomic-bert", "jina-bert-v2", "t5encoder", "clip")
UNLISTED = (CARD, "README.md")
"""Files that need no hash."""
PACKAGE = Path(__file__).parents[2]


def shipped_folder() -> Path:
    """Where our own models are: in the checkout, or inside the installed package."""
    checkout = PACKAGE.parent / "models"
    in_checkout = (PACKAGE.parent / "pyproject.toml").is_file()
    return checkout if in_checkout else PACKAGE / "shipped_models"


def user_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the user's models are; need not exist."""
    environ = os.environ if environ is None else environ
    home = environ.get("XDG_DATA_HOME")
    data = Path(home) if home else Path(environ.get("HOME", "~"), ".local", "share")
    return data.expanduser() / "voiceagent" / "models"


def read_model(folder: Path, origin: Origin = "path") -> Model:
    """The model in a folder, its card checked (not its files); `ModelError`."""
    file = folder / CARD
    if not file.is_file():
        raise ModelMissing(
            f"no model in `{folder}`",
            cause=f"there is no `{CARD}`",
            hint="`voiceagent models list` shows what is there",
        )
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        card = msgspec.convert(data, ModelCard)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise _broken(file, str(error)) from error
    _check_names(file, card)
    return Model(card, folder, origin)


def _broken(file: Path, cause: str) -> ModelError:
    hint = "mend it, or add the model again with `voiceagent models add PATH`"
    return ModelError(f"model card `{file}` is wrong", cause=cause, hint=hint)


def _check_names(file: Path, card: ModelCard) -> None:
    for name in (card.file, *card.sha256):
        path = PurePosixPath(name)
        if not name or path.is_absolute() or ".." in path.parts or "\\" in name:
            raise _broken(file, f"`{name}` is no file of this folder")
    if card.file not in card.sha256:
        raise _broken(file, f"`{card.file}` has no entry under [sha256]")


def folders() -> tuple[tuple[Path, Origin], ...]:
    """Where models are looked for, in order: the user's stand before ours."""
    return (user_folder(), "user"), (shipped_folder(), "shipped")


def every_model() -> Iterator[Model | ModelError]:
    """All models, those that cannot be read as errors; a user's hides ours."""
    seen: set[str] = set()
    for base, origin in folders():
        for folder in _inside(base):
            hidden = folder.name in seen or folder.name.startswith(".")
            if hidden or not (folder / CARD).is_file():
                continue
            seen.add(folder.name)
            try:
                yield read_model(folder, origin)
            except ModelError as error:
                yield error
    yield from (model for model in packaged_models() if model.name not in seen)


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        hint = "check its rights"
        raise ModelError(
            f"cannot read `{folder}`", cause=str(error), hint=hint
        ) from error


def find_model(name: str) -> Model:
    """The model of that name, or at that path; `ModelMissing` or `ModelError`."""
    path = Path(name).expanduser()
    for base, origin in folders():
        if path.name == name and (base / name / CARD).is_file():
            return read_model(base / name, origin)
    if path.exists():
        return model_at(path)
    if (packaged := packaged_model(name)) is not None:
        return packaged
    known = [model.name for model in every_model() if isinstance(model, Model)]
    raise ModelMissing(
        f"no model `{name}`",
        cause="neither a known name nor a path",
        hint=f"known: {', '.join(known) or 'none'}; "
        "add one with `voiceagent models add PATH`",
    )


def model_at(path: Path) -> Model:
    """The model at a path: a folder with a card, or a bare GGUF that talks."""
    if path.is_dir():
        return read_model(path)
    if not path.is_file():
        raise ModelMissing(f"no model file `{path}`", hint="check the path")
    card = ModelCard(
        name=plain_name(path.stem),
        kind="instruct",
        version="0",
        file=path.name,
        licence=stated_licence(path),
        source=str(path),
        sha256={path.name: digest(path)},
    )
    return Model(card, path.parent, "file")


def plain_name(text: str) -> str:
    """A name that a folder may have, made from any text."""
    kept = (c if c.isascii() and c.isalnum() or c in "._-" else "-" for c in text)
    name = "".join(kept).strip("._-")[:64]
    return name if name not in ("", NONE) else "model"


def stated_licence(gguf: Path) -> str:
    """What a GGUF says of its licence; raises where it is no model that talks."""
    header = read_header(gguf)
    if header.architecture in ENCODERS:
        raise ModelError(
            f"`{gguf}` reads and cannot answer",
            cause=f"a {header.architecture} model needs the heads that belong to it",
            hint="give the folder that holds `model.toml` beside it",
        )
    return str(header.metadata.get("general.license") or "unknown")


def check_files(model: Model) -> dict[str, ModelState]:
    """Every file that the card names, or that lies beside them, and its state."""
    found = {}
    for name, wanted in sorted(model.card.sha256.items()):
        file = model.folder / name
        if not file.is_file():
            found[name] = ModelState.MISSING
        else:
            same = digest(file) == wanted
            found[name] = ModelState.OK if same else ModelState.CHANGED
    # What nobody vouches for must not lie where an engine looks for its parts.
    if model.origin not in ("file", "package"):
        found |= dict.fromkeys(_strangers(model), ModelState.CHANGED)
    return found


def _strangers(model: Model) -> Iterator[str]:
    for file in _inside(model.folder):
        known = file.name in (*UNLISTED, *model.card.sha256)
        if file.is_file() and not known and not file.name.startswith("."):
            yield file.name


def state(model: Model) -> ModelState:
    """Whether all files are there and unchanged; reads all of them."""
    states = set(check_files(model).values())
    for worst in (ModelState.MISSING, ModelState.CHANGED):
        if worst in states:
            return worst
    return ModelState.OK


def insist(model: Model) -> None:
    """Raise `ModelError` unless all files are there and unchanged."""
    wrong = [f"`{k}` {v}" for k, v in check_files(model).items() if v != ModelState.OK]
    if wrong:
        raise ModelError(
            f"model `{model.name}` is not what its card says",
            cause=", ".join(wrong),
            hint="install it again, or choose another with "
            "`voiceagent models use NAME`",
        )
