"""The network of a `WordHead`: embeddings of sound in, probabilities of words out.

Written once over the functions that numpy and jax share, so that what is trained is
what runs. Blocks of a convolution over time for each channel alone and two dense layers
(as in ConvNeXt): it looks about a second to either side, too little to learn the
sentences by heart, so that it stays a witness of the sound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["CHANNELS", "DILATIONS", "KERNEL", "forward", "shapes"]

CHANNELS = 160
WIDENING = 2
"""Channels between the two dense layers of a block, in channels."""
KERNEL = 5
DILATIONS = (1, 2, 1, 2, 1, 2)
"""Frames between the taps of each block's convolution."""
INPUT = 96
"""Values of an embedding."""

Array = Any
"""An array of numpy or jax."""


def shapes(words: int, channels: int = CHANNELS) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight of a network for so many words."""
    wide = WIDENING * channels
    found: dict[str, tuple[int, ...]] = {
        "mean": (INPUT,),
        "scale": (INPUT,),
        "in.weight": (INPUT, channels),
        "in.bias": (channels,),
        "out.weight": (channels, words + 1),
        "out.bias": (words + 1,),
        "out.gain": (channels,),
    }
    for number in range(len(DILATIONS)):
        name = f"block{number}"
        found[f"{name}.taps"] = (KERNEL, channels)
        found[f"{name}.gain"] = (channels,)
        found[f"{name}.up"] = (channels, wide)
        found[f"{name}.up_bias"] = (wide,)
        found[f"{name}.down"] = (wide, channels)
        found[f"{name}.down_bias"] = (channels,)
    return found


def forward(
    weights: Mapping[str, Array],
    frames: Array,
    xp: Any,
    *,
    mask: Array | float = 1.0,
    drop: Callable[[Array], Array] = lambda values: values,
) -> Array:
    """Log probabilities [batch, frames, words + 1] of `frames` [batch, frames, 96].

    `xp`: numpy or `jax.numpy`; `mask`: 0 where a shorter utterance is filled up;
    `drop`: what training does to the values inside.
    """
    values = (frames - weights["mean"]) * weights["scale"]
    values = drop(values @ weights["in.weight"] + weights["in.bias"]) * mask
    for number, dilation in enumerate(DILATIONS):
        name = f"block{number}"
        mixed = _over_time(values, weights[f"{name}.taps"], dilation, xp)
        mixed = _normal(mixed, weights[f"{name}.gain"], xp)
        wide = mixed @ weights[f"{name}.up"] + weights[f"{name}.up_bias"]
        wide = drop(wide / (1.0 + xp.exp(-1.702 * wide)))  # GELU, nearly
        values += (wide @ weights[f"{name}.down"] + weights[f"{name}.down_bias"]) * mask
    values = _normal(values, weights["out.gain"], xp)
    scores = values @ weights["out.weight"] + weights["out.bias"]
    scores -= xp.max(scores, axis=-1, keepdims=True)
    return scores - xp.log(xp.exp(scores).sum(axis=-1, keepdims=True))


def _over_time(values: Array, taps: Array, dilation: int, xp: Any) -> Array:
    """Each channel with its neighbours in time, silence around the whole."""
    length, reach = values.shape[1], dilation * (KERNEL // 2)
    padded = xp.pad(values, ((0, 0), (reach, reach), (0, 0)))
    return sum(
        padded[:, at * dilation : at * dilation + length] * taps[at]
        for at in range(KERNEL)
    )


def _normal(values: Array, gain: Array, xp: Any) -> Array:
    """Every frame brought to the same size."""
    size = xp.sqrt((values * values).mean(axis=-1, keepdims=True) + 1e-5)
    return values / size * gain
