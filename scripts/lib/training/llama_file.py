"""What files of a Llama have in common, ours and the one that is adapted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np

__all__ = ["NAMES", "NORMS", "add_matrix", "finish"]

NAMES = {
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "o": "attn_output",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}
"""Our names of the matrices, and those of the file."""
NORMS = {"norm": "attn_norm", "norm2": "ffn_norm"}


def add_matrix(writer: Any, name: str, values: np.ndarray) -> None:
    """A matrix in Q8_0."""
    kind = gguf.GGMLQuantizationType.Q8_0
    packed = gguf.quants.quantize(np.ascontiguousarray(values, np.float32), kind)
    writer.add_tensor(name, packed, raw_dtype=kind)


def finish(writer: Any, partial: Path, path: Path) -> None:
    """Write all; `path` appears whole or not at all."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)
