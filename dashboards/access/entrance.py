"""The way in: each route declares its action here, and nobody passes who may not.

A route takes `Depends(Allowed(Action.SEE_PATIENT))`; a socket does, too. What has a patient in its
address is held to the patient's site before the route runs; what finds out later whom it is about
asks `Asking.about`, and what lists many asks `Asking.sees` of each.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from fastapi import FastAPI, WebSocketException
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Mount

from telemetry.errors import ConfigurationError, StoreError
from therapy.wording import Wording

from .policy import may
from .principal import ANYBODY, NOBODY, Action, Principal
from .refused import Refused, no_patient

__all__ = [
    "Allowed",
    "Asking",
    "Entrance",
    "OpenEntrance",
    "changes",
    "declared_actions",
    "hold_to_actions",
]

log = logging.getLogger(__name__)

POLICY_VIOLATION: Final = 1008
SIGN_IN_FIRST: Final = Wording("prima acceda", "sign in first")
_NOT_YOURS: Final = Wording(
    "questo non spetta a lei: chieda a un amministratore",
    "this is not yours to see or do: ask an administrator",
)
_WHO: Final = Wording(
    "la clinica ora non può dire chi è lei: veda il suo registro",
    "the clinic cannot tell who you are now: see its log",
)
_OWN_PAGE: Final = Wording(
    "questo lo può fare solo la pagina di questa clinica",
    "only this clinic's own page may do that",
)
OTHER_SITE: Final = "another site's patient, or none"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC_MOUNTS: Final = frozenset({"/static"})
"""Folders of the page's own files."""


class Entrance(Protocol):
    """Knows who asks, and whose the patients are."""

    def site_of(self, patient: str) -> str | None:
        """The site of a patient; None where none is known."""
        ...

    async def identify(self, connection: HTTPConnection, action: Action) -> Principal:
        """Who asks.

        Raises:
            Refused: what came with the request is no good, and says so.
        """
        ...

    def note(self, asking: "Asking", patient: str | None) -> None:
        """Somebody was let pass, to see or do something."""
        ...

    def note_refusal(self, actor: str, action: Action, patient: str | None, why: str) -> None:
        """Somebody was not."""
        ...


class OpenEntrance:
    """Everybody who can reach the page may do everything: for one machine and a demo.

    Nobody is known, so nothing is noted of them.

    Args:
        site_of: tells a patient's site.
    """

    def __init__(self, site_of: Callable[[str], str | None] = lambda _patient: None) -> None:
        self.site_of = site_of

    async def identify(self, connection: HTTPConnection, action: Action) -> Principal:
        """Anybody."""
        del connection, action
        return ANYBODY

    def note(self, asking: "Asking", patient: str | None) -> None:
        """Of nobody that is known."""

    def note_refusal(self, actor: str, action: Action, patient: str | None, why: str) -> None:
        """Of nobody that is known."""


class Asking:
    """One request: who asks for what.

    Args:
        principal: who.
        action: what the route declares.
        entrance: knows whose the patients are.
        connection: what it came by.
    """

    def __init__(
        self,
        principal: Principal,
        action: Action,
        entrance: Entrance,
        connection: HTTPConnection,
    ) -> None:
        self.principal = principal
        self.action = action
        self.changes = changes(connection) and connection.scope["type"] == "http"
        self._entrance = entrance
        self._connection = connection

    def sees(self, patient: str) -> bool:
        """Whether a patient is one of theirs."""
        if self.principal.everywhere:
            return True
        return may(self.principal, self.action, self._entrance.site_of(patient), patient)

    async def stands(self) -> bool:
        """Whether it would be let pass still: whoever holds a socket open may be out by now."""
        try:
            principal = await self._entrance.identify(self._connection, self.action)
        except (Refused, StoreError):
            return False
        asking = Asking(principal, self.action, self._entrance, self._connection)
        return asking.refusal() is None

    def refusal(self) -> Refused | None:
        """Why it is not let pass; None where it is."""
        if not may(self.principal, self.action):
            if self.principal == NOBODY:
                return Refused(401, SIGN_IN_FIRST)
            return Refused(403, _NOT_YOURS)
        patient = self._connection.path_params.get("patient")
        if patient is not None and not self.sees(patient):
            return no_patient(patient)
        return None

    def about(self, patient: str, unknown: Wording) -> None:
        """Hold what was asked for to its patient's site.

        Args:
            patient: about whom it turned out to be.
            unknown: what is said where there is none; the same words, so that nothing is told.

        Raises:
            Refused: not theirs: there is none.
        """
        if not self.sees(patient):
            self._entrance.note_refusal(self.principal.name, self.action, patient, OTHER_SITE)
            raise Refused(404, unknown)
        self._entrance.note(self, patient)


class Allowed:
    """The action of a route, as its dependency."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, connection: HTTPConnection) -> Asking:
        """Let somebody pass.

        Raises:
            Refused: 401 nobody has signed in, 403 it is not theirs to do, 404 another
                site's patient, or none.
            WebSocketException: any of these, of a socket.
        """
        entrance: Entrance = connection.app.state.entrance
        patient = connection.path_params.get("patient")
        principal = NOBODY
        try:
            _hold_to_origin(connection)
            principal = await entrance.identify(connection, self.action)
            asking = Asking(principal, self.action, entrance, connection)
            refusal = asking.refusal()
        except Refused as e:
            refusal = e
        except StoreError as e:
            # Its words name a path, and nobody knows yet who would read them.
            log.error("nobody can come in: %s", e)  # noqa: TRY400 - one line says it
            refusal = Refused(503, _WHO)
        if refusal is None:
            if patient is not None or self.action is Action.SEE_WORKLIST:
                entrance.note(asking, patient)
            return asking
        if refusal.wording != SIGN_IN_FIRST:
            why = OTHER_SITE if refusal.status_code == 404 else refusal.wording.en
            entrance.note_refusal(principal.name, self.action, patient, why)
        if connection.scope["type"] == "websocket":
            raise WebSocketException(POLICY_VIOLATION)
        raise refusal


def _hold_to_origin(connection: HTTPConnection) -> None:
    """Let no page of elsewhere change something: browsers let any page ask, and open sockets.

    What brings a token needs no origin, as no browser brings one by itself; nor does a socket
    that no browser opens.
    """
    if not changes(connection):
        return
    origin = connection.headers.get("origin")
    browser = "authorization" not in connection.headers and connection.scope["type"] == "http"
    if origin is None and not browser:
        return
    scheme = "https" if connection.url.scheme in ("https", "wss") else "http"
    if origin != f"{scheme}://{connection.headers.get('host', '')}":
        raise Refused(403, _OWN_PAGE)


def changes(connection: HTTPConnection) -> bool:
    """Whether a request may change something, or opens a socket."""
    return connection.scope["type"] == "websocket" or connection.scope["method"] not in SAFE


def declared_actions(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, Action | None]]:
    """Every way into an application, and its action; None where none is declared."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from declared_actions(inner.routes)
            continue
        path = str(getattr(route, "path", route))
        if isinstance(route, Mount):
            yield path, Action.OPEN_PAGE if path in PUBLIC_MOUNTS else None
        elif isinstance(route, APIRoute | APIWebSocketRoute):
            yield path, _declared(route.dependant)
        else:
            yield path, None


def hold_to_actions(app: FastAPI) -> None:
    """Refuse to serve an application with a way in that nobody watches.

    Raises:
        ConfigurationError: a route declares no action.
    """
    unwatched = [path for path, action in declared_actions(app.routes) if action is None]
    if unwatched:
        raise ConfigurationError(
            f"no action is declared for {', '.join(unwatched)}: nobody would watch who comes in"
        )


def _declared(dependant: Any) -> Action | None:
    found = [d.call.action for d in dependant.dependencies if isinstance(d.call, Allowed)]
    return found[0] if found else None
