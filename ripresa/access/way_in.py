"""Who may reach a clinic's page: users where there are any, and nobody beyond them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Protocol, Self

from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.guarded_entrance import GuardedEntrance
from dashboards.access.oidc import OidcProvider, OidcSettings
from dashboards.access.sessions import SignedInSessions
from dashboards.access.tokens import ApiTokens
from ripresa.platform.configuration import LOOPBACK
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.access.trail import AccessTrail
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock

__all__ = ["WayIn", "WebReach", "hold_reach", "reaches_wide"]


class WebReach(Protocol):
    """From where a page can be reached; part of `ClinicOptions`."""

    @property
    def web_host(self) -> str:
        """Where it listens."""
        ...

    @property
    def published_on_loopback(self) -> bool:
        """Whether its port is published to this machine only."""
        ...

    @property
    def behind_proxy(self) -> tuple[str, ...]:
        """Proxies that bring it to others."""
        ...

    @property
    def host_names(self) -> tuple[str, ...]:
        """By which it is reached through them."""
        ...


class WayIn:
    """A clinic's users and all that goes with them; a context manager.

    Args:
        folder: the clinic's state.
        clock: stamps.

    Raises:
        StoreBusy, StoreError: the users' file cannot be used.
    """

    def __init__(self, folder: Folder, clock: Clock) -> None:
        self._clock = clock
        self._store = AccessStore(folder.access)
        self.accounts = Accounts(self._store, clock)
        self.sessions = SignedInSessions(self._store, clock, self.accounts.find)
        self.tokens = ApiTokens(self._store, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._store.close()

    def entrance(
        self,
        site_of: Callable[[str], str | None],
        *,
        plain_http: bool,
        trail: AccessTrail | None = None,
        had_users: bool = False,
    ) -> GuardedEntrance:
        """Where the page's requests come in."""
        return GuardedEntrance(
            self.accounts,
            self.sessions,
            self.tokens,
            site_of,
            plain_http=plain_http,
            trail=trail,
            had_users=had_users,
        )

    def provider(self) -> OidcProvider | None:
        """Where people may sign in, too, as `RIPRESA_OIDC_*` says; None: nowhere.

        Raises:
            ConfigurationError: half of it is said, or what cannot be.
        """
        return OidcProvider.from_settings(OidcSettings.read(), self._clock)

    def hold_to_users(self, reach: WebReach) -> None:
        """Let nobody else than this machine reach a page without users.

        Raises:
            ConfigurationError: there is none, and others reach it.
        """
        if reach.behind_proxy and not self.accounts.any():
            raise ConfigurationError(
                "the page would be open to whoever reaches the proxy: add somebody first, "
                "`ripresa clinic user add NAME --role admin`"
            )


def hold_reach(reach: WebReach) -> None:
    """Hold what a page is told of its surroundings to what can be meant.

    Raises:
        ConfigurationError: others than this machine would reach it without TLS, or by no name.
    """
    for proxy in reach.behind_proxy:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as e:
            raise ConfigurationError(
                f"proxy {proxy!r} is no address and no network: give e.g. {LOOPBACK}"
            ) from e
    if reaches_wide(reach) and not reach.published_on_loopback and not reach.behind_proxy:
        raise ConfigurationError(
            f"the web page would be open to the network on {reach.web_host}: leave --web-host at "
            f"{LOOPBACK}, or give the proxy that brings it by TLS (--behind-proxy, --host-name)"
        )
    if bool(reach.behind_proxy) != bool(reach.host_names):
        raise ConfigurationError(
            "--behind-proxy and --host-name go together: the proxy's address, and the name by "
            "which browsers reach the page through it"
        )
    if any(name == "*" or "/" in name or not name.strip() for name in reach.host_names):
        raise ConfigurationError("a host name is e.g. clinic.example.org: no pattern, no address")


def reaches_wide(reach: WebReach) -> bool:
    """Whether a page listens beyond loopback.

    Raises:
        ConfigurationError: where it listens is no address.
    """
    try:
        return not (
            reach.web_host == "localhost" or ipaddress.ip_address(reach.web_host).is_loopback
        )
    except ValueError as e:
        raise ConfigurationError(
            f"web host {reach.web_host!r} is no address: leave it at {LOOPBACK}"
        ) from e
