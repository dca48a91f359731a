"""The kinds of arrays and vectors that the signal core computes with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Indices", "Mask", "Quaternion", "Vector"]

Array: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Quaternion: TypeAlias = tuple[float, float, float, float]
"""w, x, y, z."""
Vector: TypeAlias = tuple[float, float, float]
