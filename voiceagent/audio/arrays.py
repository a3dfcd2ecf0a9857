"""What arrays of numbers hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Doubles", "Floats", "Samples"]

Floats = NDArray[np.float32]
"""Features, weights, or sound of full scale 1.0."""
Doubles = NDArray[np.float64]
"""Where sums are long."""
Samples = NDArray[np.int16]
"""Mono PCM16."""
