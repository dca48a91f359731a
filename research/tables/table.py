"""A table: columns by name, as every tool of the field takes them."""

from __future__ import annotations

import importlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Table", "table_of"]

_UNITS = ("_deg", "_s", "_hz")


class Table(dict[str, Any]):
    """Columns by name, each a numpy array [n]; what has a unit says it in its name.

    A plain mapping, so that `pandas.DataFrame(table)`, `polars.DataFrame(table)` and
    `pyarrow.table(table)` take it as it is. Text columns are of dtype object; a figure that is not
    known is NaN, a text None.
    """

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(next(iter(self.values()), ()))

    def to_pandas(self) -> Any:
        """The table as a `pandas.DataFrame`.

        Raises:
            ConfigurationError: pandas is not installed.
        """
        return _library("pandas").DataFrame(dict(self))

    def to_xarray(self, along: str | None = None) -> Any:
        """The table as an `xarray.Dataset` along one of its columns, the first unless named.

        Raises:
            ConfigurationError: xarray is not installed.
        """
        along = next(iter(self)) if along is None else along
        columns = {name: (along, values) for name, values in self.items() if name != along}
        return _library("xarray").Dataset(columns, coords={along: self[along]})


def table_of(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str] = (),
    *,
    bare: Mapping[str, type] = MappingProxyType({}),
) -> Table:
    """Rows as a table; a row that lacks a column has nothing there.

    Args:
        rows: each a mapping from column to value.
        columns: that are there in any case, and first.
        bare: of which type a column is where it holds nothing, so that tables of several sessions
            go below each other; without a word in it, one with a unit in its name holds numbers.
    """
    held = list(rows)
    names = dict.fromkeys((*columns, *(name for row in held for name in row)))
    return Table(
        {
            name: _column([row.get(name) for row in held], bare.get(name) or _by_name(name))
            for name in names
        }
    )


def _by_name(name: str) -> type:
    return float if name.endswith(_UNITS) else object


def _column(values: list[Any], bare: type) -> Any:
    known = [value for value in values if value is not None]
    if not values and bare is not object:
        return np.empty(0, bare)
    if not known and bare is float:
        return np.full(len(values), np.nan)
    if known and all(isinstance(value, bool) for value in known) and len(known) == len(values):
        return np.array(values, bool)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)
    if known and numbers:
        whole = len(known) == len(values) and all(isinstance(value, int) for value in known)
        if whole:
            return np.array(values, np.int64)
        return np.array([np.nan if value is None else value for value in values], np.float64)
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as e:
        raise ConfigurationError(
            f"{name} is not installed: pip install 'ripresa[research]'; without it a table is a "
            "mapping from names to numpy arrays"
        ) from e
