"""Cases that are made when they are needed, in whatever process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .session_case import SessionCase

__all__ = ["CaseSpec"]


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """How to make one case.

    Attributes:
        name: unique within a run.
        maker: a module's function, so that a process of its own can call it.
        settings: its arguments by name.
    """

    name: str
    maker: Callable[..., SessionCase]
    settings: Mapping[str, Any]

    def make(self) -> SessionCase:
        """The case; the same spec gives the same arrays."""
        return self.maker(self.name, **self.settings)
