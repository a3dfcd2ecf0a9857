"""How far noise moves each Gaussian: learned from speech heard with it and without.

A clean recording says which Gaussian explains each frame; the same frame with noise
says where that Gaussian has gone. Only the way between the two is taken over, so that
what the model knows of all its speakers stays. Gaussians that were seldom seen go where
their codebook goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lib.training.aligned_speech import Aligned, cepstra, made_ready
from lib.training.gaussians import Floats, Gaussians, Ints, streams
from voiceagent.engines.stt.pocketsphinx.conditioning import Samples
from voiceagent.replay.mixing import mix

__all__ = ["Movement", "moved_means", "moved_variances", "movements"]

Doubles = NDArray[np.float64]
SEEN_MEANS, SEEN_VARIANCES, SEEN_CODEBOOK = 20.0, 40.0, 200.0
"""Frames that the coarser estimate is worth beside a finer one."""
LEAST_SEEN = 5.0
LIMIT = 1.0
"""Of the logarithm of a variance's change."""
JITTER_DB = 1.5
TINY = 1e-6


class Movement:
    """Sums over frames, by phone, stream and Gaussian."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.seen: Doubles = np.zeros(shape[:3])
        self.clean, self.clean_square = np.zeros(shape), np.zeros(shape)
        self.noisy, self.noisy_square = np.zeros(shape), np.zeros(shape)

    def add(self, shares: Floats, clean: Floats, noisy: Floats, phones: Ints) -> None:
        """Count the frames of one recording."""
        for phone in np.unique(phones):
            here = phones == phone
            share = shares[here]
            self.seen[phone] += share.sum(0)
            for total, frames in (
                (self.clean, clean[here]),
                (self.noisy, noisy[here]),
                (self.clean_square, clean[here] ** 2),
                (self.noisy_square, noisy[here] ** 2),
            ):
                total[phone] += np.einsum("tfk,tfd->fkd", share, frames)


def movements(
    model: Gaussians,
    speech: Sequence[Aligned],
    noises: Sequence[Samples],
    ratios: Sequence[float],
    *,
    rounds: int,
    seed: int,
    remove_noise: bool = True,
) -> Mapping[float, Movement]:
    """What noise does to the speech, by signal-to-noise ratio in dB."""
    random = np.random.default_rng(seed)
    ready = [made_ready(one.samples[one.speech]) for one in speech]
    clean = [streams(found) for found in cepstra(ready, remove_noise=True)]
    shares = [
        _shares(model, one, frames) for one, frames in zip(speech, clean, strict=True)
    ]
    found = {ratio: Movement(model.means.shape) for ratio in ratios}
    for ratio in [ratio for _ in range(rounds) for ratio in ratios]:
        mixed = [_noisy(one, noises, ratio, random) for one in speech]
        heard = cepstra(mixed, remove_noise=remove_noise)
        for one, share, frames, noisy in zip(speech, shares, clean, heard, strict=True):
            length = min(len(share), len(noisy))
            found[ratio].add(
                share[:length],
                frames[:length],
                streams(noisy)[:length],
                one.phones[:length],
            )
    return found


def _shares(model: Gaussians, one: Aligned, frames: Floats) -> Floats:
    length = min(len(frames), len(one.states))
    return model.shares(frames[:length], one.states[:length], one.phones[:length])


def _noisy(
    one: Aligned, noises: Sequence[Samples], ratio: float, random: np.random.Generator
) -> Samples:
    noise = noises[random.integers(len(noises))]
    level = ratio + random.uniform(-JITTER_DB, JITTER_DB)
    offset = int(random.integers(len(noise)))
    return made_ready(mix(one.samples, noise, snr_db=level, offset=offset)[one.speech])


def moved_means(model: Gaussians, movement: Movement) -> Floats:
    """The means where noise has taken them."""
    seen = movement.seen[..., None]
    way = movement.noisy - movement.clean
    everywhere = way.sum((0, 2)) / np.maximum(seen.sum((0, 2)), TINY)
    codebook = way.sum(2) + SEEN_CODEBOOK * everywhere
    codebook = codebook / (seen.sum(2) + SEEN_CODEBOOK)
    own = (way + SEEN_MEANS * codebook[:, :, None]) / (seen + SEEN_MEANS)
    return np.asarray(model.means + own, np.float32)


def moved_variances(model: Gaussians, movement: Movement) -> Floats:
    """The variances as noise has made them."""
    seen = np.maximum(movement.seen[..., None], TINY)
    clean = movement.clean_square / seen - (movement.clean / seen) ** 2
    noisy = movement.noisy_square / seen - (movement.noisy / seen) ** 2
    change = np.log(np.maximum(noisy, 1e-3) / np.maximum(clean, 1e-3))
    weight = np.where(movement.seen[..., None] > LEAST_SEEN, seen, 0.0)
    codebook = (weight * change).sum(2) / np.maximum(weight.sum(2), 1.0)
    own = weight * change + SEEN_VARIANCES * codebook[:, :, None]
    own = np.clip(own / (weight + SEEN_VARIANCES), -LIMIT, LIMIT)
    return np.asarray(model.variances * np.exp(own), np.float32)
