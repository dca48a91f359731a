"""Options and arguments that several commands on a patient take: each said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Actor", "Decider", "Ground", "KeyFileOption", "Lift", "Pseudonym"]

ACTOR = "RIPRESA_ACTOR"

Pseudonym = Annotated[str, typer.Argument(metavar="ID", help="The pseudonym.")]
Ground = Annotated[str, typer.Option(help="Why; must not name the patient.")]
Lift = Annotated[bool, typer.Option("--lift", help="Take it back.")]
Actor = Annotated[str, typer.Option(envvar=ACTOR, help="Who does this, for the audit log.")]
Decider = Annotated[str, typer.Option(envvar=ACTOR, help="Who decided it, for the audit log.")]
KeyFileOption = Annotated[
    Path,
    typer.Option(
        envvar="RIPRESA_KEY_FILE", help="Where the clinic keeps names; apart from RIPRESA_HOME."
    ),
]
