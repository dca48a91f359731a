"""Which partition a clinic's folder holds: said at its first start, and held to ever after.

A folder that were started as another partition would leave homes unanswered whose records it has,
and take in others from their first record on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import write_atomically
from telemetry.transport.partition import Partition

from .cut_mark import refuse_while_cut

if TYPE_CHECKING:
    from ripresa.platform.configuration import Folder

__all__ = ["held_partition", "hold_partition", "say_partition"]

NAME: Final = "partition"


def held_partition(folder: Folder) -> Partition | None:
    """What a folder holds; None where no clinic has run there yet.

    Raises:
        ConfigurationError: what is written there is none.
    """
    try:
        text = (folder.clinic / NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return Partition() if folder.clinic_journal.is_file() else None
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigurationError(f"{folder.clinic / NAME} cannot be read: {e}") from e
    return Partition.parse(text)


def hold_partition(folder: Folder, wanted: Partition) -> None:
    """Hold a folder to its partition, and say it there where it is new.

    Raises:
        ConfigurationError: it holds another one, is being cut in two, or cannot be written.
    """
    refuse_while_cut(folder)
    held = held_partition(folder)
    if held is None or (held.index, held.of) == (wanted.index, wanted.of):
        if not wanted.is_whole:
            try:
                say_partition(folder, wanted)
            except StoreError as e:
                raise ConfigurationError(str(e)) from e
        return
    named = "every patient" if held.is_whole else f"partition {held}"
    raise ConfigurationError(
        f"{folder.root} holds {named}, not partition {wanted}: run it as "
        + ("it was, without --partition" if held.is_whole else f"--partition {held}")
        + ", or set RIPRESA_HOME to the folder of that partition"
    )


def say_partition(folder: Folder, partition: Partition) -> None:
    """Write down which partition a folder holds.

    Raises:
        StoreError: it cannot be written.
    """
    write_atomically(folder.clinic / NAME, f"{partition}\n")
