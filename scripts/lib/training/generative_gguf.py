"""Our Llama as a GGUF file, matrices in Q8_0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from lib.training.generative_text import BYTES, SPECIALS
from lib.training.llama_file import NAMES, NORMS, add_matrix, finish

__all__ = ["Build", "write_llama"]


@dataclass(frozen=True, slots=True)
class Build:
    """The sizes of the model; all are multiples of 32, as Q8_0 wants."""

    pieces: int
    width: int = 192
    layers: int = 4
    heads: int = 6
    inner: int = 512
    context: int = 256

    @property
    def parameters(self) -> int:
        """How many numbers are learnt."""
        layer = 4 * self.width**2 + 3 * self.width * self.inner + 2 * self.width
        return self.pieces * self.width + self.layers * layer + self.width


def write_llama(
    path: Path, tree: dict[str, Any], pieces: Sequence[str], build: Build
) -> None:
    """Write the weights; the file appears whole or not at all."""
    partial = path.with_suffix(".part")
    writer = gguf.GGUFWriter(partial, "llama")
    _describe(writer, build)
    _tokenizer(writer, pieces)
    add_matrix(writer, "token_embd.weight", np.asarray(tree["table"]))
    writer.add_tensor("output_norm.weight", np.asarray(tree["norm"], np.float32))
    for number, layer in enumerate(tree["layers"]):
        _layer(writer, f"blk.{number}", layer)
    finish(writer, partial, path)


def _layer(writer: Any, place: str, layer: dict[str, Any]) -> None:
    for ours, theirs in NAMES.items():
        add_matrix(writer, f"{place}.{theirs}.weight", np.asarray(layer[ours]).T)
    for ours, theirs in NORMS.items():
        values = np.asarray(layer[ours], np.float32)
        writer.add_tensor(f"{place}.{theirs}.weight", values)


def _describe(writer: Any, build: Build) -> None:
    writer.add_name("voiceagent calls")
    writer.add_license("apache-2.0")
    writer.add_context_length(build.context)
    writer.add_embedding_length(build.width)
    writer.add_feed_forward_length(build.inner)
    writer.add_block_count(build.layers)
    writer.add_head_count(build.heads)
    writer.add_head_count_kv(build.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(build.width // build.heads)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_vocab_size(build.pieces)


def _tokenizer(writer: Any, pieces: Sequence[str]) -> None:
    kinds = gguf.TokenType
    writer.add_tokenizer_model("llama")
    writer.add_token_list([piece.replace(" ", "\u2581") for piece in pieces])
    writer.add_token_scores([float(-at) for at in range(len(pieces))])
    writer.add_token_types([_kind(piece, kinds) for piece in pieces])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)


def _kind(piece: str, kinds: Any) -> Any:
    if piece in SPECIALS:
        return kinds.UNKNOWN if piece == SPECIALS[0] else kinds.CONTROL
    return kinds.BYTE if piece in BYTES else kinds.NORMAL
