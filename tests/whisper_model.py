"""A real Whisper in CTranslate2's format with random weights, made on the spot.

Its logits are steered by the bias of the last layer, so that the real loading and
decoding code can be brought to any behaviour: words, loops, silence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["TEXT_TOKENS", "WORDS", "make_whisper"]

WIDTH = 16
HEADS = 2
WORDS = ("light", "timer", "kitchen", "seven")
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    *(f"<|{step * 0.02:.2f}|>" for step in range(1501)),
)


def _bytes() -> list[str]:
    from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())


def _text_tokens() -> list[str]:
    """Every byte, then whole words, each with the blank before it."""
    return [*_bytes(), *("Ġ" + word for word in WORDS)]


TEXT_TOKENS = 256 + len(WORDS)


def make_whisper(
    folder: Path,
    bias: Mapping[str, float] | None = None,
    *,
    says: Sequence[str] = (),
) -> Path:
    """Write the folder; `bias` adds to the logits of tokens (`" light"`, `<|...|>`).

    `says`: tokens that it says one after the other, whatever it hears.
    """
    from ctranslate2.specs import WhisperSpec

    tokens = [*_text_tokens(), *SPECIAL]
    spec = WhisperSpec(1, HEADS, 1, HEADS)
    _fill(spec, np.random.default_rng(7), len(tokens))
    _teach(spec.decoder, [_index(tokens, token) for token in _chain(says)])
    for token, value in (bias or {}).items():
        spec.decoder.projection.bias[_index(tokens, token)] = value
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = []
    spec.config.alignment_heads = [(0, 0)]
    spec.register_vocabulary(tokens)
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _tokenizer(tokens).save(str(folder / "tokenizer.json"))
    return folder


def _tokenizer(tokens: list[str]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    vocabulary = {token: index for index, token in enumerate(tokens)}
    bpe = models.BPE(vocab=vocabulary, merges=[])
    tokenizer = Tokenizer(bpe)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token) for token in SPECIAL])
    assert json.loads(tokenizer.to_str())["model"]["type"] == "BPE"
    return tokenizer


def _index(tokens: list[str], token: str) -> int:
    return tokens.index(token.replace(" ", "Ġ"))


def _chain(says: Sequence[str]) -> list[str]:
    return ["<|notimestamps|>", *says, "<|endoftext|>"] if says else []


def _teach(decoder: Any, chain: Sequence[int]) -> None:
    """After each token of the chain comes the next: one dimension for each step."""
    for step, (token, following) in enumerate(pairwise(chain)):
        decoder.embeddings.weight[token, step] += 40.0
        decoder.projection.weight[following, step] += 10.0


def _fill(spec: Any, random: np.random.Generator, words: int) -> None:
    def weights(*shape: int) -> Any:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    def linear(part: Any, outputs: int, inputs: int = WIDTH) -> None:
        part.weight = weights(outputs, inputs)
        part.bias = np.zeros(outputs, np.float32)

    def norm(part: Any) -> None:
        part.gamma = np.ones(WIDTH, np.float32)
        part.beta = np.zeros(WIDTH, np.float32)

    def attention(part: Any, *outputs: int) -> None:
        norm(part.layer_norm)
        for layer, size in zip(part.linear, outputs, strict=True):
            linear(layer, size)

    def ffn(part: Any) -> None:
        norm(part.layer_norm)
        linear(part.linear_0, 4 * WIDTH)
        linear(part.linear_1, WIDTH, 4 * WIDTH)

    encoder, decoder = spec.encoder, spec.decoder
    for conv, inputs in ((encoder.conv1, 80), (encoder.conv2, WIDTH)):
        conv.weight = weights(WIDTH, inputs, 3)
        conv.bias = np.zeros(WIDTH, np.float32)
    encoder.position_encodings.encodings = weights(1500, WIDTH)
    decoder.position_encodings.encodings = weights(448, WIDTH)
    decoder.embeddings.weight = weights(words, WIDTH)
    linear(decoder.projection, words)
    for side in (encoder, decoder):
        norm(side.layer_norm)
        for layer in side.layer:
            attention(layer.self_attention, 3 * WIDTH, WIDTH)
            ffn(layer.ffn)
    for layer in decoder.layer:
        attention(layer.attention, WIDTH, 2 * WIDTH, WIDTH)
