"""The names under which a clinic comes in at its broker, which nobody else may have.

At a broker whoever comes under another's name takes that session over, with what waits in it. A
name that belongs to who had it first could be had by whoever learns a clinic's ULID before the
clinic is there; so these are the clinic's user's from the beginning, by how they begin.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ERASURE", "PAGE", "RECEIVER", "is_clinics_name"]

RECEIVER: Final = "receiver-"
PAGE: Final = "page-"
ERASURE: Final = "erasure-"


def is_clinics_name(client: str) -> bool:
    """Whether a client id is of the kind that clinics have."""
    return client.startswith((RECEIVER, PAGE, ERASURE))
