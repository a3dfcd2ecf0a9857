"""An encoder of BERT's build as a GGUF file for llama.cpp, weights in Q8_0.

Follows what llama.cpp's own converter writes for such models. Matrices are int8 in
blocks of 32; norms, biases and the two small embedding tables stay float32, since
they are 4 % of the file and the most sensitive part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

__all__ = ["GgufTexts", "Weights", "read_gguf", "write_gguf"]

Weights = Mapping[str, np.ndarray]
"""Tensors by the names that the public BERT checkpoints use, matrices `[out, in]`."""

SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
POOLING_NONE = 0
PARTS = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
TABLES = {
    "embeddings.word_embeddings.weight": "token_embd.weight",
    "embeddings.position_embeddings.weight": "position_embd.weight",
    "embeddings.token_type_embeddings.weight": "token_types.weight",
    "embeddings.LayerNorm.weight": "token_embd_norm.weight",
    "embeddings.LayerNorm.bias": "token_embd_norm.bias",
}
SMALL = {"position_embd.weight", "token_types.weight"}


@dataclass(frozen=True, slots=True)
class GgufTexts:
    """What the file says about itself."""

    name: str
    version: str = "1"
    licence: str = "apache-2.0"
    description: str = ""


def layer_count(weights: Weights) -> int:
    """How many transformer layers there are."""
    return 1 + max(
        int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer.")
    )


def tensor_names(layers: int) -> dict[str, str]:
    """Checkpoint name to GGUF name for every tensor."""
    names = dict(TABLES)
    for layer in range(layers):
        for ours, theirs in PARTS.items():
            for kind in ("weight", "bias"):
                old = f"encoder.layer.{layer}.{ours}.{kind}"
                names[old] = f"blk.{layer}.{theirs}.{kind}"
    return names


def write_gguf(
    path: Path,
    weights: Weights,
    *,
    vocabulary: Sequence[str],
    heads: int,
    texts: GgufTexts,
) -> None:
    """Write `weights` to `path`; pooling is off, so that token vectors come out."""
    writer = gguf.GGUFWriter(path, "bert")
    _describe(writer, texts)
    _shape(writer, weights, heads)
    _tokenizer(writer, vocabulary)
    for old, new in tensor_names(layer_count(weights)).items():
        _tensor(writer, new, np.ascontiguousarray(weights[old], np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_gguf(path: Path) -> dict[str, np.ndarray]:
    """The weights of a file written here, back in float32 under checkpoint names."""
    reader = gguf.GGUFReader(path)
    stored = {tensor.name: tensor for tensor in reader.tensors}
    layers = sum(name.endswith(".attn_q.weight") for name in stored)
    return {
        old: _float(stored[new]).astype(np.float32)
        for old, new in tensor_names(layers).items()
    }


def _float(tensor: Any) -> np.ndarray:
    return np.asarray(gguf.quants.dequantize(tensor.data, tensor.tensor_type))


def _tensor(writer: Any, name: str, values: np.ndarray) -> None:
    if values.ndim == 1 or name in SMALL:
        writer.add_tensor(name, values)
        return
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)


def _describe(writer: Any, texts: GgufTexts) -> None:
    writer.add_name(texts.name)
    writer.add_version(texts.version)
    writer.add_license(texts.licence)
    if texts.description:
        writer.add_description(texts.description)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _shape(writer: Any, weights: Weights, heads: int) -> None:
    positions, width = weights["embeddings.position_embeddings.weight"].shape
    writer.add_context_length(positions)
    writer.add_embedding_length(width)
    inner = weights["encoder.layer.0.intermediate.dense.weight"].shape[0]
    writer.add_feed_forward_length(inner)
    writer.add_block_count(layer_count(weights))
    writer.add_head_count(heads)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType(POOLING_NONE))


def _tokenizer(writer: Any, vocabulary: Sequence[str]) -> None:
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_type_count(2)
    writer.add_token_list([_phantom(word) for word in vocabulary])
    writer.add_token_types(
        [control if word in SPECIALS else normal for word in vocabulary]
    )
    place = {word: vocabulary.index(word) for word in SPECIALS}
    writer.add_pad_token_id(place["[PAD]"])
    writer.add_unk_token_id(place["[UNK]"])
    writer.add_bos_token_id(place["[CLS]"])
    writer.add_sep_token_id(place["[SEP]"])
    writer.add_eos_token_id(place["[SEP]"])
    writer.add_mask_token_id(place["[MASK]"])


def _phantom(word: str) -> str:
    # llama.cpp marks the start of a word, BERT its continuation.
    if word in SPECIALS:
        return word
    return word[2:] if word.startswith("##") else "\u2581" + word
