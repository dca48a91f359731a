"""The twin of the careless wearable: a home-built sensor under another name."""

from __future__ import annotations

from bumble.core import AdvertisingData

from edge.virtual.peripherals.virtual_open_imu import VirtualOpenImu

from .careless_wearable import NAME

__all__ = ["VirtualCareless"]


class VirtualCareless(VirtualOpenImu):
    """Speaks the open profile; it is its decoder that is careless."""

    name = NAME

    def advertisement(self) -> list[tuple[int, bytes]]:
        """Its name only."""
        return [(AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]
