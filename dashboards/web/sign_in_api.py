"""Signing in and out, and who one is: what the page asks before it shows anything."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action

from .sign_in_desk import Credentials, Me, SignInDesk

__all__ = ["sign_in_routes"]


def sign_in_routes(desk: SignInDesk | None) -> APIRouter:
    """The routes by which one comes in; where nobody signs in, only the one that says so."""
    router = APIRouter(prefix="/api")
    public = Depends(Allowed(Action.SIGN_IN))
    if desk is None:

        @router.get("/me", dependencies=[public])
        def anybody() -> Me:
            """Nobody has to sign in."""
            return Me(signs_in=False)

        return router

    @router.get("/me", dependencies=[public])
    def me(request: Request) -> Me:
        """Who one is; asking does not keep the session up."""
        return desk.me(request)

    @router.post("/sign-in", dependencies=[public])
    async def sign_in(request: Request, response: Response, credentials: Credentials) -> Me:
        """Come in; any session that was there before ends."""
        return await desk.sign_in(request, response, credentials)

    @router.post("/sign-out")
    def sign_out(
        request: Request,
        response: Response,
        _asking: Annotated[Asking, Depends(Allowed(Action.OWN_SESSION))],
    ) -> Me:
        """Go; the page and its sockets are shut."""
        return desk.sign_out(request, response)

    @router.post("/active")
    def active(
        request: Request, _asking: Annotated[Asking, Depends(Allowed(Action.OWN_SESSION))]
    ) -> Me:
        """Somebody is at the page still."""
        return desk.me(request)

    return router
