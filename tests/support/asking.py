"""Requests by their name, for tests that say what is asked in one line."""

from __future__ import annotations

from pydantic import TypeAdapter

from telemetry.messages.requests import Request

REQUEST = TypeAdapter(Request)


def request_of(what: str, /, **fields):
    """The request of that name, not stamped yet."""
    return REQUEST.validate_python({"what": what, **fields})
