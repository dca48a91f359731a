"""Where people are let in and out of the page, and told who they are."""

import math
from typing import Final

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.access.accounts import Account
from dashboards.access.guarded_entrance import COOKIE, UNKNOWN, GuardedEntrance
from dashboards.access.oidc import OidcIdentity
from dashboards.access.passwords import Passwords
from dashboards.access.principal import Action
from dashboards.access.refused import Refused
from dashboards.access.sessions import IDLE_S, SignedIn, csrf_token
from dashboards.access.slowing import Slowing
from telemetry.clock import Clock
from therapy.wording import Wording

__all__ = ["Credentials", "Me", "SignInDesk"]

WRONG: Final = Wording("nome o password sbagliati", "name or password is wrong")


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


class SignInDesk:
    """Lets people in and out.

    Args:
        entrance: knows users and sessions.
        clock: paces whoever guesses.
        provider: as the page calls the provider at which one may sign in; None: there is none.
    """

    def __init__(
        self, entrance: GuardedEntrance, clock: Clock, provider: str | None = None
    ) -> None:
        self._entrance = entrance
        self._provider = provider
        self._passwords = Passwords()
        self._slowing = Slowing(clock)

    def note_refusal(self, account: Account | None, why: str) -> None:
        """Somebody was not let in."""
        if self._entrance.trail is not None:
            name = UNKNOWN if account is None else account.name  # what was typed may be a password
            self._entrance.trail.note_refusal(name, Action.SIGN_IN, why=why)

    def _done(self, name: str, what: str) -> None:
        if self._entrance.trail is not None:
            self._entrance.trail.note_deed(name, what)

    def me(self, request: Request) -> Me:
        """Who asks."""
        if not self._entrance.signs_in():
            return Me(signs_in=False)
        signed_in = self._entrance.signed_in(request)
        if signed_in is None:
            return Me(signs_in=True, provider=self._provider)
        return self._me(signed_in, request.cookies[COOKIE])

    async def sign_in(self, request: Request, response: Response, told: Credentials) -> Me:
        """Let somebody in by name and password.

        Raises:
            Refused: 401 one of them is wrong, 429 it is too soon after others.
        """
        name, address = told.name.strip().lower(), request.client.host if request.client else ""
        account = self._entrance.accounts.find(name)
        wait_s = self._slowing.wait_s(name, address)
        if wait_s > 0:
            wait = str(math.ceil(wait_s))
            self.note_refusal(account, "too soon after others")
            soon = Wording(f"aspetti {wait} s, poi riprovi", f"wait {wait} s, then try again")
            raise Refused(429, soon, {"Retry-After": wait})
        self._slowing.note_try(name, address)
        kept = None if account is None or account.disabled_ns is not None else account.password
        if not await self._passwords.right(kept, told.password) or account is None:
            self.note_refusal(account, "wrong password, or disabled")
            raise Refused(401, WRONG)
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
            raise Refused(401, WRONG)
        return self._me(found, session)

    def known_at_provider(self, identity: OidcIdentity) -> Account | None:
        """Whom a provider vouches for; None where the clinic does not let them in."""
        account = self._entrance.accounts.find_subject(identity.issuer, identity.subject)
        if account is None or account.disabled_ns is not None:
            self.note_refusal(account, "vouched for by the provider, not let in here")
            return None
        return account

    def sign_out(self, request: Request, response: Response) -> Me:
        """End the session."""
        signed_in = self._entrance.signed_in(request)
        if signed_in is not None:
            self._entrance.sessions.end(signed_in.hash)
            self._done(signed_in.account.name, "signed out")
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
        return Me(signs_in=True, provider=self._provider)

    def _me(self, signed_in: SignedIn, session: str) -> Me:
        return Me(
            signs_in=True,
            name=signed_in.account.name,
            roles=tuple(sorted(signed_in.account.roles)),
            csrf=csrf_token(session),
            idle_left_s=min(signed_in.idle_left_s, IDLE_S),
            left_s=signed_in.left_s,
            provider=self._provider,
        )
