"""Which part of Ripresa an optional library belongs to, and how to get it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from typing import Final

__all__ = ["extra_of", "how_to_install"]

_NAMES: Final = {"pygame": "pygame-ce", "grafana_foundation_sdk": "grafana-foundation-sdk"}
"""Libraries whose import tells nothing of their name while they are not installed."""


def extra_of(module: str) -> str | None:
    """The extra that brings an importable module; None where none does.

    Reads the installed package's own metadata, so it follows what was declared.
    """
    root = module.partition(".")[0]
    known = packages_distributions().get(root, [_NAMES.get(root, root)])
    wanted = {_normal(name) for name in known}
    try:
        declared = requires("ripresa") or []
    except PackageNotFoundError:
        return None
    bringing = set()
    for line in declared:
        name, _, marker = line.partition(";")
        own = _normal(name.split("[")[0].strip().rstrip("<>=!~0123456789., "))
        if own in wanted and "extra ==" in marker:
            bringing.add(marker.split("extra ==")[1].strip().strip("'\" "))
    # The demo brings what both sides need, too; who asks for one side gets that.
    return min(bringing, key=lambda extra: (extra == "demo", extra), default=None)


def how_to_install(module: str) -> str | None:
    """One line for a person who met a missing library; None where it is no part of ours."""
    extra = extra_of(module)
    if extra is None:
        return None
    return f"this needs the part {extra!r}, which is not installed: pip install 'ripresa[{extra}]'"


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
