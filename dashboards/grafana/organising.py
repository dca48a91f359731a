"""Makes a site's organisation in a Grafana that runs: its data source and its dashboards.

Open-source Grafana lets every viewer of an organisation run any query on its sources, so each site
has one of its own, with a source that holds the site's token, which reads and writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import TransportError, TransportRefused

from .flux import DATASOURCE_UID

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

__all__ = ["SOURCE_NAME", "SiteSource", "organise"]

SOURCE_NAME: Final = "Ripresa"
WAIT_S: Final = 20


class SiteSource:
    """Where a site's figures are read: the database's address as Grafana sees it, and a token.

    Args:
        url: of the database, from where Grafana runs.
        organisation: of the database.
        bucket: for what was found.
        token: that reads it; never shown.
    """

    def __init__(self, *, url: str, organisation: str, bucket: str, token: str) -> None:
        self.url = url
        self.organisation = organisation
        self._bucket = bucket
        self._token = token

    def body(self) -> dict[str, Any]:
        """The data source as Grafana takes it."""
        return {
            "name": SOURCE_NAME,
            "uid": DATASOURCE_UID,
            "type": "influxdb",
            "access": "proxy",
            "url": self.url,
            "isDefault": True,
            "jsonData": {
                "version": "Flux",
                "organization": self.organisation,
                "defaultBucket": self._bucket,
            },
            "secureJsonData": {"token": self._token},
        }


def organise(
    url: str,
    admin: tuple[str, str],
    name: str,
    source: SiteSource,
    models: Mapping[str, Mapping[str, Any]],
) -> int:
    """Make or bring up to date a site's organisation; returns its number.

    What is there already is kept: users, and dashboards of others.

    Args:
        url: the Grafana's address.
        admin: user and password of its administrator; never shown.
        name: of the organisation.
        source: what its dashboards read.
        models: each dashboard's JSON model, by its uid.

    Raises:
        TransportRefused: Grafana does not take something; says what.
        TransportError: no Grafana there.
    """
    grafana = _Grafana(url, admin)
    number = grafana.organisation(name)
    grafana.enter(number)
    grafana.source(source)
    for uid, model in models.items():
        grafana.dashboard(uid, model)
    return number


class _Grafana:
    """The interface of a Grafana, as its administrator."""

    def __init__(self, url: str, admin: tuple[str, str]) -> None:
        import requests  # noqa: PLC0415 - imported only by who asks

        self._url = url.rstrip("/")
        self._web = requests.Session()
        self._web.auth = admin
        self._user = admin[0]

    def organisation(self, name: str) -> int:
        """Its number; made where it is missing."""
        found = self._ask("GET", f"/api/orgs/name/{name}", "organisation", missing=True)
        if found is None:
            return int(self._ask("POST", "/api/orgs", "organisation", {"name": name})["orgId"])
        return int(found["id"])

    def enter(self, number: int) -> None:
        """Act in an organisation from now on; an administrator is not in all of them by itself."""
        member = {"loginOrEmail": self._user, "role": "Admin"}
        self._ask("POST", f"/api/orgs/{number}/users", "administrator", member, there=True)
        self._web.headers["X-Grafana-Org-Id"] = str(number)

    def source(self, source: SiteSource) -> None:
        """Its data source as it should be."""
        known = self._ask("GET", f"/api/datasources/name/{SOURCE_NAME}", "source", missing=True)
        if known is None:
            self._ask("POST", "/api/datasources", "source", source.body())
        else:
            self._ask("PUT", f"/api/datasources/{known['id']}", "source", source.body())

    def dashboard(self, uid: str, model: Mapping[str, Any]) -> None:
        """A dashboard as the code has it."""
        body = {"dashboard": dict(model), "overwrite": True, "message": "ripresa dashboards site"}
        self._ask("POST", "/api/dashboards/db", f"dashboard {uid}", body)

    def _ask(
        self,
        method: str,
        path: str,
        what: str,
        body: Mapping[str, Any] | None = None,
        *,
        missing: bool = False,
        there: bool = False,
    ) -> Any:
        """What Grafana answers; None where it has none and that is no error."""
        import requests  # noqa: PLC0415

        try:
            answer = self._web.request(method, self._url + path, json=body, timeout=WAIT_S)
        except requests.RequestException as e:
            raise TransportError(
                f"no Grafana at {self._url} ({type(e).__name__}): is it running, is the address "
                "right?"
            ) from None
        gone, taken = requests.codes.not_found, requests.codes.conflict
        if (missing and answer.status_code == gone) or (there and answer.status_code == taken):
            return None
        if not answer.ok:
            raise TransportRefused(
                f"Grafana at {self._url} refuses the {what} ({answer.status_code}, "
                f"{_said(answer)}): its administrator's user and password are needed"
            )
        return answer.json()


def _said(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("message", ""))[:200]
    except ValueError:
        return ""
