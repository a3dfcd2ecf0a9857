"""Whether a GGUF file is the kind of model that is wanted, told from its head.

Shapes that do not fit end the process inside llama.cpp, so they are compared here: in
full for the two builds that we make ourselves, in outline for any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from voiceagent.errors import ModelError
from voiceagent.nlu.models.gguf_header import Header, broken, read_header

__all__ = ["check_decoder", "check_encoder"]

ENCODERS = frozenset({"bert", "nomic-bert", "jina-bert-v2", "t5encoder", "clip"})
"""They read and cannot write."""
SIZES = {"embedding_length": 1 << 17, "block_count": 512, "context_length": 1 << 24}
"""The largest that a file may claim; llama.cpp ends the process above 512 layers."""
NO_TOKENIZER = ("", "none", "no_vocab")
Shapes = dict[str, tuple[int, ...]]


def check_encoder(path: Path) -> Header:
    """The head of an encoder of BERT's build; `ModelError` for anything else."""
    header = read_header(path)
    if header.architecture != "bert":
        raise _other(header, "a BERT encoder")
    _check_outline(header)
    _check_shapes(header, dict(_bert(header)))
    return header


def check_decoder(path: Path) -> Header:
    """The head of a model that writes; `ModelError` for anything else."""
    header = read_header(path)
    if not header.architecture or header.architecture in ENCODERS:
        raise _other(header, "a model that writes")
    _check_outline(header)
    if header.architecture == "llama":
        _check_shapes(header, dict(_llama(header)))
    return header


def _other(header: Header, wanted: str) -> ModelError:
    what = f"model file `{header.path}` is not {wanted}"
    cause = f"its architecture is `{header.architecture or 'unknown'}`"
    return ModelError(
        what, cause=cause, hint="choose another with `voiceagent models use NAME`"
    )


def _check_outline(header: Header) -> None:
    for cause in _outline(header):
        raise broken(header.path, cause)


def _outline(header: Header) -> Iterator[str]:
    for key, most in SIZES.items():
        if not 0 < header.number(key) <= most:
            yield f"`{header.architecture}.{key}` is {header.number(key)}"
    table = header.tensors.get("token_embd.weight")
    if table is None:
        yield "it has no table of pieces"
    elif table.shape != (header.number("embedding_length"), len(header.vocabulary)):
        size = len(header.vocabulary)
        yield f"its tokenizer has {size} pieces, its weights {table.shape[-1]}"
    if header.number("expert_used_count") > header.number("expert_count"):
        yield "it uses more experts than it has"
    if f"blk.{header.number('block_count') - 1}" not in _layers(header):
        yield f"layer {header.number('block_count') - 1} is missing"
    yield from _tokenizer(header)


def _layers(header: Header) -> set[str]:
    return {".".join(name.split(".")[:2]) for name in header.tensors}


def _tokenizer(header: Header) -> Iterator[str]:
    """No piece twice, lists beside them as long, marks that are among them."""
    size = len(header.vocabulary)
    if header.metadata.get("tokenizer.ggml.model", "") in NO_TOKENIZER:
        yield "it has no tokenizer"
    if len(set(header.vocabulary)) < size or not isinstance(header.vocabulary[0], str):
        yield "its tokenizer has a piece twice, or pieces that are no text"
    if header.metadata.get("tokenizer.ggml.model") == "llama":
        yield from _bytes(header)
    if header.metadata.get("tokenizer.ggml.add_bos_token") and not _begins(header):
        yield "its tokenizer has no mark for the beginning"
    for key, value in header.metadata.items():
        if not key.startswith("tokenizer.ggml."):
            continue
        if key.endswith(("scores", "token_type")) and (
            not isinstance(value, tuple) or len(value) != size
        ):
            yield f"`{key}` has not one entry a piece"
        if key.endswith("_token_id") and not _within(value, size):
            yield f"`{key}` is no piece"


def _bytes(header: Header) -> Iterator[str]:
    """llama.cpp ends the process at a letter that has neither a piece nor its bytes."""
    known = set(header.vocabulary)
    for byte in range(256):
        if f"<0x{byte:02X}>" not in known and chr(byte) not in known:
            yield f"its tokenizer has no piece for byte {byte}"


def _begins(header: Header) -> bool:
    place = header.metadata.get("tokenizer.ggml.bos_token_id", -1)
    return _within(place, len(header.vocabulary)) and place not in (-1, 2**32 - 1)


def _within(value: object, size: int) -> bool:
    # -1 (as it looks unsigned, too) says that there is none.
    return isinstance(value, int) and (value in (-1, 2**32 - 1) or 0 <= value < size)


def _check_shapes(header: Header, wanted: Shapes) -> None:
    for cause in _misfits(header, wanted):
        raise broken(header.path, cause)


def _misfits(header: Header, wanted: Shapes) -> Iterator[str]:
    width, heads = header.number("embedding_length"), _heads(header)
    if heads < 1 or width % heads or width // heads % 2:
        yield f"{heads} heads do not share a width of {width}"
    for name, shape in wanted.items():
        if name not in header.tensors:
            yield f"`{name}` is missing"
        elif header.tensors[name].shape != shape:
            yield f"`{name}` is {header.tensors[name].shape}, not {shape}"


def _heads(header: Header) -> int:
    return header.number("attention.head_count")


def _bert(header: Header) -> Iterator[tuple[str, tuple[int, ...]]]:
    width, inner = header.number("embedding_length"), _inner(header)
    yield "position_embd.weight", (width, header.number("context_length"))
    yield "token_types.weight", (width, 2)
    for kind in ("weight", "bias"):
        yield f"token_embd_norm.{kind}", (width,)
    for layer in range(header.number("block_count")):
        sizes = {part: (width, width) for part in _ATTENTION}
        sizes |= {"ffn_up": (width, inner), "ffn_down": (inner, width)}
        for part, shape in sizes.items():
            yield f"blk.{layer}.{part}.weight", shape
            yield f"blk.{layer}.{part}.bias", shape[1:]
        for norm in ("attn_output_norm", "layer_output_norm"):
            yield f"blk.{layer}.{norm}.weight", (width,)
            yield f"blk.{layer}.{norm}.bias", (width,)


def _llama(header: Header) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The plain build; heads of another size and experts are left to llama.cpp."""
    width, inner, heads = (
        header.number("embedding_length"),
        _inner(header),
        _heads(header),
    )
    odd = ("attention.key_length", "attention.value_length", "expert_count")
    if any(header.number(key) for key in odd) or heads < 1:
        return
    narrow = width // heads * (header.number("attention.head_count_kv") or heads)
    yield "output_norm.weight", (width,)
    for layer in range(header.number("block_count")):
        for part in ("attn_q", "attn_output"):
            yield f"blk.{layer}.{part}.weight", (width, width)
        for part in ("attn_k", "attn_v"):
            yield f"blk.{layer}.{part}.weight", (width, narrow)
        for part in ("ffn_gate", "ffn_up"):
            yield f"blk.{layer}.{part}.weight", (width, inner)
        yield f"blk.{layer}.ffn_down.weight", (inner, width)
        for part in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{part}.weight", (width,)


def _inner(header: Header) -> int:
    return header.number("feed_forward_length")


_ATTENTION = ("attn_q", "attn_k", "attn_v", "attn_output")
