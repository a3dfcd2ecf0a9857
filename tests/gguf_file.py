"""Tiny GGUF models with random weights, written without any library."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

Value = str | bool | int | float | Sequence[str] | Sequence[int] | Sequence[float]
SHARED = Path(__file__).resolve().parents[2] / "shared"
STORIES = SHARED / "data" / "models" / "stories260K-f32.gguf"
WORDS = (
    "turn on off the kitchen light lights set a timer for five minutes please what "
    "is time add milk to shopping list who wrote hamlet open close bedroom"
).split()
MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
BERT_PIECES = (
    *MARKS,
    *(word for word in WORDS if len(word) > 1),
    *"abcdefghijklmnopqrstuvwxyz",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"),
)
LLAMA_PIECES = (
    "<unk>",
    "<s>",
    "</s>",
    *(f"<0x{byte:02X}>" for byte in range(256)),
    *(f"\u2581{word}" for word in WORDS),
    *("name", "arguments", "timer", "clock", ".", "set", "time", "light"),
)


def text(value: str) -> bytes:
    """A GGUF string."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(value: Value) -> bytes:
    """A typed value."""
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value[0], str):
        body = b"".join(map(text, value))  # type: ignore[arg-type]
        return struct.pack("<IIQ", 9, 8, len(value)) + body
    code = (6, "f") if isinstance(value[0], float) else (5, "i")
    packed = struct.pack(f"<{len(value)}{code[1]}", *value)
    return struct.pack("<IIQ", 9, code[0], len(value)) + packed


def write_gguf(
    path: Path, metadata: Mapping[str, Value], tensors: Mapping[str, np.ndarray]
) -> Path:
    """A GGUF file, version 3, all tensors float32."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(text(key) + entry(value) for key, value in metadata.items())
    body = b""
    for name, values in tensors.items():
        shape = values.shape[::-1]
        head += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        head += struct.pack("<IQ", 0, len(body))
        data = values.astype("<f4").tobytes()
        body += data + bytes(-len(data) % 32)
    path.write_bytes(head + bytes(-len(head) % 32) + body)
    return path


def tiny_bert(path: Path, *, width: int = 32, layers: int = 2) -> Path:
    """An encoder of BERT's build; pieces `BERT_PIECES`."""
    random, inner = np.random.default_rng(3), 2 * width
    metadata: dict[str, Value] = {
        "general.architecture": "bert",
        "general.name": "tiny-bert",
        "bert.context_length": 64,
        "bert.embedding_length": width,
        "bert.feed_forward_length": inner,
        "bert.block_count": layers,
        "bert.attention.head_count": 2,
        "bert.attention.layer_norm_epsilon": 1e-12,
        "bert.attention.causal": False,
        "bert.pooling_type": 0,
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.tokens": [_phantom(piece) for piece in BERT_PIECES],
        "tokenizer.ggml.token_type": [3] * 4 + [1] * (len(BERT_PIECES) - 4),
        "tokenizer.ggml.token_type_count": 2,
        "tokenizer.ggml.unknown_token_id": 1,
        "tokenizer.ggml.bos_token_id": 2,
        "tokenizer.ggml.seperator_token_id": 3,
        "tokenizer.ggml.padding_token_id": 0,
    }
    tensors = {
        "token_embd.weight": random.normal(size=(len(BERT_PIECES), width)),
        "position_embd.weight": random.normal(size=(64, width)) / 4,
        "token_types.weight": np.zeros((2, width)),
        "token_embd_norm.weight": np.ones(width),
        "token_embd_norm.bias": np.zeros(width),
    }
    for layer in range(layers):
        sizes = dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_output"), width)
        shapes = {part: (size, width) for part, size in sizes.items()}
        shapes |= {"ffn_up": (inner, width), "ffn_down": (width, inner)}
        for part, shape in shapes.items():
            weight = random.normal(size=shape) / np.sqrt(shape[1])
            tensors[f"blk.{layer}.{part}.weight"] = weight
            tensors[f"blk.{layer}.{part}.bias"] = np.zeros(shape[0])
        for norm in ("attn_output_norm", "layer_output_norm"):
            tensors[f"blk.{layer}.{norm}.weight"] = np.ones(width)
            tensors[f"blk.{layer}.{norm}.bias"] = np.zeros(width)
    return write_gguf(path, metadata, tensors)


def tiny_llama(path: Path, *, template: str = "", width: int = 32) -> Path:
    """A model that writes; pieces `LLAMA_PIECES`, two layers, 1024 places."""
    random, inner = np.random.default_rng(4), 2 * width
    count = len(LLAMA_PIECES)
    metadata: dict[str, Value] = {
        "general.architecture": "llama",
        "general.name": "tiny-llama",
        "llama.context_length": 1024,
        "llama.embedding_length": width,
        "llama.feed_forward_length": inner,
        "llama.block_count": 2,
        "llama.attention.head_count": 2,
        "llama.attention.head_count_kv": 2,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": width // 2,
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": list(LLAMA_PIECES),
        "tokenizer.ggml.scores": [float(-at) for at in range(count)],
        "tokenizer.ggml.token_type": [2, 3, 3] + [6] * 256 + [1] * (count - 259),
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
    }
    if template:
        metadata["tokenizer.chat_template"] = template
    tensors = {
        "token_embd.weight": random.normal(size=(count, width)),
        "output_norm.weight": np.ones(width),
    }
    for layer in range(2):
        shapes = {part: (width, width) for part in ("attn_q", "attn_k", "attn_v")}
        shapes |= {"attn_output": (width, width), "ffn_gate": (inner, width)}
        shapes |= {"ffn_up": (inner, width), "ffn_down": (width, inner)}
        for part, shape in shapes.items():
            weight = random.normal(size=shape) / np.sqrt(shape[1])
            tensors[f"blk.{layer}.{part}.weight"] = weight
        for norm in ("attn_norm", "ffn_norm"):
            tensors[f"blk.{layer}.{norm}.weight"] = np.ones(width)
    return write_gguf(path, metadata, tensors)


def _phantom(piece: str) -> str:
    if piece in MARKS:
        return piece
    return piece[2:] if piece.startswith("##") else f"\u2581{piece}"
