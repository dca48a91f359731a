"""The secrets of a region's brokers: made once, beside the clinic's own."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import nkeys

from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import make_private_folder, write_atomically

from .server_tokens import DoorSeal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RegionKeys"]

FOLDER: Final = "region"
SEED, DOOR, ROUTES, NODES = "issuer.seed", "door.password", "routes.password", "nodes.env"


@dataclass(frozen=True, slots=True)
class RegionKeys:
    """What doorkeepers and nodes share.

    Attributes:
        seed: of the key that signs answers: doorkeepers alone have it.
        door: password of the doorkeepers at the nodes.
        routes: password of the nodes among themselves.
    """

    seed: bytes = field(repr=False)
    door: str = field(repr=False)
    routes: str = field(repr=False)

    @classmethod
    def make(cls, secrets_folder: Path) -> RegionKeys:
        """Make them in `region` of a clinic's folder of secrets.

        Raises:
            ConfigurationError: they are there already, or cannot be written.
        """
        place = secrets_folder / FOLDER
        if place.exists():
            raise ConfigurationError(
                f"{place} is there already: new keys would lock every doorkeeper out; move it "
                "away if that is meant"
            )
        seed = bytes(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_ACCOUNT))
        keys = cls(seed, _password(), _password())
        try:
            make_private_folder(place)
            write_atomically(place / SEED, seed)
            write_atomically(place / DOOR, keys.door + "\n")
            write_atomically(place / ROUTES, keys.routes + "\n")
            text = "".join(f"{name}={value}\n" for name, value in keys.for_nodes().items())
            write_atomically(place / NODES, text)
        except (OSError, StoreError) as e:
            raise ConfigurationError(f"{place} cannot be written: {e}") from e
        return keys

    @classmethod
    def read(cls, secrets_folder: Path) -> RegionKeys:
        """Read them.

        Raises:
            ConfigurationError: one is missing or cannot be read.
        """
        place = secrets_folder / FOLDER
        try:
            return cls(
                (place / SEED).read_bytes().strip(),
                (place / DOOR).read_text(encoding="utf-8").strip(),
                (place / ROUTES).read_text(encoding="utf-8").strip(),
            )
        except (OSError, UnicodeDecodeError) as e:
            raise ConfigurationError(
                f"no keys of a region in {place} ({e}): `ripresa region init` makes them"
            ) from e

    @property
    def seal(self) -> DoorSeal:
        """Signs with them.

        Raises:
            ConfigurationError: the seed is none.
        """
        try:
            return DoorSeal(self.seed)
        except (ValueError, nkeys.NkeysError) as e:
            raise ConfigurationError(f"{SEED} holds no key: restore it from a back-up") from e

    def for_nodes(self) -> dict[str, str]:
        """What each node must know, as `deploy/region/nats.conf` names it."""
        return {
            "RIPRESA_ISSUER": self.seal.issuer,
            "RIPRESA_DOOR_PASSWORD": self.door,
            "RIPRESA_ROUTE_PASSWORD": self.routes,
        }


def _password() -> str:
    """Begins with a letter: nodes read what stands in their environment as a value of their own."""
    return f"k{secrets.token_hex(24)}"
