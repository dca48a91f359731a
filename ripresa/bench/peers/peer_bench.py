"""Which peers are here, and the figures of each beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError

from .brainflow_peer import bench_brainflow
from .lsl_peer import bench_lsl
from .orientation_peers import bench_orientation
from .telegraf_peer import bench_telegraf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["PEERS", "bench_peers"]

PEERS: Final[dict[str, Callable[[Path], dict[str, float]]]] = {
    "brainflow": bench_brainflow,
    "lsl": bench_lsl,
    "orientation": bench_orientation,
    "telegraf": bench_telegraf,
}


def bench_peers(
    folder: Path, *, peer: str | None = None, said: Callable[[str], None] = lambda _: None
) -> dict[str, float]:
    """Measure one peer, or each that is installed.

    Args:
        folder: scratch space.
        peer: one of `PEERS`; None: all, of which the missing ones are told and left out.
        said: told of progress, and of what is missing.

    Raises:
        ConfigurationError: no such peer, the one that was asked for is not installed, or none is.
    """
    if peer is not None and peer not in PEERS:
        raise ConfigurationError(f"no peer {peer!r}: there are {', '.join(PEERS)}")
    figures: dict[str, float] = {}
    for name in [peer] if peer else PEERS:
        said(f"beside {name}")
        try:
            figures |= PEERS[name](folder)
        except ConfigurationError as e:
            if peer is not None:
                raise
            said(f"left out: {e}")
    if not figures:
        raise ConfigurationError("no peer is installed here: nothing was measured")
    return figures
