"""Tools of the tests that benchmarks want too: the one place that reaches over."""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = str(Path(__file__).resolve().parents[2] / "tests")
if _TESTS not in sys.path:
    sys.path.append(_TESTS)

from gguf_file import tiny_llama  # noqa: E402
from regions import SECRET, Parrot, region  # noqa: E402

__all__ = ["SECRET", "Parrot", "region", "tiny_llama"]
