"""All parts of a clinic in a few lines: how each is, and whom none of them has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ripresa.platform.status_socket import ask_status
from telemetry.errors import TransportError

from .coverage import gaps, overlaps, part_folders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from therapy.wording import Language

    from .coverage import PartFolder

__all__ = ["absent_lines", "parts_report"]

_TEXT: Final[Mapping[str, tuple[str, str]]] = {
    "well": ("{part}: tutto bene, {homes} case", "{part}: all is well, {homes} homes"),
    "unwell": (
        "{part}: qualcosa non va, {homes} case",
        "{part}: something is wrong, {homes} homes",
    ),
    "down": ("! {part}: non risponde: {why}", "! {part}: does not answer: {why}"),
    "unread": ("! {part}: {why}", "! {part}: {why}"),
    "gap": (
        "! nessuna cartella indicata ha la parte {part}: i suoi pazienti qui mancano",
        "! none of the folders named has part {part}: its patients are missing here",
    ),
    "overlap": (
        "! più cartelle hanno la parte {part}: i suoi pazienti sono in più di una",
        "! several folders have part {part}: its patients are in more than one",
    ),
}


def parts_report(roots: Sequence[Path], language: Language) -> tuple[list[str], dict[str, Any]]:
    """How all parts are, in lines and as a document.

    It is `well` only where every part is, and they are all of the clinic.

    Args:
        roots: each part's RIPRESA_HOME.
        language: of the lines.
    """
    parts, lines, told = part_folders(roots), [], []
    well = True
    for part in parts:
        document: dict[str, Any] | None = None
        why = part.reason
        if not why:
            try:
                document = ask_status(part.folder.clinic)
            except TransportError as e:
                why = str(e)
                lines.append(_say("down", language, part=part.name, why=why))
        if document is not None:
            key = "well" if document["well"] else "unwell"
            lines.append(_say(key, language, part=part.name, homes=len(document["homes"])))
            lines += [f"  ! {trouble[language]}" for trouble in document["troubles"]]
        well = well and document is not None and bool(document["well"])
        told.append(
            {
                "part": str(part.partition) if part.partition else None,
                "folder": str(part.folder.root),
                "reason": why,
                "status": document,
            }
        )
    absent = absent_lines(parts, language)
    document = {
        "well": well and not absent,
        "parts": told,
        "missing": [str(p) for p in gaps(_held(parts))],
        "doubled": [str(p) for p in overlaps(_held(parts))],
    }
    return [*absent, *lines], document


def absent_lines(parts: Sequence[PartFolder], language: Language) -> list[str]:
    """What is not there, or there twice: nobody takes a list of some for a list of all."""
    lines = [
        _say("unread", language, part=part.name, why=part.reason) for part in parts if part.reason
    ]
    lines += [_say("gap", language, part=part) for part in gaps(_held(parts))]
    return lines + [_say("overlap", language, part=part) for part in overlaps(_held(parts))]


def _held(parts: Sequence[PartFolder]) -> list[Any]:
    return [part.partition for part in parts if part.partition is not None]


def _say(key: str, language: Language, **values: object) -> str:
    return _TEXT[key][language == "en"].format(**values)
