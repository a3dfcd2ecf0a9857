"""`./voiceagent.toml`: settings of the folder one stands in, which may be a stranger's.

Keys that only tune (waits, words, volume) are obeyed. Whatever runs programs, loads
files, lets words out, reaches an address or costs money is obeyed once the file was
trusted: that very content, at that very place. A file named by `--config` is trusted by
being named.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from voiceagent.app.choices import CHOICES, offered
from voiceagent.errors import ConfigError, StoreError
from voiceagent.store.files import private_folder, put

__all__ = [
    "NAME",
    "ProjectFile",
    "check_trust",
    "config_folder",
    "content_of",
    "find_project",
    "forget",
    "keys_to_trust",
    "trust",
]

NAME = "voiceagent.toml"
LARGEST = 1_000_000
"""Bytes of a file of settings."""
TUNING = ("wake", "vad", "endpoint", "stt", "slm", "route", "speak", "budget", "audio")
"""Sections whose numbers and switches change how it hears and speaks, and no more."""
WORD = re.compile(r"[\w-]{0,40}")
VOICE = re.compile(r"(espeak|festival|say)/[\w-]{1,40}|flite/(slt|rms|awb|kal|kal16)")
"""A voice of an engine; any other name may be a file."""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """The file of a folder, read once: what is judged is what is used."""

    path: Path
    content: bytes

    @property
    def digest(self) -> str:
        """Of what was read."""
        return hashlib.sha256(self.content).hexdigest()


class _Mark(Struct, frozen=True):
    """What was trusted at a place."""

    path: str
    sha256: str


def config_folder(environ: Mapping[str, str]) -> Path:
    """Where this user's own settings are."""
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '~')}/.config"
    return Path(home) / "voiceagent"


def find_project(folder: Path | None = None) -> ProjectFile | None:
    """The file of a folder, by default of the one that one stands in; None where there
    is none. Raises `ConfigError` where it cannot be read."""
    try:
        place = (folder or Path.cwd()).resolve() / NAME
    except OSError:  # the folder is gone
        return None
    content = content_of(place)
    return None if content is None else ProjectFile(place, content)


def content_of(path: Path) -> bytes | None:
    """A plain file, whole; None where there is none. Raises `ConfigError`."""
    try:
        # What is no plain file is not waited for, whatever it becomes meanwhile.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, str(error)) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    try:
        with open(handle, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise _unreadable(path, str(error)) from error
    if len(content) > LARGEST:
        raise _unreadable(path, f"it has more than {LARGEST} bytes")
    return content


def keys_to_trust(values: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The keys that are obeyed only where the file is trusted."""
    return sorted(
        f"{section}.{key}"
        for section, body in values.items()
        for key, value in body.items()
        if not _tunes(section, key, value)
    )


def check_trust(
    project: ProjectFile,
    values: Mapping[str, Mapping[str, Any]],
    environ: Mapping[str, str],
) -> None:
    """Raises `ConfigError` where it sets what has to be trusted, and is not."""
    keys = keys_to_trust(values)
    if not keys:
        return
    mark = _mark(project.path, environ)
    if mark == _Mark(str(project.path), project.digest):
        return
    state = "has changed since you trusted it" if mark else "is not trusted"
    named = ", ".join(f"`{key}`" for key in keys[:6])
    more = f" and {len(keys) - 6} more" if len(keys) > 6 else ""
    raise ConfigError(
        f"`{project.path}` {state}",
        cause=f"it sets {named}{more}, which may run programs, reach others, or let "
        "words out",
        hint="read it, and what it names; then run `voiceagent config trust`",
    )


def trust(project: ProjectFile, environ: Mapping[str, str]) -> None:
    """From now on that content may do so at that place; raises `StoreError`."""
    file = _mark_file(project.path, environ)
    try:
        private_folder(file.parent)
        put(file, msgspec.json.encode(_Mark(str(project.path), project.digest)))
    except OSError as error:
        raise _not_kept(file, error) from error


def forget(path: Path, environ: Mapping[str, str]) -> bool:
    """It is not trusted any more; False where it was not. Raises `StoreError`."""
    file = _mark_file(path, environ)
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _not_kept(file, error) from error
    return True


def _tunes(section: str, key: str, value: Any) -> bool:
    if f"{section}.{key}" in HARMLESS:
        return HARMLESS[f"{section}.{key}"](value)
    if section not in TUNING:
        return False
    return isinstance(value, bool | int | float)


def _names_ours(value: Any) -> bool:
    """An engine that comes along, or that nobody has: one of a plugin's may be any
    program."""
    return isinstance(value, str) and not offered(value)


def _is_words(value: Any) -> bool:
    return all(isinstance(one, str) and WORD.fullmatch(one) for one in _several(value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _several(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [value]


def _is_voice(value: Any) -> bool:
    if not isinstance(value, str) or not _names_ours(value.partition("/")[0]):
        return False
    return "/" not in value or VOICE.fullmatch(value) is not None


HARMLESS: Mapping[str, Callable[[Any], bool]] = {
    **{key: _names_ours for key in CHOICES if key.partition(".")[0] in TUNING},
    "speak.voice": _is_voice,
    "wake.words": _is_words,  # a path would be a model of somebody's
    "stt.language": _is_words,
    "audio.device": _is_text,
    "audio.output": _is_text,
    "audio.duplex": _is_words,
    "pack.area": _is_text,
}
"""Keys with words that are obeyed, where those are of this kind."""


def _mark_file(path: Path, environ: Mapping[str, str]) -> Path:
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
    return config_folder(environ) / "trusted" / f"{name}.json"


def _mark(path: Path, environ: Mapping[str, str]) -> _Mark | None:
    """What was trusted at that place, if this user noted it and nobody else can."""
    file = _mark_file(path, environ)
    try:
        with file.open("rb") as opened:
            seen = os.fstat(opened.fileno())
            ours = not hasattr(os, "geteuid") or seen.st_uid == os.geteuid()
            if not ours or (seen.st_mode & 0o022 and os.name != "nt"):
                return None
            return msgspec.json.decode(opened.read(LARGEST), type=_Mark)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _unreadable(path: Path, cause: str) -> ConfigError:
    hint = "mend or remove it, or name another one with `--config`"
    return ConfigError(f"cannot read configuration `{path}`", cause=cause, hint=hint)


def _not_kept(file: Path, error: OSError) -> StoreError:
    return StoreError(
        f"what is trusted cannot be noted in `{file.parent}`",
        cause=str(error),
        hint="look at that folder, or name the file with `--config` each time",
    )
