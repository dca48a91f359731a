"""The fold as it was, kept between two runs: droppable, believed where it is this clinic's.

A file for each patient and one index, written by the running clinic and read at its next start, so
that years of history are not folded anew. Steps of `read`:

1. The index must be signed with the clinic's key, written by this very code (its digest), of this
   journal (its name, its erasures, and the record at the place up to which it was read).
2. Every file must be there as the index says, signed too.
3. A file makes nothing but what figures consist of, so that even one which was signed with a key
   that somebody copied runs no code.
4. Whatever is wrong, nothing of it is taken: the fold begins with the journal's first record.

Records that wait for their session's opening are in no file: what came after the first of them is
read again, and the same fact again changes nothing. A patient's file goes with the patient.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import pickle
import sys
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from telemetry.errors import StoreError
from telemetry.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.monitoring.fold import Fold
    from ingest.journal.reading import JournalReader

__all__ = ["FigureTable"]

log = logging.getLogger(__name__)

INDEX: Final = "index.json"
SIGNATURE_BYTES: Final = 32
ROOT: Final = Path(__file__).parents[2]
BEARING: Final = ("analytics/monitoring", "therapy", "telemetry/messages")
"""Folders whose code makes the table what it is."""
OURS: Final = tuple(f"{folder.replace('/', '.')}." for folder in BEARING)
PLAIN: Final = frozenset(
    [("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")]
    + [("builtins", name) for name in ("set", "frozenset")]
)


class FigureTable:
    """One clinic's table.

    Args:
        folder: its files'; made where it is missing.
        key: signs them.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        self._written: dict[str, str] = {}

    def read(self, fold: Fold, journal: JournalReader) -> int:
        """Put into an empty fold what was kept; returns up to where the journal is in it, else 0.

        Raises:
            StoreError: the journal cannot be read.
        """
        try:
            index = json.loads(self._signed(self._folder / INDEX))
            seq = int(index["seq"])
            if index["code"] != _code() or index["journal"] != _mark(journal, seq):
                return 0
            found: dict[str, bytes] = {}
            for path in sorted(self._folder.glob("*.table")):
                body = self._signed(path)
                found[path.name.removesuffix(".table")] = body
                self._written[path.name.removesuffix(".table")] = _digest(body)
            if index["files"] != self._sum():
                self._written.clear()
                return 0
            kept: dict[str, Any] = {
                patient: _FiguresOnly(io.BytesIO(body)).load() for patient, body in found.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, pickle.PickleError) as e:
            if not isinstance(e, FileNotFoundError):
                log.warning("kept figures are not used: %s", type(e).__name__)
            self._written.clear()
            return 0
        for patient, state in kept.items():
            fold.put_back(patient, state)
        return seq

    def write(self, fold: Fold, journal: JournalReader, seq: int, changed: Iterable[str]) -> None:
        """Keep the fold as it is.

        Args:
            fold: as of the last look.
            journal: what it was folded from.
            seq: up to where all of the journal is in it.
            changed: whose figures are others than when they were last kept.

        Raises:
            StoreError: a file cannot be written, or the journal not be read.
        """
        there = set(fold.patients())
        for patient in self._written.keys() - there:
            (self._folder / f"{patient}.table").unlink(missing_ok=True)
            del self._written[patient]
        for patient in (set(changed) | (there - self._written.keys())) & there:
            body = pickle.dumps(fold.kept(patient), protocol=pickle.HIGHEST_PROTOCOL)
            self._write(f"{patient}.table", body)
            self._written[patient] = _digest(body)
        index = {
            "seq": seq,
            "code": _code(),
            "journal": _mark(journal, seq),
            "files": self._sum(),
        }
        self._write(INDEX, json.dumps(index).encode())

    def drop(self) -> None:
        """Delete it.

        Raises:
            StoreError: a file cannot be deleted.
        """
        self._written.clear()
        try:
            for path in self._folder.glob("*") if self._folder.is_dir() else ():
                path.unlink(missing_ok=True)
        except OSError as e:
            raise StoreError(f"{self._folder} cannot be emptied ({e.strerror})") from e

    def _sum(self) -> str:
        # Names are hashed with the key, so that the index names nobody.
        told = json.dumps(sorted(self._written.items()))
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()

    def _write(self, name: str, body: bytes) -> None:
        write_atomically(self._folder / name, self._signature(name, body) + body)

    def _signed(self, path: Path) -> bytes:
        """A file's body.

        Raises:
            ValueError: the signature is not the clinic's.
        """
        text = path.read_bytes()
        signature, body = text[:SIGNATURE_BYTES], text[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(path.name, body)):
            raise ValueError("not signed by this clinic")
        return body

    def _signature(self, name: str, body: bytes) -> bytes:
        return hmac.new(self._key, f"figures {name}\n".encode() + body, hashlib.sha256).digest()


class _FiguresOnly(pickle.Unpickler):
    """Makes values of the house's own data classes, and the plain ones that they hold."""

    def find_class(self, module: str, name: str) -> Any:
        """A class of ours, or one of the plain ones.

        Raises:
            UnpicklingError: anything else, a function among them.
        """
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        if module.startswith(OURS) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module and _holds_data(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of figures")


def _holds_data(kind: type) -> bool:
    return is_dataclass(kind) or issubclass(kind, BaseModel | Enum | tuple)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _mark(journal: JournalReader, seq: int) -> str:
    """What tells this journal, at this place, from any other and from an older copy of it."""
    rows = journal.rows(
        "SELECT h.ulid, r.position, r.t_ns, r.body FROM record r JOIN home h ON h.id = r.home "
        "WHERE r.seq <= ? ORDER BY r.seq DESC LIMIT 1",
        (seq,),
    )
    stones = journal.rows("SELECT count(*) FROM tombstone")
    return _digest(repr((journal.home, seq, rows, stones)).encode())


@cache
def _code() -> str:
    """Of all code that a table's content depends on."""
    found = hashlib.sha256(sys.version.encode())
    for folder in BEARING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()
