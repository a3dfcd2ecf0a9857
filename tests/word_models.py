"""Heads of openWakeWord's shape, as its notebooks write them, made without exporters.

The notebooks flatten (1, length, 96), go through a few layers and end in a sigmoid;
here is one layer, with the same weights in either format.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["tiny_onnx", "tiny_tflite", "weights_for"]

FLOAT = 1
FULLY_CONNECTED, LOGISTIC = 9, 14
FULLY_CONNECTED_OPTIONS = 8
Weights = NDArray[np.float32]


def weights_for(length: int, outputs: int = 1) -> Weights:
    """One row an output, its bias last."""
    random = np.random.default_rng(length)
    return random.normal(0, 0.02, (outputs, length * 96 + 1)).astype(np.float32)


def tiny_onnx(
    path: Path, shape: Sequence[int | str], weights: Weights, *, beside: bool = False
) -> Path:
    """Flatten, Gemm, Sigmoid; a size may have a name instead. `beside`: the weights lie
    in a file of their own, as newer exporters leave them."""
    dense, bias = weights[:, :-1].T.copy(), weights[:, -1].copy()
    nodes = [
        _node("Flatten", ["x"], "flat"),
        _node("Gemm", ["flat", "w", "b"], "sum"),
        _node("Sigmoid", ["sum"], "word"),
    ]
    tensors = [_tensor("w", dense, path if beside else None), _tensor("b", bias, None)]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"main_graph")
    graph += b"".join(_field(5, tensor) for tensor in tensors)
    graph += _field(11, _value("x", shape)) + _field(12, _value("word", [1, len(bias)]))
    opset = _field(8, _number(2, 13))
    path.write_bytes(_number(1, 7) + _field(2, b"pytorch") + _field(7, graph) + opset)
    return path


def _node(kind: str, inputs: Sequence[str], output: str) -> bytes:
    given = b"".join(_field(1, one.encode()) for one in inputs)
    return given + _field(2, output.encode()) + _field(4, kind.encode())


def _tensor(name: str, data: Weights, beside: Path | None) -> bytes:
    dims = b"".join(_number(1, size) for size in data.shape)
    head = dims + _number(2, FLOAT) + _field(8, name.encode())
    if beside is None:
        return head + _field(9, data.tobytes())
    file = beside.with_name(f"{beside.name}.data")
    file.write_bytes(data.tobytes())
    entry = _field(1, b"location") + _field(2, file.name.encode())
    return head + _field(13, entry) + _number(14, 1)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sizes = (
        _number(1, one) if isinstance(one, int) else _field(2, one.encode())
        for one in shape
    )
    dims = b"".join(_field(1, size) for size in sizes)
    kind = _field(1, _number(1, FLOAT) + _field(2, dims))
    return _field(1, name.encode()) + _field(2, kind)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def tiny_tflite(path: Path, shape: Sequence[int], weights: Weights) -> Path:
    """Fully connected, logistic."""
    from flatbuffers import Builder

    made = Builder(1024)
    dense, bias = weights[:, :-1].copy(), weights[:, -1].copy()
    buffers = [_table(made, _data(made, one)) for one in (b"", dense, bias)]
    sizes = [(shape, 0), (dense.shape, 1), (bias.shape, 2)]
    sizes += [((1, len(bias)), 0), ((1, len(bias)), 0)]
    tensors = [_tensor_of(made, dims, buffer) for dims, buffer in sizes]
    options = _table(made, {})
    steps = [
        _step(made, 0, [0, 1, 2], [3], FULLY_CONNECTED_OPTIONS, options),
        _step(made, 1, [3], [4], 0, None),
    ]
    parts = {
        0: _tables(made, tensors),
        1: _ints(made, [0]),
        2: _ints(made, [4]),
        3: _tables(made, steps),
    }
    graph = _table(made, {at: ("table", part) for at, part in parts.items()})
    codes = [
        _table(made, {0: ("byte", code), 2: ("int", 1), 3: ("int", code)})
        for code in (FULLY_CONNECTED, LOGISTIC)
    ]
    whole = {
        1: ("table", _tables(made, codes)),
        2: ("table", _tables(made, [graph])),
        4: ("table", _tables(made, buffers)),
        0: ("int", 3),
    }
    made.Finish(_table(made, whole), b"TFL3")
    path.write_bytes(bytes(made.Output()))
    return path


def _table(made: Any, slots: dict[int, tuple[str, int]]) -> int:
    made.StartObject(5)
    for slot, (kind, value) in slots.items():
        match kind:
            case "table":
                made.PrependUOffsetTRelativeSlot(slot, value, 0)
            case "byte":
                made.PrependInt8Slot(slot, value, 0)
            case _:
                made.PrependInt32Slot(slot, value, 0)
    return int(made.EndObject())


def _data(made: Any, data: bytes | Weights) -> dict[int, tuple[str, int]]:
    raw = data if isinstance(data, bytes) else data.tobytes()
    if not raw:
        return {}
    made.StartVector(1, len(raw), 16)
    made.head -= len(raw)
    made.Bytes[made.head : made.head + len(raw)] = raw
    return {0: ("table", made.EndVector())}


def _tensor_of(made: Any, dims: Sequence[int], buffer: int) -> int:
    shape = _ints(made, dims)
    return _table(made, {0: ("table", shape), 2: ("int", buffer)})


def _step(
    made: Any,
    code: int,
    inputs: Sequence[int],
    outputs: Sequence[int],
    kind: int,
    options: int | None,
) -> int:
    given, found = _ints(made, inputs), _ints(made, outputs)
    slots = {1: ("table", given), 2: ("table", found), 0: ("int", code)}
    if options is not None:
        slots |= {3: ("byte", kind), 4: ("table", options)}
    return _table(made, slots)


def _ints(made: Any, values: Sequence[int]) -> int:
    made.StartVector(4, len(values), 4)
    for value in reversed(values):
        made.PrependInt32(value)
    return int(made.EndVector())


def _tables(made: Any, offsets: Sequence[int]) -> int:
    made.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        made.PrependUOffsetTRelative(offset)
    return int(made.EndVector())
