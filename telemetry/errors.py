"""Everything Ripresa raises on purpose.

    RipresaError
    ├── ConfigurationError   a setting, a plan or an argument is wrong
    ├── DecodeError          bytes that are not what they should be
    ├── NotObservable        the sensors worn cannot see what was asked for
    ├── StoreError           a journal or a database refused
    │   └── StoreBusy        it is locked or full at the moment; later may go well
    └── TransportError       a broker or a radio is not there

Each message is one line that names what is wrong, where, and what to do; it is shown as it is.
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "DecodeError",
    "NotObservable",
    "RipresaError",
    "StoreBusy",
    "StoreError",
    "TransportError",
]


class RipresaError(Exception):
    """Base of all errors that a person may read."""


class ConfigurationError(RipresaError):
    """A setting, a plan or an argument is wrong."""


class DecodeError(RipresaError):
    """Bytes are not what they should be.

    Attributes:
        what: the kind of message or the wearable that was decoded.
        offset: byte offset of the trouble, None where it is the whole.
    """

    def __init__(self, what: str, problem: str, *, offset: int | None = None) -> None:
        self.what = what
        self.offset = offset
        where = "" if offset is None else f" at byte {offset}"
        super().__init__(f"{what}: {problem}{where}")


class NotObservable(RipresaError):  # noqa: N818 - the field's own term
    """The sensors worn cannot see the quantity asked for; the message says why."""


class StoreError(RipresaError):
    """A journal or a database refused."""


class StoreBusy(StoreError):  # noqa: N818 - a state, not a fault
    """A store is locked or full at the moment; the same call may go well later."""


class TransportError(RipresaError):
    """A broker or a radio is not there."""
