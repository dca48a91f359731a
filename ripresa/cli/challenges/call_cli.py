"""`ripresa challenge call`: who needs what, for whom, what may go wrong, what is the least."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from research.outcomes.call import LeastFigure

__all__ = ["app"]

LEAST = re.compile(r"^\s*([a-z0-9_]+)\s*(<=|>=|≤|≥)\s*(-?\d+(?:\.\d+)?)\s*$")

app = typer.Typer(
    no_args_is_help=True,
    help="Calls for challenges: write one, check one.",
    pretty_exceptions_enable=False,
)


@app.command("new")
def new_call(  # noqa: PLR0917 - typer fills them by name
    file: Annotated[Path, typer.Argument(help="To write; its name is the call's.")],
    challenge: Annotated[str, typer.Option(prompt=True, help="Entries are scored on.")],
    kind: Annotated[str, typer.Option(prompt=True, help="algorithm, wearable or game.")],
    need: Annotated[str, typer.Option(prompt=True, help="What is missing today.")],
    people: Annotated[str, typer.Option(prompt=True, help="Who it is for.")],
    harm: Annotated[str, typer.Option(prompt=True, help="What may go wrong, and to whom.")],
    owner: Annotated[str, typer.Option(prompt=True, help="Who answers for it: an office.")],
    least: Annotated[
        list[str],
        typer.Option(help="The least that a figure must come to, as 'rmse_deg <= 5'; repeatable."),
    ],
) -> None:
    """Write a call: its bench asks for the figures named, its other gates for what is usual."""
    from pydantic import ValidationError

    from research.outcomes.call import USUAL_TOPICS, Call, call_toml
    from ripresa.challenges.catalogue import load_challenge

    load_challenge(challenge)
    if file.exists():
        raise ConfigurationError(f"{file} is there already: choose another name")
    gates: dict[str, object] = {name: {"topics": t} for name, t in USUAL_TOPICS.items()}
    gates["bench"] = {"figures": [_least(text) for text in least]}
    told = {"need": need, "people": people, "harm": harm, "owner": owner}
    try:
        call = Call.model_validate(
            {"name": file.stem, "challenge": challenge, "kind": kind, **told, **gates}
        )
    except ValidationError as e:
        first = e.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the call"
        raise ConfigurationError(f"{where}: {first['msg']}") from e
    try:
        file.write_text(call_toml(call), encoding="utf-8")
    except OSError as e:
        raise ConfigurationError(f"cannot write {file}: {e.strerror}") from e
    typer.echo(
        f"Call: {file}; change what its gates ask, then: ripresa challenge call check {file}"
    )


@app.command("check")
def check_call(file: Annotated[Path, typer.Argument(help="A call's TOML file.")]) -> None:
    """Check a call, and say what its gates ask."""
    from research.outcomes.call import GATES, read_call
    from ripresa.challenges.catalogue import load_challenge

    call = read_call(file)
    load_challenge(call.challenge)
    typer.echo(f"{call.name}: {call.kind}, scored on {call.challenge}, called by {call.owner}")
    for name in GATES:
        gate = call.gate(name)
        asked = [_told(least) for least in gate.figures]
        asked += [f"{topic}: {standing}" for topic, standing in gate.topics.items()]
        typer.echo(f"  {name}: {'; '.join(asked) or 'nothing more'}")


def _least(text: str) -> dict[str, object]:
    found = LEAST.match(text)
    if found is None:
        raise ConfigurationError(f"--least {text!r}: write it as 'rmse_deg <= 5'")
    key, sign, value = found.groups()
    bound = "at_most" if sign in {"<=", "≤"} else "at_least"
    return {"figure": key, bound: float(value)}


def _told(least: LeastFigure) -> str:
    bounds = {"≤": least.at_most, "≥": least.at_least}
    return " ".join(
        [least.figure, *(f"{sign} {v:g}" for sign, v in bounds.items() if v is not None)]
    )
