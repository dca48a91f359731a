"""The note that a clinic's folder is being cut in two: as long as it lies there, nothing starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import write_atomically
from telemetry.transport.partition import Partition

if TYPE_CHECKING:
    from pathlib import Path

    from ripresa.platform.configuration import Folder

__all__ = ["MARK", "CutMark", "refuse_while_cut"]

MARK: Final = "cut.json"


class CutMark(BaseModel):
    """What is being cut, and how far it is.

    Attributes:
        cut: name of this cut; a folder with another's mark is none of its business.
        part: what was one partition, `K/N`.
        first: folder of the half that keeps its number.
        second: of the new one.
        step: `copying`: the second is not whole yet, and the first untouched. `parting`: the second
            is a whole copy; each loses what is the other's. `closing`: both are what they will be.
        journal: the first's finger print when it was copied.
        leaving: who goes to the second.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cut: str
    part: str
    first: str
    second: str
    step: Literal["copying", "parting", "closing"] = "copying"
    journal: str = ""
    leaving: tuple[str, ...] = ()

    @property
    def halves(self) -> tuple[Partition, Partition]:
        """What the halves will be.

        Raises:
            ConfigurationError: there are 64 parts already.
        """
        return Partition.parse(self.part).halves()

    def write(self, folder: Folder) -> None:
        """Lay it into a folder of a clinic.

        Raises:
            StoreError: it cannot be written.
        """
        write_atomically(_place(folder), self.model_dump_json(indent=1))

    @classmethod
    def read(cls, folder: Folder) -> CutMark | None:
        """The mark of a folder; None where there is none.

        Raises:
            ConfigurationError: it cannot be read.
        """
        place = _place(folder)
        try:
            return cls.model_validate_json(place.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as e:
            raise ConfigurationError(
                f"{place} cannot be read: restore the folder's last back-up"
            ) from e

    @staticmethod
    def take_away(folder: Folder) -> None:
        """Take it away.

        Raises:
            StoreError: it cannot be.
        """
        try:
            _place(folder).unlink(missing_ok=True)
        except OSError as e:
            raise StoreError(f"{_place(folder)} cannot be deleted ({e.strerror})") from e


def refuse_while_cut(folder: Folder) -> None:
    """Let no clinic start on a folder that is half cut.

    Raises:
        ConfigurationError: it is.
    """
    mark = CutMark.read(folder)
    if mark is not None:
        raise ConfigurationError(
            f"{folder.root} is being cut in two: run `ripresa region cut {mark.second}` with "
            f"RIPRESA_HOME={mark.first} to its end, or with --undo as long as that can be"
        )


def _place(folder: Folder) -> Path:
    return folder.clinic / MARK
