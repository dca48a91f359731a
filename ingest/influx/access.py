"""Who may do what in the database: a token for the clinic service, another for Grafana.

The operator's token, which may do anything, is needed to set up and to rotate, and by nothing that
runs. Each organisation, that is each site, has tokens of its own:

    clinic    reads and writes the site's buckets
    grafana   reads `therapy` and `motion_minutes` of the site, and writes nothing

Grafana hands every query of a viewer on with its own token, so what a viewer cannot write is what
that token cannot. InfluxDB 1.8 has users in place of tokens (`name:password` is one); its buckets
are `database/policy`, and its grants are of whole databases.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import ConfigurationError, StoreBusy
from telemetry.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from .server import InfluxSettings, InfluxWriter

__all__ = [
    "SiteTokens",
    "issue_tokens",
    "keep_tokens",
    "make_organisation",
    "of_site",
    "token_file",
    "withdraw_others",
]

CLINIC: Final = "clinic"
GRAFANA: Final = "grafana"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class SiteTokens:
    """The tokens of one site; never shown."""

    clinic: str
    grafana: str

    def __repr__(self) -> str:
        return "SiteTokens(...)"


def make_organisation(writer: InfluxWriter, settings: InfluxSettings) -> bool:
    """Make the organisation where it is missing; whether it was. 1.8 has none.

    Raises:
        StoreBusy: no answer, or no right.
    """
    if writer.is_old():
        return False
    with writer.asking("find the organisation"):
        organisations: Any = writer.client.organizations_api()
        if any(o.name == settings.org for o in organisations.find_organizations()):
            return False
        organisations.create_organization(name=settings.org)
    return True


def issue_tokens(writer: InfluxWriter, settings: InfluxSettings) -> SiteTokens:
    """Make both tokens; those made before hold until `withdraw_others`.

    In 1.8 a user's old password ceases at once.

    Raises:
        StoreBusy: no answer, or this is not the operator's token.
        ConfigurationError: buckets are missing, or the organisation's name cannot be part of a
            user's.
    """
    if writer.is_old():
        return _users(writer, settings)
    with writer.asking("make tokens"):
        org_id = _org_id(writer, settings)
        ids = {b.name: b.id for b in _buckets(writer, settings)}
        wanted = (settings.motion_bucket, settings.therapy_bucket, settings.minutes_bucket)
        if missing := [name for name in wanted if name not in ids]:
            raise ConfigurationError(
                f"{settings.org} has no bucket {', '.join(missing)}: run 'ripresa influx setup'"
            )
        all_of_site = [ids[name] for name in wanted]
        shown = [ids[name] for name in wanted[1:]]
        clinic = [(a, b) for a in ("read", "write") for b in all_of_site]
        return SiteTokens(
            clinic=_authorised(writer, org_id, _described(settings, CLINIC), clinic),
            grafana=_authorised(
                writer, org_id, _described(settings, GRAFANA), [("read", b) for b in shown]
            ),
        )


def withdraw_others(writer: InfluxWriter, settings: InfluxSettings, kept: SiteTokens) -> int:
    """Take away the site's tokens that were made before; returns how many.

    Raises:
        StoreBusy: some may still hold.
    """
    if writer.is_old():
        return 0
    mine = {_described(settings, CLINIC), _described(settings, GRAFANA)}
    count = 0
    with writer.asking("withdraw tokens"):
        api: Any = writer.client.authorizations_api()
        for known in api.find_authorizations(org=settings.org):
            if known.description in mine and known.token not in (kept.clinic, kept.grafana):
                api.delete_authorization(known)
                count += 1
    return count


def token_file(folder: Path, whose: str, site: str | None = None) -> Path:
    """Where a token lies: `WHOSE/token`; of a site with an organisation of its own in `WHOSE/SITE`.

    So Grafana, which is given the folder `grafana`, finds those of all sites, and no site's
    takes the place of another's.
    """
    return folder / whose / (site or "") / "token"


def keep_tokens(tokens: SiteTokens, folder: Path, site: str | None = None) -> list[Path]:
    """Write each token into its `token_file`, readable by its owner only; returns the files.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    paths = []
    try:
        for part in fields(tokens):
            path = token_file(folder, part.name, site)
            write_atomically(path, getattr(tokens, part.name) + "\n")
            path.chmod(0o600)
            paths.append(path)
    except OSError as e:
        raise ConfigurationError(
            f"tokens cannot be kept in {folder} ({e.strerror}): give --tokens"
        ) from e
    return paths


def _described(settings: InfluxSettings, whose: str) -> str:
    return f"ripresa {whose} of {settings.org}"


def _org_id(writer: InfluxWriter, settings: InfluxSettings) -> str:
    api: Any = writer.client.organizations_api()
    found = [o for o in api.find_organizations() if o.name == settings.org]
    if not found:
        raise ConfigurationError(
            f"there is no organisation {settings.org!r}: run 'ripresa influx setup'"
        )
    return str(found[0].id)


def _buckets(writer: InfluxWriter, settings: InfluxSettings) -> list[Any]:
    api: Any = writer.client.buckets_api()
    return list(api.find_buckets_iter(org=settings.org))


def _authorised(
    writer: InfluxWriter, org_id: str, description: str, rights: list[tuple[str, str]]
) -> str:
    from influxdb_client.domain import authorization, permission, permission_resource  # noqa: PLC0415

    domain: Any = authorization
    resource: Any = permission_resource.PermissionResource
    right: Any = permission.Permission
    asked = domain.Authorization(
        org_id=org_id,
        description=description,
        permissions=[
            right(action=action, resource=resource(type="buckets", id=bucket, org_id=org_id))
            for action, bucket in rights
        ],
    )
    api: Any = writer.client.authorizations_api()
    return str(api.create_authorization(authorization=asked).token)


def _users(writer: InfluxWriter, settings: InfluxSettings) -> SiteTokens:
    """Users of 1.8 with grants on the buckets' databases."""
    if not NAME.fullmatch(settings.org):
        raise ConfigurationError(f"organisation {settings.org!r}: use letters, digits, - and _")
    buckets = (settings.motion_bucket, settings.therapy_bucket, settings.minutes_bucket)
    databases = [name.split("/", maxsplit=1)[0] for name in buckets]
    made = []
    for whose, right, may in ((CLINIC, "ALL", databases), (GRAFANA, "READ", databases[1:])):
        user, password = f"{whose}-{settings.org}", secrets.token_urlsafe(24)
        known = re.search(rf"""['"]{user}['"]""", str(writer.influxql("SHOW USERS")))
        _done(
            writer,
            f"SET PASSWORD FOR \"{user}\" = '{password}'"
            if known
            else f"CREATE USER \"{user}\" WITH PASSWORD '{password}'",
        )
        for database in dict.fromkeys(may):
            _done(writer, f'GRANT {right} ON "{database}" TO "{user}"')
        made.append(f"{user}:{password}")
    return SiteTokens(*made)


def _done(writer: InfluxWriter, statement: str) -> None:
    """Run a statement; 1.8 answers what it could not do with 200.

    Raises:
        StoreBusy: it was not done; the statement, which holds a password, is not told.
    """
    if "error" in str(writer.influxql(statement)):
        raise StoreBusy(
            f"InfluxDB refuses to {' '.join(statement.split()[:2]).lower()}: is the token the "
            "operator's, are the databases there?"
        )


def of_site(settings: InfluxSettings, site: str | None) -> InfluxSettings:
    """The settings of a site's own organisation; None: those given."""
    return settings if site is None else replace(settings, org=site)
