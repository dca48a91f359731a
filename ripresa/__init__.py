"""Ripresa: wearables, journals, a signal core, games and dashboards for rehabilitation at home.

Research software, not a medical device.

For notebooks and scripts: `sessions()` lists what was recorded, `load_session(ULID)` gives a
session with its events, results, motion and angles as arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ripresa.session.recorded_session import RecordedSession, load_session, sessions

__all__ = ["RecordedSession", "__version__", "load_session", "sessions"]

__version__ = "0.1.0"

_LAZY = {"RecordedSession", "load_session", "sessions"}


def __getattr__(name: str) -> Any:
    # The command line starts in a blink because nothing heavy is imported before it is asked for.
    if name in _LAZY:
        from ripresa.session import recorded_session  # noqa: PLC0415

        return getattr(recorded_session, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
