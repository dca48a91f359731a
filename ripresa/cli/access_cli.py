"""`ripresa clinic user` and `ripresa clinic token`: who may come in to the clinic's page."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.patient_options import ACTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ripresa.access.way_in import WayIn

__all__ = ["token", "user"]

user = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Who may sign in to the web page: add, list, change, link, reset, disable.",
)
token = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Tokens of programs that read from the web page: add, list, revoke.",
)

UserName = Annotated[str, typer.Argument(metavar="NAME", help="By which they sign in.")]
TokenName = Annotated[str, typer.Argument(metavar="NAME", help="What the token is for.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="physiotherapist, researcher or admin; repeatable.")
]
Sites = Annotated[
    list[str] | None, typer.Option("--site", help="Whose patients; + for all; repeatable.")
]
Identity = Annotated[
    tuple[str, str] | None,
    typer.Option(help="Who they are at the provider, instead of a password: issuer and subject."),
]


@user.command("add")
def add_user(name: UserName, role: Roles, site: Sites = None, identity: Identity = None) -> None:
    """Let somebody in; the password is asked for, never given as an argument."""
    from dashboards.access.accounts import checked_roles, checked_sites
    from ripresa.access.access_audit import USER_ADDED

    roles, sites = checked_roles(role), checked_sites(site or ["+"])
    with _way_in() as way_in:
        first = not way_in.accounts.any()
        password = None if identity else _asked(name)
        way_in.accounts.add(name, roles=roles, sites=sites, password=password, identity=identity)
        _note(USER_ADDED, f"{name}: {_listed(roles)}; {_sites(sites)}")
    typer.echo(f"{name} may sign in: {_listed(roles)}; patients of {_sites(sites)}")
    if first:
        typer.echo("from now on the page asks everybody to sign in")


@user.command("list")
def list_users() -> None:
    """Show who there is, what they are, and whose patients they see."""
    with _way_in() as way_in:
        for one in way_in.accounts.all():
            how = "provider" if one.password is None else "password"
            state = "" if one.disabled_ns is None else f", disabled {_day(one.disabled_ns)}"
            typer.echo(
                f"{one.name}: {_listed(one.roles)}; {_sites(one.sites)}; {how}; "
                f"since {_day(one.made_ns)}{state}"
            )


@user.command("change")
def change_user(name: UserName, role: Roles, site: Sites = None) -> None:
    """Give somebody other roles and sites; whoever is signed in under that name signs in anew."""
    from dashboards.access.accounts import checked_roles, checked_sites

    roles, sites = checked_roles(role), checked_sites(site or ["+"])
    with _way_in() as way_in:
        way_in.accounts.change(name, roles=roles, sites=sites)
        _note("user changed", f"{name}: {_listed(roles)}; {_sites(sites)}")
    typer.echo(f"{name}: {_listed(roles)}; patients of {_sites(sites)}")


@user.command("link")
def link_user(
    name: UserName,
    issuer: Annotated[str, typer.Argument(help="The provider, as RIPRESA_OIDC_ISSUER has it.")],
    subject: Annotated[str, typer.Argument(help="Who they are there; the page tells it.")],
) -> None:
    """Let somebody sign in at the provider, too."""
    with _way_in() as way_in:
        way_in.accounts.link(name, issuer, subject)
        _note("user linked", name)
    typer.echo(f"{name} may sign in at {issuer}")


@user.command("reset")
def reset_user(name: UserName) -> None:
    """Ask for a new password; sessions end, and who was disabled may come in again."""
    with _way_in() as way_in:
        if way_in.accounts.find(name) is None:
            way_in.accounts.disable(name)  # says that there is none
        way_in.accounts.set_password(name, _asked(name))
        _note("user's password reset", name)
    typer.echo(f"{name} has a new password")


@user.command("disable")
def disable_user(name: UserName) -> None:
    """Let somebody in no more; what they have open is shut."""
    with _way_in() as way_in:
        way_in.accounts.disable(name)
        _note("user disabled", name)
    typer.echo(f"{name} may not come in any more; what stands under that name stays")


@token.command("add")
def add_token(
    name: TokenName,
    scope: Annotated[
        list[str],
        typer.Option(
            help="What it may be used for: see-worklist, see-patient, see-session, watch-live, "
            "see-operation, read-description; repeatable."
        ),
    ],
    site: Annotated[
        list[str], typer.Option("--site", help="Whose patients; + for all; repeatable.")
    ],
    days: Annotated[int, typer.Option(help="How long it is good for, a year at most.")] = 90,
) -> None:
    """Make a token; it is shown once, for the header `Authorization: Bearer TOKEN`."""
    from dashboards.access.accounts import checked_sites
    from dashboards.access.tokens import checked_scope

    with _way_in() as way_in:
        made = way_in.tokens.add(
            name, scope=checked_scope(scope), sites=checked_sites(site), days=days
        )
        _note("token added", f"{name}: {_listed(frozenset(scope))}; {_sites(frozenset(site))}")
    typer.echo(made)
    typer.echo("it is not shown again", err=True)


@token.command("list")
def list_tokens() -> None:
    """Show which there are, what they are for and until when."""
    with _way_in() as way_in:
        for one in way_in.tokens.all():
            state = "" if one.revoked_ns is None else f", revoked {_day(one.revoked_ns)}"
            typer.echo(
                f"{one.name}: {_listed(one.scope)}; {_sites(one.sites)}; "
                f"until {_day(one.ends_ns)}{state}"
            )


@token.command("revoke")
def revoke_token(name: TokenName) -> None:
    """Let a token in no more."""
    with _way_in() as way_in:
        way_in.tokens.revoke(name)
        _note("token revoked", name)
    typer.echo(f"token {name} is revoked")


@contextlib.contextmanager
def _way_in() -> Iterator[WayIn]:
    from ripresa.access.way_in import WayIn
    from ripresa.platform.configuration import clinic_at_hand, clock_from

    with WayIn(clinic_at_hand(), clock_from()) as way_in:
        yield way_in


def _note(action: str, detail: str) -> None:
    """Write into the audit log what was done to users and tokens, where its key is at hand."""
    from ingest.journal.journal import Journal
    from ingest.rights.audit import AuditKey, note
    from ripresa.platform.configuration import audit_key_at_hand, clinic_at_hand, clock_from
    from telemetry.errors import ConfigurationError, RipresaError

    folder, clock = clinic_at_hand(), clock_from()
    key = audit_key_at_hand(folder)
    try:
        if key is None:
            raise ConfigurationError("its key is not here: set RIPRESA_AUDIT_KEY_FILE")
        with Journal.open(folder.clinic_journal, clock) as journal, journal.writing() as db:
            note(
                db,
                AuditKey.at(key),
                t_ns=clock.now_ns(),
                actor=os.environ.get(ACTOR, "command line"),
                action=action,
                patient=None,
                detail=detail,
            )
    except RipresaError as e:
        typer.echo(f"not in the audit log: {e}", err=True)


def _asked(name: str) -> str:
    from dashboards.access.passwords import LEAST, hashed_password

    told = typer.prompt(
        f"Password of {name}, at least {LEAST} characters",
        hide_input=True,
        confirmation_prompt=True,
    )
    return hashed_password(name, told)


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))


def _sites(sites: frozenset[str]) -> str:
    return "all sites" if "+" in sites else _listed(sites)


def _day(t_ns: int) -> str:
    return datetime.fromtimestamp(t_ns / 1e9, UTC).date().isoformat()
