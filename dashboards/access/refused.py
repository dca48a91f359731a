"""An answer that refuses, in both languages: whoever reads it is at a page, or wrote a program."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException as AnyHTTPException

from telemetry.errors import (
    RipresaError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreVersion,
)
from therapy.wording import WordedError, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request

__all__ = ["Refusal", "Refused", "answer_in_both", "no_patient", "no_session", "refused_by"]

log = logging.getLogger(__name__)

_BY_STATUS: Final[Mapping[int, Wording]] = {
    400: Wording("La richiesta non si può leggere", "The request cannot be read"),
    404: Wording("A questo indirizzo non c'è nulla", "There is nothing at this address"),
    405: Wording("A questo indirizzo non si fa così", "That is not done at this address"),
}
_ELSE: Final = Wording("La richiesta è stata rifiutata", "The request was refused")
_MALFORMED: Final = Wording(
    "Qualcosa di quel che è stato scritto non va bene: {places}",
    "Something of what was written does not fit: {places}",
)
_BY_FAULT: Final[tuple[tuple[type[RipresaError], Wording], ...]] = (
    (
        StoreFull,
        Wording(
            "Sul disco della clinica non c'è più posto: niente è stato scritto. Chi la amministra "
            "deve fare spazio",
            "The clinic's disk is full: nothing was written. Whoever administers it has to make "
            "room",
        ),
    ),
    (
        StoreBusy,
        Wording(
            "L'archivio della clinica ora non risponde: niente è stato scritto, riprovi fra poco",
            "The clinic's store does not answer now: nothing was written, try again soon",
        ),
    ),
    (
        StoreDamaged,
        Wording(
            "Un archivio della clinica è danneggiato: chi la amministra deve ripristinare "
            "l'ultima copia",
            "A store of the clinic is damaged: whoever administers it has to restore the last "
            "back-up",
        ),
    ),
    (
        StoreVersion,
        Wording(
            "Un archivio della clinica è di un'altra versione del programma: chi la amministra "
            "deve aggiornarlo",
            "A store of the clinic is of another version of the program: whoever administers it "
            "has to update it",
        ),
    ),
    (
        StoreError,
        Wording(
            "Un archivio della clinica non si può usare: chi la amministra trova il perché nel "
            "registro del programma",
            "A store of the clinic cannot be used: whoever administers it finds why in the "
            "program's log",
        ),
    ),
)
"""The finest class first."""
_FAULT: Final = Wording(
    "Una parte della clinica ora non risponde: riprovi fra poco; il perché è nel registro del "
    "programma",
    "A part of the clinic does not answer now: try again soon; why is in the program's log",
)
_UNNAMED: Final = Wording("Non si può fare: {what}", "{what}")
MOST_PLACES: Final = 5


class RefusalText(BaseModel):
    """Why, in each language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    it: str
    en: str


class Refusal(BaseModel):
    """The body of every answer that refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    detail: RefusalText


class Refused(HTTPException):
    """A refusal.

    Args:
        status: of the answer.
        wording: why.
        headers: more of them.
    """

    def __init__(
        self, status: int, wording: Wording, headers: dict[str, str] | None = None
    ) -> None:
        self.wording = wording
        super().__init__(status, {"it": wording.it, "en": wording.en}, headers)


def no_patient(patient: str) -> Refused:
    """Nothing is known of somebody, or they are another site's: the same words for both."""
    return Refused(
        404,
        Wording(
            f"nessun paziente {patient} in questo archivio", f"no patient {patient} in this journal"
        ),
    )


def no_session(session: str) -> Wording:
    """Nothing is known of a session, or it is another site's."""
    return Wording(
        f"nessuna sessione {session} in questo archivio", f"no session {session} in this journal"
    )


def refused_by(status: int, error: RipresaError) -> Refused:
    """What an error says, as an answer; its own Italian where it has one."""
    if isinstance(error, WordedError):
        return Refused(status, error.wording)
    return Refused(status, _UNNAMED.filled(what=str(error)))


def answer_in_both(app: FastAPI) -> None:
    """Have every refusal told in both languages, also those that no route of ours words."""

    @app.exception_handler(AnyHTTPException)
    async def _refused(_request: Request, error: AnyHTTPException) -> JSONResponse:
        detail: Any = error.detail
        if not isinstance(error, Refused):
            told = _BY_STATUS.get(error.status_code, _ELSE)
            detail = {"it": told.it, "en": told.en}
        return JSONResponse({"detail": detail}, error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def _malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Where only: what was written may be anything, and is not told back.
        places = dict.fromkeys(".".join(map(str, one["loc"][1:])) for one in error.errors())
        named = ", ".join([p for p in places if p][:MOST_PLACES]) or "…"
        told = _MALFORMED.filled(places=named)
        return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, told)

    @app.exception_handler(RipresaError)
    async def _unavailable(_request: Request, error: RipresaError) -> JSONResponse:
        # Its own words name paths and are in one language: they are for whoever administers.
        log.error("a page was refused: %s", error)
        told = next((said for kind, said in _BY_FAULT if isinstance(error, kind)), _FAULT)
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, told)


def _answer(status: int, told: Wording) -> JSONResponse:
    return JSONResponse({"detail": {"it": told.it, "en": told.en}}, status)
