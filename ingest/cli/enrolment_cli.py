"""Commands that make a clinic and let homes join it: `clinic init`, `clinic enrol`, `home join`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .patient_options import Pseudonym

__all__ = ["enrol", "home", "init", "renew", "revoke", "rotate"]

READ_AGAIN = "Now let the broker read its files again: docker compose kill -s HUP mosquitto"

home = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

FolderOption = Annotated[Path, typer.Option("--folder", help="Where docker-compose.yml lies.")]


def init(
    site: Annotated[str, typer.Option(help="The clinic's name in topics.")],
    host: Annotated[
        list[str], typer.Option(help="Name or address under which homes reach it; repeatable.")
    ],
    folder: FolderOption = Path(),
) -> None:
    """Make a new clinic's secrets: .env, certificates, the broker's users and access list."""
    from ingest.enrolment.enrolment import init_clinic

    for path in init_clinic(folder, site=site, hosts=host):
        typer.echo(f"wrote {path}")
    typer.echo(
        "Next: docker compose up -d, then `ripresa clinic enrol PATIENT FILE` for each home."
    )
    typer.echo(
        "Keep secrets/ and .env out of back-ups that others read; without them no home joins."
    )


def enrol(
    patient: Pseudonym,
    file: Annotated[Path, typer.Argument(help="The join file to write.")],
    gateway: Annotated[str | None, typer.Option(help="Name of the home's box.")] = None,
    folder: FolderOption = Path(),
) -> str:
    """Give a home its user at the broker, and write its join file; returns the site."""
    from ingest.enrolment.enrolment import enrol_home, write_join_file

    join = enrol_home(folder, patient, gateway=gateway)
    write_join_file(join, file)
    typer.echo(f"wrote {file}: it holds a password, carry it to the home by hand")
    typer.echo(READ_AGAIN)
    return join.site


def revoke(patient: Pseudonym, folder: FolderOption = Path()) -> None:
    """Take a home's user away from the broker: its box comes in no more; its data stays."""
    from ingest.enrolment.enrolment import dismiss_home

    found = dismiss_home(folder, patient)
    typer.echo("its user is gone" if found else "it had no user")
    typer.echo(READ_AGAIN)


def rotate(
    patient: Pseudonym,
    file: Annotated[Path, typer.Argument(help="The join file to write.")],
    folder: FolderOption = Path(),
) -> None:
    """Give a home a new password under its old name; the old one ends with the broker's reading."""
    from ingest.enrolment.enrolment import enrol_home, gateway_of, write_join_file
    from telemetry.errors import ConfigurationError

    if not gateway_of(folder, patient):
        raise ConfigurationError(f"{patient} has no user at the broker: `ripresa clinic enrol`")
    write_join_file(enrol_home(folder, patient), file)
    typer.echo(f"wrote {file}: it holds a password, carry it to the home by hand")
    typer.echo(READ_AGAIN)


def renew(
    folder: FolderOption = Path(),
    authority: Annotated[
        bool, typer.Option("--authority", help="A new authority, too; the old one stays valid.")
    ] = False,
) -> None:
    """Renew the broker's certificate; with --authority homes need a new join file in time."""
    from ingest.enrolment.certificates import renew_certificates

    for path in renew_certificates(folder, authority=authority):
        typer.echo(f"wrote {path}")
    typer.echo(READ_AGAIN)


@home.callback()
def _home() -> None:
    """A home box."""


@home.command()
def join(
    file: Annotated[Path, typer.Argument(help="The clinic's join file.")],
) -> None:
    """Join the clinic that wrote FILE; the file may be deleted afterwards."""
    from ingest.enrolment.enrolment import join_home
    from ingest.places import Places

    places = Places.from_environment()
    found = join_home(file, places.home, (places.takes, places.surveys))
    typer.echo(f"joined {found.site} at {found.broker.host}:{found.broker.port}")
