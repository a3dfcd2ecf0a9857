"""Model folders and scripted models, for tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

from voiceagent.engines.fake import ScriptedSlm
from voiceagent.errors import ModelMissing
from voiceagent.nlu.decision import Thresholds
from voiceagent.nlu.models.model_folder import digest
from voiceagent.nlu.slm.protocol import Guess, Slm

__all__ = ["Source", "gguf", "model_folder"]


def gguf(path: Path, architecture: str = "llama", licence: str = "") -> Path:
    """A file with a sound GGUF head and one tensor: enough to be looked at."""

    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    entries = {"general.architecture": architecture}
    if licence:
        entries["general.license"] = licence
    body = b"".join(
        text(k) + struct.pack("<I", 8) + text(v) for k, v in entries.items()
    )
    tensor = text("token_embd.weight") + struct.pack("<IQIQ", 1, 32, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(entries)) + body + tensor
    path.write_bytes(head + bytes(-len(head) % 32) + bytes(4 * 32))
    return path


def model_folder(
    base: Path, name: str = "toy", *, files: Mapping[str, bytes] | None = None
) -> Path:
    """A folder with a card and files whose hashes are right."""
    folder = base / name
    folder.mkdir(parents=True)
    for file, data in (files or {"model.gguf": b"weights"}).items():
        (folder / file).write_bytes(data)
    hashes = [
        f'"{file.name}" = "{digest(file)}"\n' for file in sorted(folder.iterdir())
    ]
    (folder / "model.toml").write_text(
        f'name = "{name}"\nkind = "intent-encoder"\nversion = "1"\n'
        'file = "model.gguf"\nlicence = "Apache-2.0"\nsource = "a test"\n\n'
        "[sha256]\n" + "".join(hashes)
    )
    (folder / "README.md").write_text("# A card\n")
    return folder


class Source:
    """Models by name, as a `ModelSource`; a value may be an error."""

    def __init__(self, **known: Mapping[str, Guess | Exception] | Exception) -> None:
        self.known = known
        self.open: list[ScriptedSlm] = []
        self.choice = ""
        self.limit = Thresholds()

    def load(self, name: str) -> Slm | None:
        """A new scripted model; None for `none`."""
        if name == "none":
            return None
        found = self.known.get(name, ModelMissing(f"no model `{name}`"))
        if isinstance(found, Exception):
            raise found
        slm = ScriptedSlm(found, name=name, version=f"1 {name}")
        self.open.append(slm)
        return slm

    def release(self, slm: Slm) -> None:
        """Close it and forget it."""
        slm.close()
        self.open = [one for one in self.open if one is not slm]

    def limits(self, slm: Slm) -> Thresholds:
        """The same for all."""
        return self.limit

    def stamp(self) -> object:
        """The choice itself."""
        return self.choice

    def wanted(self) -> str:
        """The choice."""
        return self.choice
