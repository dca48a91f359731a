"""The two steps of signing in at a provider: there, and back."""

import asyncio
import re
import secrets
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse

from dashboards.access.entrance import Allowed
from dashboards.access.oidc import OidcIdentity, OidcProvider
from dashboards.access.principal import Action
from telemetry.errors import TransportRefused

from .sign_in_desk import SignInDesk

__all__ = ["oidc_routes"]

BROWSER: Final = "__Host-ripresa-oidc"
"""Binds what was begun to the browser that began it."""
FAILED: Final = "/#sign-in-failed"
_ONWARD: Final = re.compile(r"^/[A-Za-z0-9_\-/]*$")


def oidc_routes(desk: SignInDesk, provider: OidcProvider) -> APIRouter:
    """The routes under `/oidc`; both are a browser's navigation, and no part of the API."""
    router = APIRouter(prefix="/oidc", include_in_schema=False)
    public = Depends(Allowed(Action.SIGN_IN))

    @router.get("/start", dependencies=[public])
    async def start(
        request: Request, onward: Annotated[str, Query(alias="next", max_length=200)] = "/"
    ) -> RedirectResponse:
        """Send a browser to the provider."""
        browser = secrets.token_urlsafe(32)
        redirect = f"{request.url.scheme}://{request.headers['host']}/oidc/callback"
        onward = onward if _ONWARD.match(onward) and not onward.startswith("//") else "/"
        try:
            address = await asyncio.to_thread(provider.begin, browser, redirect, onward)
        except TransportRefused as e:
            return _failed(desk, e)
        answer = RedirectResponse(address, 303)
        answer.set_cookie(
            BROWSER, browser, secure=True, httponly=True, samesite="lax", path="/", max_age=600
        )
        return answer

    @router.get("/callback", dependencies=[public])
    async def callback(request: Request) -> RedirectResponse:
        """Take in who comes back, if the provider vouches for them and the clinic knows them."""
        told = dict(request.query_params)
        try:
            underway = provider.come_back(request.cookies.get(BROWSER, ""), told)
            identity = await asyncio.to_thread(provider.redeem, told["code"], underway)
        except TransportRefused as e:
            return _failed(desk, e)
        return _come_in(request, desk, identity, underway.onward)

    return router


def _come_in(
    request: Request, desk: SignInDesk, identity: OidcIdentity, onward: str
) -> RedirectResponse:
    account = desk.known_at_provider(identity)
    if account is None:
        return RedirectResponse(f"/#unknown={quote(identity.subject[:200])}", 303)
    answer = RedirectResponse(onward, 303)
    desk.begin(request, answer, account.name)
    answer.delete_cookie(BROWSER, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def _failed(desk: SignInDesk, error: TransportRefused) -> RedirectResponse:
    desk.note_refusal(None, f"at the provider: {error}")
    return RedirectResponse(FAILED, 303)
