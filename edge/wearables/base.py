"""What wearables do alike unless they say otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .standard import read_battery, read_information
from .wearable import identity_text

if TYPE_CHECKING:
    from .wearable import Advertisement, Battery, Decoder, DeviceInformation, GattClient

__all__ = ["BaseWearable", "NamedWearable"]


class BaseWearable:
    """A wearable with the SIG's services, known by its serial number, that cannot blink.

    It streams as soon as it is subscribed and falls silent once the link is gone. A kind sets
    the two names and the rest of the protocol `Wearable`, and overrides what it does otherwise.

    Attributes:
        model: as in `StreamOpened.model`.
        identity_kind: what identities begin with.
    """

    model: str
    identity_kind: str

    def advertised_identity(self, advertisement: Advertisement) -> str | None:
        """None: it is asked for its serial number."""
        return None

    async def identify(self, client: GattClient) -> str | None:
        """By serial number."""
        return self._identity((await self.information(client)).serial)

    async def information(self, client: GattClient) -> DeviceInformation:
        """From the Device Information service."""
        return await read_information(client)

    async def start(self, client: GattClient, decoder: Decoder) -> None:
        """Nothing to do: it streams once it is subscribed."""

    async def stop(self, client: GattClient) -> None:
        """Nothing to do: it falls silent once the link is gone."""

    async def battery(self, client: GattClient) -> Battery | None:
        """From the Battery service, where it has one."""
        return await read_battery(client)

    async def blink(self, client: GattClient) -> bool:
        """It cannot."""
        return False

    def _identity(self, own: str | None) -> str | None:
        return identity_text(self.identity_kind, own) if own else None


class NamedWearable(BaseWearable):
    """A wearable that tells no serial number: known by its name, which can be configured."""

    def advertised_identity(self, advertisement: Advertisement) -> str | None:
        """By its name."""
        return self._identity(advertisement.name)

    async def identify(self, client: GattClient) -> str | None:
        """By the same name, as the connection knows it."""
        return self._identity(client.name)
