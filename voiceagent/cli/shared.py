"""What commands have in common: configuration, output and progress."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from voiceagent.errors import DeviceMissing, EngineMissing
from voiceagent.errors.foreign import cleaned, escaped, words_of_others

if TYPE_CHECKING:
    from rich.console import Console

    from voiceagent.app.config import Config
    from voiceagent.app.workshop import Workshop
    from voiceagent.audio.player import Player
    from voiceagent.store import BookTrouble

__all__ = [
    "ChannelOption",
    "ConfigOption",
    "JsonOption",
    "PackOption",
    "RegionOption",
    "console",
    "configure",
    "emit_json",
    "errors",
    "loudspeaker",
    "name_project",
    "pack_path",
    "progress",
    "tell",
    "tell_troubles",
    "workshop",
    "write",
]

T = TypeVar("T")
_NAMED: set[Path] = set()

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file instead of the usual two."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
RegionOption = Annotated[
    str | None,
    typer.Option(
        "--region",
        metavar="URL",
        help="Hand what the device does not know to this endpoint (ws://, wss://, "
        "sim://).",
    ),
]


def pack_path(text: str) -> Path:
    """A pack as it was typed: `coffee` may be the shipped one, `./coffee` is a
    folder."""
    place = Path(text).expanduser()
    plain = place.name == text and text not in (".", "..")
    return place if plain else place.absolute()


ChannelOption = Annotated[
    int | None,
    typer.Option(
        "--channel",
        min=0,
        max=64,
        help="Of several channels the one to listen to, from 1; 0: chosen by itself.",
    ),
]
PackOption = Annotated[
    Path | None,
    typer.Option(
        "--pack",
        parser=pack_path,
        metavar="DIR",
        help="Folder of a pack instead of the built-in home.",
    ),
]


def console() -> Console:
    """Where results go."""
    from voiceagent.cli.plain_console import PlainConsole

    return PlainConsole(soft_wrap=not sys.stdout.isatty())


def errors() -> Console:
    """Where everything else goes."""
    from voiceagent.cli.plain_console import PlainConsole

    return PlainConsole(stderr=True)


def write(line: str) -> None:
    """A result as plain words: what loads nothing to be shown."""
    sys.stdout.write(f"{words_of_others(line)}\n")
    sys.stdout.flush()


def tell(line: str) -> None:
    """A plain remark on stderr, dim where a person looks."""
    line = words_of_others(line).replace("\n", "\n  ")
    dim = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    sys.stderr.write(f"\x1b[2m{line}\x1b[0m\n" if dim else f"{line}\n")


def tell_troubles(troubles: Iterable[BookTrouble]) -> None:
    """What is wrong with a book, on stderr."""
    from voiceagent.errors.lines import here

    for trouble in troubles:
        tell(f"{trouble.what}: {trouble.why} (hint: {here(trouble.hint)})")


def configure(file: Path | None, pack: Path | None = None, **flags: object) -> Config:
    """The configuration with flags on top (`wake__words=...`); None is not given."""
    from voiceagent.app.config import load_config

    given = {key.replace("__", "."): v for key, v in flags.items() if v is not None}
    if pack is not None:
        given["pack.folder"] = str(pack)
    loaded = load_config(file, flags=given)
    name_project(loaded.project)
    return loaded.config


def name_project(file: Path | None) -> None:
    """Say once whose settings are obeyed beside the user's own."""
    if file is not None and file not in _NAMED:
        _NAMED.add(file)
        tell(f"settings of `{file}` are obeyed")


def workshop(file: Path | None, pack: Path | None = None, **flags: object) -> Workshop:
    """The workshop of that configuration."""
    from voiceagent.app.workshop import Workshop

    return Workshop(configure(file, pack, **flags))


def loudspeaker(output: str, *, without: str) -> Player | None:
    """The loudspeaker, or None where there is none; then `without` is announced."""
    from voiceagent.audio.loudspeaker import SpeakerPlayer

    try:
        return SpeakerPlayer(output or None)
    except (DeviceMissing, EngineMissing) as error:
        errors().print(f"no loudspeaker, {without}: {error.what}", markup=False)
        return None


def emit_json(value: Mapping[str, Any]) -> None:
    """One object a line on stdout, keys in the order given; flushed for pipes."""
    import msgspec

    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:  # bytes in a file's name that are no text
        data = msgspec.json.encode(cleaned(msgspec.to_builtins(value)))
    sys.stdout.buffer.write(escaped(data.decode()).encode() + b"\n")
    sys.stdout.buffer.flush()


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The items, with a bar on stderr when a person is looking."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield from items
        return
    from rich.progress import track

    yield from track(
        items, description=what, total=total, console=errors(), transient=True
    )
