"""A text table's columns by name, read row by row: only what the map asks for is kept.

1. The encoding is told by a byte-order mark; without one it is UTF-8, and Latin-1 where that fails.
2. The header is the first line that names all columns. Lines before it are the maker's preamble;
   rows right after it that hold no numbers (units, as Shimmer writes them) are left out.
3. What is empty or says that it is missing is NaN. A row with other cells than the header names,
   and a cell that is no number, are errors that name the line: decimal commas look like both.
"""

from __future__ import annotations

import codecs
import csv
from array import array
from fnmatch import fnmatchcase
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .import_map import ImportMap

__all__ = ["read_text_table"]

HEADER_LINES: Final = 60
"""Lines among which the header is looked for."""
MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "?", "#n/a"})
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TEXT_UNITS: Final = frozenset({"iso", "hms"})


def read_text_table(path: Path, layout: ImportMap) -> Mapping[str, Any]:
    """Columns by name, each [n]: float64, or texts for a time that is written as one.

    Raises:
        ValueError: no header, or a row is not as the header says; names the line.
    """
    with path.open("rb") as file:
        first = file.read(4)
    if not first:
        raise ValueError("the file is empty")
    encoding = next((name for mark, name in _MARKS if first.startswith(mark)), "utf-8")
    try:
        return _read(path, layout, encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise
        return _read(path, layout, "latin-1")


def _read(path: Path, layout: ImportMap, encoding: str) -> Mapping[str, Any]:
    with path.open(encoding=encoding) as file:
        head = [line.rstrip("\r\n") for line in islice(file, HEADER_LINES)]
        at, names, delimiter = _header(head, layout)
        rows = _rows(chain(head[at + 1 :], file), delimiter, at + 2)
        return _columns(rows, names, layout)


def _header(head: Sequence[str], layout: ImportMap) -> tuple[int, list[str], str]:
    """Line of the header, from 0, its names and the delimiter."""
    wanted = layout.wanted
    delimiters = [layout.file.delimiter] if layout.file.delimiter else [",", ";", "\t"]
    best: tuple[int, list[str], list[str]] = (0, list(wanted), [])
    for at, line in enumerate(head):
        for delimiter in delimiters:
            names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
            if len(names) == 1 and delimiter == "\t":
                names = line.split()
            lacking = [name for name in wanted if not _fitting(names, name)]
            if not lacking:
                return at, names, delimiter
            if len(lacking) < len(best[1]):
                best = at, lacking, names
    at, lacking, names = best
    if len(lacking) == len(wanted):
        raise ValueError(
            f"none of the first {HEADER_LINES} lines names {', '.join(wanted)}; a table needs a "
            "line with its columns' names"
        )
    raise ValueError(
        f"line {at + 1} names {', '.join(n for n in names if n)}, and not {', '.join(lacking)}"
    )


def _fitting(names: Sequence[str], wanted: str) -> list[int]:
    exact = [i for i, name in enumerate(names) if name == wanted]
    return exact or [i for i, name in enumerate(names) if fnmatchcase(name, wanted)]


def _rows(lines: Iterable[str], delimiter: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the line they stand in, from 1."""
    for number, row in enumerate(csv.reader(_clean(lines), delimiter=delimiter), line):
        if any(cell.strip() for cell in row):
            yield number, row


def _clean(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.replace("\0", "")


def _columns(
    rows: Iterator[tuple[int, list[str]]], names: Sequence[str], layout: ImportMap
) -> Mapping[str, Any]:
    places = {names[at]: at for at in (_only(names, wanted) for wanted in layout.wanted)}
    as_text = {names[at] for at in _text_places(names, layout)}
    values: dict[str, Any] = {name: [] if name in as_text else array("d") for name in places}
    first = _only(names, layout.wanted[0])
    comma, begun, short = layout.file.decimal == ",", False, None
    for line, row in rows:
        if not begun and not _begins(row, first, comma=comma):
            continue
        begun = True
        if short is not None:
            raise ValueError(f"line {short[0]} has {short[1]} cells, the header {len(names)}")
        if len(row) < len(names) - 1:
            # The last row of a recording that was cut off may be half a one.
            short = line, len(row)
            continue
        _refuse_surplus(row, names, line)
        for name, at in places.items():
            cell = row[at].strip() if at < len(row) else ""
            values[name].append(cell if name in as_text else _number(cell, name, line, comma=comma))
    return {
        name: np.array(held, object) if name in as_text else np.asarray(held, np.float64)
        for name, held in values.items()
    }


def _only(names: Sequence[str], wanted: str) -> int:
    places = _fitting(names, wanted)
    if len(places) != 1:
        raise ValueError(f"column {wanted!r} fits {', '.join(names[i] for i in places)}: name one")
    return places[0]


def _text_places(names: Sequence[str], layout: ImportMap) -> list[int]:
    column = layout.time.column
    return [_only(names, column)] if column and layout.time.unit in _TEXT_UNITS else []


def _begins(row: Sequence[str], first: int, *, comma: bool) -> bool:
    """Whether samples begin here: the first channel holds a number, of whatever decimal mark."""
    cell = row[first].strip() if first < len(row) else ""
    return _is_number(cell) or _is_number(cell.replace(",", ".", 1)) or (comma and cell == "")


def _refuse_surplus(row: Sequence[str], names: Sequence[str], line: int) -> None:
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        raise ValueError(
            f"line {line} has {len(row)} cells, the header {len(names)}: are commas both between "
            "cells and in numbers?"
        )


def _number(cell: str, name: str, line: int, *, comma: bool) -> float:
    text = cell.replace(",", ".") if comma else cell
    try:
        return float(text)
    except ValueError:
        if cell.lower() in MISSING:
            return float("nan")
    hint = "; set decimal in the map's [file]" if _is_number(cell.replace(",", ".", 1)) else ""
    raise ValueError(f"line {line}, column {name!r}: {cell!r} is no number{hint}")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
