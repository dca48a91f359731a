"""The way in of a clinic with users: a session's cookie, or a token in the header.

As long as there never was a user, whoever is at this machine may do everything; from the first one
on, everybody signs in.
"""

from __future__ import annotations

import hmac
import ipaddress
from typing import TYPE_CHECKING, Final

from therapy.wording import Wording

from .entrance import changes
from .policy import PUBLIC
from .principal import ANYBODY, NOBODY, Action
from .refused import Refused
from .sessions import csrf_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import HTTPConnection

    from .accounts import Accounts
    from .entrance import Asking
    from .principal import Principal
    from .sessions import SignedIn, SignedInSessions
    from .tokens import ApiTokens
    from .trail import AccessTrail

__all__ = ["COOKIE", "CSRF_HEADER", "SOCKET_PROTOCOL", "UNKNOWN", "GuardedEntrance"]

UNKNOWN: Final = "nobody known"
"""Stands in the audit log for whoever did not say who they are, or was not believed."""
COOKIE: Final = "__Host-ripresa"
CSRF_HEADER: Final = "x-csrf-token"
SOCKET_PROTOCOL: Final = "ripresa-live"
"""A page offers it together with its token: a browser lets it set no header of a socket."""


class GuardedEntrance:
    """Knows who asks by what they bring.

    Args:
        accounts: who may sign in.
        sessions: who has.
        tokens: of programs.
        site_of: tells a patient's site.
        trail: takes notes of who sees, does and is refused what; None: nobody does.
        had_users: whether there were users before, whatever the file says now: one that is lost
            must not open the page.
        plain_http: whether others than this machine may come without TLS, because whoever runs
            this vouches for the way to it.
    """

    def __init__(
        self,
        accounts: Accounts,
        sessions: SignedInSessions,
        tokens: ApiTokens,
        site_of: Callable[[str], str | None],
        *,
        trail: AccessTrail | None = None,
        had_users: bool = False,
        plain_http: bool = False,
    ) -> None:
        self._had_users = had_users
        self.accounts = accounts
        self.trail = trail
        self.sessions = sessions
        self.site_of = site_of
        self._tokens = tokens
        self._plain_http = plain_http

    async def identify(self, connection: HTTPConnection, action: Action) -> Principal:
        """Who asks.

        Raises:
            Refused: 401 the token is none that holds, 403 it comes from another page than
                ours, or in the clear from elsewhere.
        """
        self._hold_to_tls(connection)
        header = connection.headers.get("authorization")
        if header is not None:
            return self._by_token(header)
        if not self.signs_in():
            return ANYBODY
        signed_in = self.signed_in(connection)
        if signed_in is None:
            return NOBODY
        if action not in PUBLIC and changes(connection):
            self._hold_to_page(connection)
            # What a page asks for by itself, with nobody in front of it, is no use of a session.
            if connection.scope["type"] == "http":
                self.sessions.renew(signed_in)
        return signed_in.account.principal

    def note(self, asking: Asking, patient: str | None) -> None:
        """Somebody was let pass; of whoever has not signed in, as there are no users, nothing."""
        if self.trail is None or not asking.principal.name:
            return
        # A draft is saved with each change to it: what came of it is told by its signature.
        deed = asking.changes and asking.action is not Action.EDIT_PLAN
        take = self.trail.note_deed if deed else self.trail.note_look
        take(asking.principal.name, asking.action, patient)

    def note_refusal(self, actor: str, action: Action, patient: str | None, why: str) -> None:
        """Somebody was not; of a patient whom nobody knows no name is written."""
        if self.trail is not None:
            known = None if patient is None or self.site_of(patient) is None else patient
            self.trail.note_refusal(actor or UNKNOWN, action, known, why)

    def signs_in(self) -> bool:
        """Whether one has to sign in here."""
        return self._had_users or self.accounts.any()

    def signed_in(self, connection: HTTPConnection) -> SignedIn | None:
        """The session that a request brings, if it holds."""
        session = connection.cookies.get(COOKIE)
        found = self.sessions.find(session) if session else None
        if session and found is None and self.trail is not None:
            self.trail.note_refusal(UNKNOWN, "session", why="it is over, or there was none")
        return found

    def _by_token(self, header: str) -> Principal:
        scheme, _, token = header.partition(" ")
        found = self._tokens.find(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise Refused(401, _TOKEN)
        return found.principal

    def _hold_to_page(self, connection: HTTPConnection) -> None:
        expected = csrf_token(connection.cookies[COOKIE])
        if connection.scope["type"] == "websocket":
            told = connection.scope.get("subprotocols", [])
        else:
            told = [connection.headers.get(CSRF_HEADER, "")]
        if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in told):
            raise Refused(403, _OWN_PAGE)

    def _hold_to_tls(self, connection: HTTPConnection) -> None:
        """Let nobody come in the clear but from this machine, by a name of this machine.

        By another name, or with forwarded headers, it is a proxy that brings it: one that was not
        named, or forgot to say how it was asked.
        """
        if connection.url.scheme in ("https", "wss"):
            return
        named, client = connection.url.hostname or "", connection.client
        here = self._plain_http or (client is not None and _is_loopback(client.host))
        brought = any(name in connection.headers for name in ("x-forwarded-for", "forwarded"))
        if brought or not (here and (named == "localhost" or _is_loopback(named))):
            raise Refused(403, _HTTPS)


_TOKEN: Final = Wording(
    "questo gettone non vale: ne chieda un altro", "this token does not hold: ask for another one"
)
_OWN_PAGE: Final = Wording(
    "questo lo può fare solo la pagina di questa clinica: la riapra",
    "only this clinic's own page may do that: open it anew",
)
_HTTPS: Final = Wording(
    "questa pagina si raggiunge solo con https", "this page is reached over https only"
)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
