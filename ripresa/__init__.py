"""Ripresa: wearables, journals, a signal core, games and dashboards for rehabilitation at home.

Research software, not a medical device.

For notebooks and scripts: `sessions()` lists what a journal, an archive or an export holds,
`load_session(ULID)` gives a session whose `events()`, `items()`, `repetitions()`, `motion()`,
`stamps()` and `angle()` are tables, each with `to_pandas()`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ripresa.recordings.recorded_session import (
        RecordedSession,
        SessionList,
        load_session,
        sessions,
    )

__all__ = ["RecordedSession", "SessionList", "__version__", "load_session", "sessions"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The command line starts in a blink because nothing heavy is imported before it is asked for.
    if name in __all__:
        from ripresa.recordings import recorded_session  # noqa: PLC0415

        return getattr(recorded_session, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
