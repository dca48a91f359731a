"""The kinds of arrays and vectors that the signal core computes with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Indices", "Mask", "Quaternion", "Vector", "dots", "lengths"]

Array: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Quaternion: TypeAlias = tuple[float, float, float, float]
"""w, x, y, z."""
Vector: TypeAlias = tuple[float, float, float]


def dots(a: Array, b: Array) -> Array:
    """[n] dot products of [n, 3] or [n, 4] rows; faster than a sum over so short an axis."""
    total: Array = a[..., 0] * b[..., 0]
    for i in range(1, a.shape[-1]):
        total += a[..., i] * b[..., i]
    return total


def lengths(vectors: Array) -> Array:
    """[n] norms of [n, 3] or [n, 4] rows."""
    return np.asarray(np.sqrt(dots(vectors, vectors)))
