"""The way in: each route declares its action here, and nobody passes who may not.

A route takes `Depends(Allowed(Action.SEE_PATIENT))`; a socket does, too. What has a patient in its
address is held to the patient's site before the route runs; what finds out later whom it is about
asks `Asking.about`, and what lists many asks `Asking.sees` of each.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from fastapi import FastAPI, HTTPException, WebSocketException
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Mount

from telemetry.errors import ConfigurationError

from .policy import may
from .principal import ANYBODY, NOBODY, Action, Principal

__all__ = ["Allowed", "Asking", "Entrance", "OpenEntrance", "declared_actions", "hold_to_actions"]

POLICY_VIOLATION: Final = 1008
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
            HTTPException: what came with the request is no good, and says so.
        """
        ...


class OpenEntrance:
    """Everybody who can reach the page may do everything: for one machine and a demo.

    Args:
        site_of: tells a patient's site.
    """

    def __init__(self, site_of: Callable[[str], str | None] = lambda _patient: None) -> None:
        self.site_of = site_of

    async def identify(self, connection: HTTPConnection, action: Action) -> Principal:
        """Anybody."""
        del connection, action
        return ANYBODY


class Asking:
    """One request: who asks for what.

    Args:
        principal: who.
        action: what the route declares.
        entrance: knows whose the patients are.
    """

    def __init__(self, principal: Principal, action: Action, entrance: Entrance) -> None:
        self.principal = principal
        self.action = action
        self._entrance = entrance

    def sees(self, patient: str) -> bool:
        """Whether a patient is one of theirs."""
        if self.principal.everywhere:
            return True
        return may(self.principal, self.action, self._entrance.site_of(patient), patient)

    def about(self, patient: str, unknown: str) -> None:
        """Hold what was asked for to its patient's site.

        Args:
            patient: about whom it turned out to be.
            unknown: what is said where there is none; the same words, so that nothing is told.

        Raises:
            HTTPException: not theirs: there is none.
        """
        if not self.sees(patient):
            raise HTTPException(404, unknown)


class Allowed:
    """The action of a route, as its dependency."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, connection: HTTPConnection) -> Asking:
        """Let somebody pass.

        Raises:
            HTTPException: 401 nobody has signed in, 403 it is not theirs to do, 404 another
                site's patient, or none.
            WebSocketException: any of these, of a socket.
        """
        entrance: Entrance = connection.app.state.entrance
        principal = await entrance.identify(connection, self.action)
        asking = Asking(principal, self.action, entrance)
        refusal = self._refusal(asking, connection.path_params.get("patient"))
        if refusal is not None and connection.scope["type"] == "websocket":
            raise WebSocketException(POLICY_VIOLATION)
        if refusal is not None:
            raise refusal
        return asking

    def _refusal(self, asking: Asking, patient: str | None) -> HTTPException | None:
        if not may(asking.principal, self.action):
            if asking.principal == NOBODY:
                return HTTPException(401, "sign in first")
            return HTTPException(403, "this is not yours to see or do: ask an administrator")
        if patient is not None and not asking.sees(patient):
            return HTTPException(404, f"no patient {patient} in this journal")
        return None


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
