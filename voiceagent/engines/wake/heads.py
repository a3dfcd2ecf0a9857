"""The small network that listens for one word of openWakeWord's, `.tflite` or `.onnx`.

Its training notebooks write both: one input of (1, length, 96) embeddings, one number
between 0 and 1. Whatever else a file holds is refused before it hears anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.engines.wake.tflite import TfLite
from voiceagent.errors import ConfigError, EngineFailed, EngineMissing, ModelMissing

__all__ = ["EMBEDDING", "SUFFIXES", "OnnxHead", "WakeHead", "open_head"]

EMBEDDING = 96
"""Numbers of an embedding."""
LONGEST = 400
"""Embeddings that a word may last: half a minute. The notebooks make 16 to 40."""
SUFFIXES = (".tflite", ".onnx")


class WakeHead(Protocol):
    """Embeddings to the probability of a word."""

    input_shape: tuple[int, ...]

    def run(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Output for `values` of `input_shape`."""
        ...


class OnnxHead:
    """A head as PyTorch exports it, run by onnxruntime in one thread."""

    def __init__(self, path: Path) -> None:
        """Raises `EngineMissing`, `ModelMissing` or `EngineFailed`."""
        self._name = path.name
        self._session = _session(path)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1 or inputs[0].type != "tensor(float)":
            raise self._broken(f"has {len(inputs)} inputs and {len(outputs)} outputs")
        self._input = inputs[0].name
        self._sizes = tuple(inputs[0].shape)
        # Exporters give what may vary a name; of a batch there is one here.
        named = (n if isinstance(n, int) and n > 0 else 0 for n in self._sizes)
        self.input_shape = tuple(
            n or (1 if at == 0 else 0) for at, n in enumerate(named)
        )

    def run(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Output for `values` of `input_shape`; raises `EngineFailed`."""
        given = values.reshape(self.input_shape).astype(np.float32, copy=False)
        try:
            return np.asarray(
                self._session.run(None, {self._input: given})[0], np.float32
            )
        except Exception as error:  # onnxruntime has a class for each code, no base
            raise self._broken("ran into an error", str(error)[:200]) from error

    def _broken(self, what: str, cause: str = "") -> EngineFailed:
        return EngineFailed(
            f"wake model `{self._name}` {what}",
            cause=cause or "openWakeWord's have one input and one output of float32",
            hint="check that it was exported for this engine",
        )


def _session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        line = install_of(EngineStage.WAKE, "openwakeword")
        raise EngineMissing("onnxruntime", install=line, cause=str(error)) from error
    if not path.is_file():
        raise ModelMissing(
            f"wake model `{path.name}` cannot be read",
            cause="there is no such file",
            hint="check the path in the configuration",
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime has a class for each code, no base
        raise EngineFailed(
            f"wake model `{path.name}` cannot be loaded",
            cause=str(error)[:200],
            hint="export it again, with what lies beside it (`.onnx.data`)",
        ) from error


def open_head(path: Path, package: Path) -> WakeHead:
    """The model of a word, checked to be one of this engine; raises `ConfigError`, and
    what loading it raises."""
    onnx = path.suffix == ".onnx"
    head: WakeHead = OnnxHead(path) if onnx else TfLite(path, package=package)
    shape = head.input_shape
    if len(shape) != 3 or shape[0] != 1 or shape[2] != EMBEDDING:
        raise _odd(path, f"takes input of shape {shape}")
    if not 0 < shape[1] <= LONGEST:
        raise _odd(path, f"takes {shape[1] or 'any number of'} embeddings")
    found = head.run(np.zeros(shape, np.float32))
    if found.size != 1 or not np.isfinite(found).all():
        raise _odd(path, f"gives {found.size} numbers: {found.flat[:3]}")
    return head


def _odd(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"wake model `{path.name}` {what}",
        cause=f"openWakeWord models take (1, length, {EMBEDDING}) and give one number",
        hint="models of other engines need that engine; `onnx2tf` keeps the order of "
        "an input that is named behind `-kat`",
    )
