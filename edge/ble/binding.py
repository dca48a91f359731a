"""Which wearable is worn where, and what of it was remembered when it was bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from telemetry.errors import ConfigurationError
from telemetry.files import write_atomically
from telemetry.identity import Name, checked_name
from telemetry.messages.newer import first_problem

from .identity_guard import Remembered

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Binding", "Bindings", "bindings_file"]


def bindings_file(home: Path) -> Path:
    """Where they are kept under a `RIPRESA_HOME`."""
    return home / "devices.json"


class Binding(BaseModel):
    """One wearable and its place on the body, e.g. `wrist-right`.

    Attributes:
        address, serial: of the device itself, as it was met; None where it was not. They never
            leave this file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    wearable: Name
    placement: Name
    model: str | None = None
    address: str | None = None
    serial: str | None = None


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    bindings: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True)
class Bindings:
    """All bindings of a home. Several wearables may share a place: a spare may be swapped in."""

    entries: tuple[Binding, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Bindings:
        """Read the file; without one there are none.

        Raises:
            ConfigurationError: it cannot be read.
        """
        try:
            content = _Content.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except ValidationError as e:
            raise ConfigurationError(
                f"{path.name}: {first_problem(e)}: mend it, or remove it and bind again"
            ) from e
        except OSError as e:
            raise ConfigurationError(f"{path} cannot be read ({e.strerror})") from e
        return cls(content.bindings)

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all, for its owner only.

        Raises:
            StoreError: it cannot be written.
        """
        text = _Content(bindings=self.entries).model_dump_json(indent=2, exclude_none=True) + "\n"
        write_atomically(path, text)

    def placement_of(self, wearable: str) -> str | None:
        """Where a wearable is worn; None when it is not bound."""
        return next((b.placement for b in self.entries if b.wearable == wearable), None)

    @property
    def places(self) -> frozenset[str]:
        """Every place that is bound."""
        return frozenset(b.placement for b in self.entries)

    def remembered(self, wearable: str) -> Remembered | None:
        """What is known of the device; None where it is not bound, or was never met."""
        for b in self.entries:
            if b.wearable == wearable and (b.address or b.serial):
                return Remembered(b.address, b.serial)
        return None

    def bind(
        self,
        wearable: str,
        placement: str,
        *,
        model: str | None = None,
        met: Remembered | None = None,
    ) -> Bindings:
        """With this wearable at that place, wherever it was before.

        Args:
            wearable: its identity.
            placement: where it is worn.
            model: its kind, where known.
            met: what is to be remembered of it.

        Raises:
            ConfigurationError: either is not a name.
        """
        checked_name(wearable, "wearable")
        checked_name(placement, "placement")
        others = tuple(b for b in self.entries if b.wearable != wearable)
        met = met or Remembered()
        added = Binding(
            wearable=wearable,
            placement=placement,
            model=model,
            address=met.address,
            serial=met.serial,
        )
        return Bindings(tuple(sorted((*others, added), key=lambda b: b.wearable)))

    def unbind(self, wearable: str) -> Bindings:
        """Without this wearable.

        Raises:
            ConfigurationError: it is not bound.
        """
        if self.placement_of(wearable) is None:
            raise ConfigurationError(f"{wearable} is not bound: see ripresa devices list")
        return Bindings(tuple(b for b in self.entries if b.wearable != wearable))
