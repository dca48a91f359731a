"""Everything Ripresa raises on purpose.

    RipresaError
    ├── ConfigurationError      a setting, a plan or an argument is wrong
    │   └── AmbiguousName       two homes gave it to something: say whose is meant
    ├── DecodeError             bytes that are not what they should be
    │   └── NewerVersion        a later program wrote them: kept as they are, read after an update
    ├── NotObservable           the sensors worn cannot see what was asked for
    ├── StoreError              a journal, a file or a database refused
    │   ├── StoreBusy           locked or away at the moment; later may go well
    │   │   ├── StoreFull       no room: later goes well once somebody has made some
    │   │   └── StoreNotAuthorised   a database's answer to a wrong token; also a NotAuthorised
    │   ├── StoreDamaged        what is there cannot be read as what it was
    │   └── StoreVersion        another version of the program made it
    └── TransportError          a broker, a server or a radio did not do its part
        ├── TransportTimeout    no answer in time
        ├── TransportRefused    an answer, and it was no
        └── NotAuthorised       who asks may not

Each message is one line that names what is wrong, where, and what to do; it is shown as it is.
Whoever can go on catches the finest class that tells so; the command line catches the root.
"""

from __future__ import annotations

__all__ = [
    "AmbiguousName",
    "ConfigurationError",
    "DecodeError",
    "NewerVersion",
    "NotAuthorised",
    "NotObservable",
    "RipresaError",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreNotAuthorised",
    "StoreVersion",
    "TransportError",
    "TransportRefused",
    "TransportTimeout",
]


class RipresaError(Exception):
    """Base of all errors that a person may read."""


class ConfigurationError(RipresaError):
    """A setting, a plan or an argument is wrong."""


class AmbiguousName(ConfigurationError):  # noqa: N818 - a state, not a fault
    """Two homes gave one name to something, and nobody says whose is meant.

    Attributes:
        homes: which ones.
    """

    def __init__(self, what: str, name: str, homes: tuple[str, ...]) -> None:
        self.homes = homes
        super().__init__(f"{len(homes)} homes have a {what} {name}: name one of {', '.join(homes)}")


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


class NewerVersion(DecodeError):  # noqa: N818 - a state, not a fault
    """A later version of the program wrote these bytes; they are sound, and not for us to read."""


class NotObservable(RipresaError):  # noqa: N818 - the field's own term
    """The sensors worn cannot see the quantity asked for; the message says why.

    Attributes:
        italian: the same in Italian, where a person may read it.
    """

    def __init__(self, message: str, *, italian: str | None = None) -> None:
        super().__init__(message)
        self.italian = italian


class StoreError(RipresaError):
    """A journal, a file or a database refused."""


class StoreBusy(StoreError):  # noqa: N818 - a state, not a fault
    """A store is locked or away at the moment; the same call may go well later."""


class StoreFull(StoreBusy):
    """There is no room; the same call goes well once somebody has made some."""


class StoreDamaged(StoreError):  # noqa: N818 - a state, not a fault
    """What a store holds cannot be read as what it was; a back-up helps."""


class StoreVersion(StoreError):  # noqa: N818 - a state, not a fault
    """Another version of the program made this store; the message says which."""


class TransportError(RipresaError):
    """A broker, a server or a radio did not do its part."""


class TransportTimeout(TransportError):  # noqa: N818 - a state, not a fault
    """There was no answer in time."""


class TransportRefused(TransportError):  # noqa: N818 - a state, not a fault
    """There was an answer, and it was no."""


class NotAuthorised(TransportError):  # noqa: N818 - a state, not a fault
    """Who asks may not."""


class StoreNotAuthorised(StoreBusy, NotAuthorised):
    """A database does not take our token: it may once somebody has set it right."""
