"""Options of the commands that read recorded sessions: where these lie, and whose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ArchiveOption", "HomeOption", "JournalOption", "PlansOption"]

JournalOption = Annotated[Path | None, typer.Option(help="The journal; without it this machine's.")]
ArchiveOption = Annotated[
    Path | None, typer.Option(help="An archive or export instead, or a journal's archive.")
]
PlansOption = Annotated[
    Path | None, typer.Option(help="Folder of plans, where it is not beside the place.")
]
HomeOption = Annotated[
    str | None, typer.Option(help="Whose session, where several homes have one of that name.")
]
