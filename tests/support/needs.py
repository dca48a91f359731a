"""Parts of the machine that a test needs: missing ones skip it, but never in CI."""

from __future__ import annotations

import importlib
import os
import shutil

import pytest

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")


def need_program(*names: str) -> str:
    """The path of the first of `names` on the PATH; without one the test skips, in CI it fails."""
    for name in names:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/bin")
        if found:
            return found
    missing(" or ".join(names) + " is not on the PATH")
    raise AssertionError


def need_library(name: str) -> None:
    """A library that needs parts of the system; without them the test skips, in CI it fails."""
    try:
        importlib.import_module(name)
    except (ImportError, OSError) as e:
        missing(f"{name} cannot be loaded ({e})")


def missing(reason: str) -> None:
    """Say that a part is missing: a skip on a user's machine, a failure in CI."""
    if IN_CI:
        pytest.fail(f"{reason}; CI must have it", pytrace=False)
    pytest.skip(reason)
