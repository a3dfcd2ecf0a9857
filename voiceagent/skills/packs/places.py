"""Where packs lie, and which files one is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from voiceagent.errors import PackError
from voiceagent.lang.languages import LANGUAGE

__all__ = [
    "BUILT_IN",
    "HOME",
    "SHIPPED",
    "contents",
    "has_own_house",
    "find_pack",
    "pack_parts",
    "sentences_folder",
    "shared_files",
    "shipped_packs",
]

SHIPPED = Path(__file__).parent
BUILT_IN = SHIPPED.parent
HOME = SHIPPED / "home"
OURS = (
    *("intents.yaml", "frames.yaml", "lists.yaml", "replies.yaml", "house.toml"),
    *("pronunciations.toml", "learned.toml", "handler.py"),
)
"""What a folder of a pack or skill may hold."""


def shipped_packs() -> list[str]:
    """Names of the packs that come with the program."""
    found = (path.name for path in SHIPPED.iterdir() if path.is_dir())
    return sorted(name for name in found if not name.startswith("_"))


def find_pack(folder: Path | None) -> Path:
    """The folder of a pack that is named by its path or, if shipped, by its name.

    None is the home pack. Raises `PackError` where a name means two: the folder that
    one stands in may be a stranger's.
    """
    if folder is None:
        return HOME
    if len(folder.parts) != 1 or folder.name not in shipped_packs():
        return folder
    if not _holds_templates(folder):
        return SHIPPED / folder
    raise PackError(
        f"`{folder}` is a pack that is shipped, and a folder here",
        cause="the two need not be the same",
        hint=f"for the folder write its whole path, `{folder.resolve()}`; for the "
        "other one stand elsewhere",
    )


def _holds_templates(folder: Path) -> bool:
    return (folder / "intents.yaml").is_file() or sentences_folder(folder) is not None


def pack_parts(home: Path) -> list[Path]:
    """The folders that hold the templates of a pack."""
    if home != HOME:
        return [home]
    found = sorted(path.parent for path in BUILT_IN.glob("*/intents.yaml"))
    if found:
        return found
    raise PackError(f"no skills in `{BUILT_IN}`", hint="install voiceagent again")


def has_own_house(folder: str) -> bool:
    """Whether a pack that is named so has a house of its own, or has no use for one;
    the demo house of the built-in one is nobody's."""
    if not folder:
        return False
    home = find_pack(Path(folder))
    return (home / "house.toml").is_file() or sentences_folder(home) is None


def sentences_folder(folder: Path) -> Path | None:
    """Where the template files in Home Assistant's layout lie; None: there are none."""
    for found in (folder / "sentences" / LANGUAGE, folder / LANGUAGE, folder):
        # Beside the folder `sentences`, Home Assistant keeps an `intents.yaml` too.
        ours = found == folder and (folder / "intents.yaml").is_file()
        if (found / "_common.yaml").is_file() and not ours:
            return found
    return None


def shared_files(root: Path) -> Iterator[tuple[str, list[Path]]]:
    """Rules and lists that Home Assistant keeps beside its sentences, by kind."""
    for part, folder in (
        ("expansion_rules", root / "rules" / LANGUAGE),
        ("lists", root / "lists"),
        ("lists", root / "lists" / LANGUAGE),
    ):
        yield part, sorted(folder.glob("*.yaml"))


def contents(
    folder: Path | None, skills: Sequence[Path], house: Path | None = None
) -> Iterator[bytes]:
    """Everything that a pack with these skills is made of: places and what is there.
    `house`: a house file instead of the pack's."""
    home = find_pack(folder)
    parts = (home, *pack_parts(home), *skills)
    files = [file for part in parts for file in _files(part)]
    for file in (*files, *([house] if house else ())):
        try:
            body = file.read_bytes()
        except OSError:
            yield f"{file} is not there".encode("utf-8", "surrogateescape")
        else:
            yield str(file).encode("utf-8", "surrogateescape")
            yield body


def _files(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in OURS)
    sentences = sentences_folder(folder)
    if sentences is not None:
        root = sentences.parent.parent
        yield root / "intents.yaml"
        yield HOME / "house.toml"
        yield from sorted(sentences.rglob("*.yaml"))
        for _, files in shared_files(root):
            yield from files
