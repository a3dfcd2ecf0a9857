"""SmolLM2-135M-Instruct as its package carries it, as numbers, and back as a file.

No other weights of it can be had here than those of that GGUF, four bits each, so what
is learnt is learnt on top of them. Queries and keys lie as llama.cpp turns them, in
pairs of neighbours; an adapter trained on them fits the file as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from lib.training.llama_file import NAMES, NORMS, add_matrix, finish

__all__ = ["Base", "LoraShape", "read_base", "write_adapter", "write_merged"]

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoraShape:
    """What of the base's sizes its matrices do not tell, and the adapter's own."""

    heads: int
    shared: int
    """Heads of keys and values."""
    turn: float
    """How slowly positions turn."""
    epsilon: float
    rank: int = 8
    scale: float = 2.0
    """How much the adapter counts."""


@dataclass(frozen=True, slots=True)
class Base:
    """The frozen weights: matrices `[layer, out, in]`."""

    table: np.ndarray
    norm: np.ndarray
    layers: dict[str, np.ndarray]
    shape: LoraShape


def read_base(path: Path) -> Base:
    """The weights of a Llama in GGUF, dequantised; input and output share a table."""
    reader = gguf.GGUFReader(path)
    plain = {tensor.name: _plain(tensor) for tensor in reader.tensors}
    count = int(_field(reader, "block_count"))
    layers = {
        ours: np.stack([plain[f"blk.{at}.{theirs}.weight"] for at in range(count)])
        for ours, theirs in {**NAMES, **NORMS}.items()
    }
    shape = LoraShape(
        int(_field(reader, "attention.head_count")),
        int(_field(reader, "attention.head_count_kv")),
        float(_field(reader, "rope.freq_base")),
        float(_field(reader, "attention.layer_norm_rms_epsilon")),
    )
    norm = plain["output_norm.weight"]
    return Base(plain["token_embd.weight"], norm, layers, shape)


def _field(reader: gguf.GGUFReader, name: str) -> Any:
    return reader.fields[f"llama.{name}"].contents()


def _plain(tensor: Any) -> np.ndarray:
    values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    return np.asarray(values, np.float32)


def write_merged(path: Path, base: Path, adapter: Tree, shape: LoraShape) -> None:
    """The base with the adapter added in, eight bits a number, tokenizer and all."""
    reader = gguf.GGUFReader(base)
    partial = path.with_suffix(".part")
    writer = gguf.GGUFWriter(partial, "llama")
    for name, field in reader.fields.items():
        if not name.startswith("GGUF.") and name != "general.architecture":
            kinds = field.types
            inner = kinds[-1] if kinds[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), kinds[0], sub_type=inner)
    added = dict(_added(adapter, shape))
    for tensor in reader.tensors:
        values = _plain(tensor) + added.get(tensor.name, np.float32(0))
        if values.ndim == 1:
            writer.add_tensor(tensor.name, values)
        else:
            add_matrix(writer, tensor.name, values)
    finish(writer, partial, path)


def _added(adapter: Tree, shape: LoraShape) -> Iterator[tuple[str, np.ndarray]]:
    for ours, pair in adapter.items():
        first, second = np.asarray(pair["a"]), np.asarray(pair["b"])
        for at in range(len(first)):
            name = f"blk.{at}.{NAMES[ours]}.weight"
            yield name, shape.scale * (second[at] @ first[at])


def write_adapter(path: Path, adapter: Tree, shape: LoraShape) -> None:
    """The adapter alone, as llama.cpp takes one beside its base."""
    partial = path.with_suffix(".part")
    writer = gguf.GGUFWriter(partial, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", shape.scale * shape.rank)
    for ours, pair in adapter.items():
        for side in ("a", "b"):
            for at, values in enumerate(np.asarray(pair[side], np.float16)):
                name = f"blk.{at}.{NAMES[ours]}.weight.lora_{side}"
                writer.add_tensor(name, np.ascontiguousarray(values))
    finish(writer, partial, path)
