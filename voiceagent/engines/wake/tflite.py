"""A thin, checked hold on the TensorFlow Lite library that the wake wheels carry.

The wheels' own classes pass null pointers on when a model is broken, which ends the
process; a model a user brings must end in an error instead. It also lets one buffer
serve all frames, and the state of a streaming model be forgotten cheaply. A model file
is in memory once, however many detectors use it; each has a state of its own.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from ctypes import POINTER, c_char_p, c_float, c_int, c_int32, c_size_t, c_void_p
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from voiceagent.errors import EngineFailed, ModelMissing

__all__ = ["TfLite"]

DTYPES: dict[int, type[np.generic]] = {1: np.float32, 3: np.uint8, 9: np.int8}
"""Element types by TensorFlow Lite's number (c_api_types.h)."""
MAGIC = b"TFL3"
"""File identifier of a model, at byte 4."""


class Quantization(ctypes.Structure):
    """Scale and zero point of a tensor; scale 0 for none."""

    _fields_ = [("scale", c_float), ("zero_point", c_int32)]


SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "TfLiteModelCreate": (c_void_p, [c_char_p, c_size_t]),
    "TfLiteModelDelete": (None, [c_void_p]),
    "TfLiteInterpreterCreate": (c_void_p, [c_void_p, c_void_p]),
    "TfLiteInterpreterDelete": (None, [c_void_p]),
    "TfLiteInterpreterResizeInputTensor": (
        c_int,
        [c_void_p, c_int32, POINTER(c_int32), c_int32],
    ),
    "TfLiteInterpreterAllocateTensors": (c_int, [c_void_p]),
    "TfLiteInterpreterInvoke": (c_int, [c_void_p]),
    "TfLiteInterpreterGetInputTensor": (c_void_p, [c_void_p, c_int32]),
    "TfLiteInterpreterGetOutputTensor": (c_void_p, [c_void_p, c_int32]),
    "TfLiteTensorType": (c_int, [c_void_p]),
    "TfLiteTensorNumDims": (c_int32, [c_void_p]),
    "TfLiteTensorDim": (c_int32, [c_void_p, c_int32]),
    "TfLiteTensorQuantizationParams": (Quantization, [c_void_p]),
    "TfLiteTensorCopyFromBuffer": (c_int, [c_void_p, c_void_p, c_size_t]),
    "TfLiteTensorCopyToBuffer": (c_int, [c_void_p, c_void_p, c_size_t]),
}


@dataclass(frozen=True, slots=True)
class NetworkEnd:
    """One end of a network: its numbers in memory of ours, and their units.

    Sizes are those that the tensor itself gave, so no status of a copy can fail.
    """

    lib: ctypes.CDLL
    handle: int
    buffer: NDArray[Any]
    address: int
    """Of the buffer."""
    scale: np.float32
    """0: the numbers are those of the network."""
    zero: np.float32
    limits: tuple[np.float32, np.float32]
    """The least and the most that a number of it can be."""

    def put(self, values: NDArray[Any]) -> None:
        """Hand over numbers in the units of the network."""
        values = values.reshape(self.buffer.shape)
        if self.scale:
            # In place on one scratch array: this runs 33 times a second all day.
            scratch = np.divide(values, self.scale, dtype=np.float32)
            scratch += self.zero
            np.rint(scratch, out=scratch)
            values = np.clip(scratch, *self.limits, out=scratch)
        self.buffer[...] = values
        self.lib.TfLiteTensorCopyFromBuffer(
            self.handle, self.address, self.buffer.nbytes
        )

    def get(self) -> NDArray[np.float32]:
        """What it holds, in the units of the network."""
        self.lib.TfLiteTensorCopyToBuffer(self.handle, self.address, self.buffer.nbytes)
        values = self.buffer.astype(np.float32)
        return (values - self.zero) * self.scale if self.scale else values


def open_tensor(lib: ctypes.CDLL, handle: int, dtype: type[np.generic]) -> NetworkEnd:
    """The tensor behind a handle of the library."""
    dims = range(lib.TfLiteTensorNumDims(handle))
    buffer = np.zeros([lib.TfLiteTensorDim(handle, dim) for dim in dims], dtype)
    units = lib.TfLiteTensorQuantizationParams(handle)
    low = high = np.float32(0.0)
    if units.scale:
        limits = np.iinfo(buffer.dtype)
        low, high = np.float32(limits.min), np.float32(limits.max)
    return NetworkEnd(
        lib=lib,
        handle=handle,
        buffer=buffer,
        address=buffer.ctypes.data,
        scale=np.float32(units.scale),
        zero=np.float32(units.zero_point),
        limits=(low, high),
    )


class TfLite:
    """One model, one interpreter, one input and one output tensor."""

    def __init__(
        self, model: Path, *, package: Path, shape: Sequence[int] | None = None
    ) -> None:
        """`package` holds the library in `lib/`; `shape` replaces the input's."""
        self._lib = load_library(package)
        self._name = model.name
        self._shape = tuple(shape) if shape else None
        self._interpreter: int | None = None
        self._model: LoadedModel | None = load_model(self._lib, model)
        self._open_interpreter()

    def run(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Output for float `values` of `input_shape`, in the units of the network."""
        self._in.put(values)
        status = self._lib.TfLiteInterpreterInvoke(self._interpreter)
        self._check(status, "ran into an error")
        return self._out.get()

    def reset(self) -> None:
        """Forget the state of a streaming model (0.3 ms)."""
        # The state lives in resource variables, which no call of the library clears:
        # only a new interpreter starts from nothing.
        self._close_interpreter()
        self._open_interpreter()

    def close(self) -> None:
        """Give the memory back."""
        self._close_interpreter()
        self._model = None

    def __del__(self) -> None:
        if hasattr(self, "_interpreter"):
            self.close()

    def _open_interpreter(self) -> None:
        lib, model = self._lib, self._model
        assert model is not None
        self._interpreter = lib.TfLiteInterpreterCreate(model.handle, None)
        if not self._interpreter:
            raise self._broken("has layers that this library does not know")
        if self._shape is not None:
            shape = (c_int32 * len(self._shape))(*self._shape)
            status = lib.TfLiteInterpreterResizeInputTensor(
                self._interpreter, 0, shape, len(shape)
            )
            self._check(status, f"does not take input of shape {self._shape}")
        status = lib.TfLiteInterpreterAllocateTensors(self._interpreter)
        self._check(status, "does not fit together")
        self._in = self._tensor(lib.TfLiteInterpreterGetInputTensor)
        self._out = self._tensor(lib.TfLiteInterpreterGetOutputTensor)
        self.input_shape: tuple[int, ...] = self._in.buffer.shape

    def _tensor(self, get: Callable[[int | None, int], int]) -> NetworkEnd:
        handle = get(self._interpreter, 0)
        kind = self._lib.TfLiteTensorType(handle)
        if kind not in DTYPES:
            raise self._broken(f"uses numbers of type {kind}, not float32, int8, uint8")
        return open_tensor(self._lib, handle, DTYPES[kind])

    def _close_interpreter(self) -> None:
        if self._interpreter:
            self._lib.TfLiteInterpreterDelete(self._interpreter)
            self._interpreter = None

    def _check(self, status: int, what: str) -> None:
        if status:
            raise self._broken(what)

    def _broken(self, what: str) -> EngineFailed:
        return EngineFailed(
            f"wake model `{self._name}` {what}",
            hint="check that it was exported for this engine",
        )


class LoadedModel:
    """A model file in memory, for any number of interpreters."""

    def __init__(self, lib: ctypes.CDLL, path: Path) -> None:
        self._lib, self._bytes = lib, read_model(path)
        self.handle: int | None = lib.TfLiteModelCreate(self._bytes, len(self._bytes))
        if not self.handle:
            raise EngineFailed(
                f"wake model `{path.name}` cannot be loaded",
                cause="the file is damaged or of an unknown version",
                hint="export or download it again",
            )

    def __del__(self) -> None:
        if getattr(self, "handle", None):
            self._lib.TfLiteModelDelete(self.handle)


LOADED: WeakValueDictionary[tuple[Path, int, int], LoadedModel] = WeakValueDictionary()
"""Models in use, by path, time of the last change and size."""


def load_model(lib: ctypes.CDLL, path: Path) -> LoadedModel:
    """The model of a file; the same one while anybody uses it and it is not changed."""
    try:
        found = path.stat()
    except OSError:
        return LoadedModel(lib, path)  # says what is wrong with it
    key = path, found.st_mtime_ns, found.st_size
    model = LOADED.get(key)
    if model is None:
        model = LOADED[key] = LoadedModel(lib, path)
    return model


def read_model(path: Path) -> bytes:
    """The bytes of a model file, after a look at what it claims to be."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelMissing(
            f"wake model `{path.name}` cannot be read",
            cause=error.strerror or str(error),
            hint="check the path in the configuration",
        ) from error
    if data[4:8] != MAGIC:
        raise EngineFailed(
            f"wake model `{path.name}` is not a TensorFlow Lite model",
            hint="a `.tflite` file is wanted",
        )
    return data


@cache
def load_library(package: Path) -> ctypes.CDLL:
    """The C library inside a wake package, its calls typed."""
    found = sorted((package / "lib").glob("*tensorflowlite_c*"))
    if not found:
        raise EngineFailed(
            f"`{package.name}` has no TensorFlow Lite library for {sys.platform}",
            hint=f"reinstall `{package.name}` from a wheel for this machine",
        )
    lib = ctypes.CDLL(str(found[0]))
    for name, (result, arguments) in SIGNATURES.items():
        call = getattr(lib, name)
        call.restype, call.argtypes = result, arguments
    return lib
