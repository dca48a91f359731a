"""Signing in and out, and who one is: what the page asks before it shows anything."""

import math
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.access.accounts import Account
from dashboards.access.entrance import Allowed, Asking
from dashboards.access.guarded_entrance import COOKIE, UNKNOWN, GuardedEntrance
from dashboards.access.passwords import Passwords
from dashboards.access.principal import Action
from dashboards.access.sessions import IDLE_S, SignedIn, csrf_token
from dashboards.access.slowing import Slowing
from telemetry.clock import Clock

__all__ = ["Credentials", "Me", "sign_in_routes"]

WRONG: Final = "name or password is wrong"


class Credentials(BaseModel):
    """What somebody types to come in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    password: str = Field(min_length=1, max_length=1024)


class Me(BaseModel):
    """Who one is to the page.

    Attributes:
        signs_in: whether one has to sign in here; False: whoever is at the machine sees all.
        name: the account's; None: nobody has signed in.
        roles: what one is.
        csrf: goes with all that changes something.
        idle_left_s, left_s: until the session ends, unused and in any case.
        provider: what the provider at which one may sign in is called; None: there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    signs_in: bool
    name: str | None = None
    roles: tuple[str, ...] = ()
    csrf: str | None = None
    idle_left_s: float | None = None
    left_s: float | None = None
    provider: str | None = None


def sign_in_routes(entrance: object, clock: Clock) -> APIRouter:
    """The routes by which one comes in; where nobody signs in, only the one that says so."""
    router = APIRouter(prefix="/api")
    public = Depends(Allowed(Action.SIGN_IN))
    if not isinstance(entrance, GuardedEntrance):

        @router.get("/me", dependencies=[public])
        def anybody() -> Me:
            """Nobody has to sign in."""
            return Me(signs_in=False)

        return router
    way_in = _WayIn(entrance, clock)

    @router.get("/me", dependencies=[public])
    def me(request: Request) -> Me:
        """Who one is; asking does not keep the session up."""
        return way_in.me(request)

    @router.post("/sign-in", dependencies=[public])
    async def sign_in(request: Request, response: Response, credentials: Credentials) -> Me:
        """Come in; any session that was there before ends."""
        return await way_in.sign_in(request, response, credentials)

    @router.post("/sign-out")
    def sign_out(
        request: Request,
        response: Response,
        _asking: Annotated[Asking, Depends(Allowed(Action.OWN_SESSION))],
    ) -> Me:
        """Go; the page and its sockets are shut."""
        return way_in.sign_out(request, response)

    @router.post("/active")
    def active(
        request: Request, _asking: Annotated[Asking, Depends(Allowed(Action.OWN_SESSION))]
    ) -> Me:
        """Somebody is at the page still."""
        return way_in.me(request)

    return router


class _WayIn:
    def __init__(self, entrance: GuardedEntrance, clock: Clock) -> None:
        self._entrance = entrance
        self._passwords = Passwords()
        self._slowing = Slowing(clock)

    def _refused(self, account: Account | None, why: str) -> None:
        if self._entrance.trail is not None:
            name = UNKNOWN if account is None else account.name  # what was typed may be a password
            self._entrance.trail.note_refusal(name, Action.SIGN_IN, why=why)

    def _done(self, name: str, what: str) -> None:
        if self._entrance.trail is not None:
            self._entrance.trail.note_deed(name, what)

    def me(self, request: Request) -> Me:
        if not self._entrance.accounts.any():
            return Me(signs_in=False)
        signed_in = self._entrance.signed_in(request)
        if signed_in is None:
            return Me(signs_in=True)
        return _me(signed_in, request.cookies[COOKIE])

    async def sign_in(self, request: Request, response: Response, told: Credentials) -> Me:
        name, address = told.name.strip().lower(), request.client.host if request.client else ""
        account = self._entrance.accounts.find(name)
        wait_s = self._slowing.wait_s(name, address)
        if wait_s > 0:
            wait = str(math.ceil(wait_s))
            self._refused(account, "too soon after others")
            raise HTTPException(429, f"wait {wait} s, then try again", {"Retry-After": wait})
        self._slowing.note_try(name, address)
        kept = None if account is None or account.disabled_ns is not None else account.password
        if not await self._passwords.right(kept, told.password) or account is None:
            self._refused(account, "wrong password, or disabled")
            raise HTTPException(401, WRONG)
        self._slowing.note_success(name, address)
        return self.begin(request, response, name)

    def begin(self, request: Request, response: Response, name: str) -> Me:
        """Begin a session under a fresh id."""
        before = self._entrance.signed_in(request)
        if before is not None:
            self._entrance.sessions.end(before.hash)
        session = self._entrance.sessions.begin(name)
        self._done(name, "signed in")
        response.set_cookie(COOKIE, session, secure=True, httponly=True, samesite="lax", path="/")
        found = self._entrance.sessions.find(session)
        if found is None:  # disabled meanwhile
            raise HTTPException(401, WRONG)
        return _me(found, session)

    def sign_out(self, request: Request, response: Response) -> Me:
        signed_in = self._entrance.signed_in(request)
        if signed_in is not None:
            self._entrance.sessions.end(signed_in.hash)
            self._done(signed_in.account.name, "signed out")
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
        return Me(signs_in=True)


def _me(signed_in: SignedIn, session: str) -> Me:
    return Me(
        signs_in=True,
        name=signed_in.account.name,
        roles=tuple(sorted(signed_in.account.roles)),
        csrf=csrf_token(session),
        idle_left_s=min(signed_in.idle_left_s, IDLE_S),
        left_s=signed_in.left_s,
    )
