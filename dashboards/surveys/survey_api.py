"""Surveys by code: answered by whoever has a code, made by whoever treats.

Nobody signs in to answer. A code that never was, one that was used and one that has ended are told
in the same words; whoever tries several waits longer each time, by address.
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from dashboards.access.entrance import Allowed
from dashboards.access.principal import Action
from dashboards.access.refused import Refused
from dashboards.access.slowing import Slowing
from dashboards.around.around_forms import Line
from telemetry.clock import Clock
from telemetry.errors import ConfigurationError
from therapy.questionnaires.surveys import BY_CODE, LONGEST_WORDS, SURVEYS, Survey
from therapy.wording import Wording

from .survey_port import SurveyPort

__all__ = ["ShutSurveys", "survey_routes"]

NO_SURVEY: Final = Wording(
    "Con questo codice non si apre niente: lo ricontrolli, o chieda alla clinica un altro codice",
    "No survey opens by this code: check it, or ask the clinic for another one",
)
WAIT: Final = Wording("Aspetti {s} s, poi riprovi", "Wait {s} s, then try again")
NO_ANSWER: Final = Wording(
    "Una risposta non è di questo questionario: la invii dalla sua pagina",
    "An answer is none of this survey's: send it from its page",
)
NOT_BY_CODE: Final = Wording("Con un codice ci sono: {names}", "By a code there are: {names}")
SHUT: Final = Wording(
    "I questionari ora non si possono conservare: il codice resta valido, riprovi un altro giorno",
    "Surveys cannot be kept now: the code stays good, try again another day",
)
MOST_AT_ONCE: Final = 50

_Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,23}$")]
_Both = dict[Literal["it", "en"], str]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CodeForm(_Form):
    """A code as it was typed."""

    code: str = Field(min_length=1, max_length=40)


class SurveyAnswerForm(CodeForm):
    """What was answered."""

    answers: dict[_Word, Annotated[int, Field(strict=True, ge=1, le=9)] | _Word] = Field(
        max_length=20
    )
    words: Annotated[Line, Field(max_length=LONGEST_WORDS)] = ""


class CodesForm(_Form):
    """Codes to print."""

    survey: _Word
    count: int = Field(default=1, ge=1, le=MOST_AT_ONCE)


class SurveyItemView(_Form):
    """One question in both languages; `options` None: a mark from 1 to 5."""

    id: str
    text: _Both
    options: dict[str, _Both] | None


class SurveyView(_Form):
    """One survey in both languages."""

    survey: str
    title: _Both
    items: tuple[SurveyItemView, ...]


class CodesView(_Form):
    """Fresh codes, and the survey for the paper form."""

    codes: tuple[str, ...]
    asks: SurveyView


class ShutSurveys:
    """In place of a store that cannot be used: each route says so."""

    def issue(self, survey: str, count: int = 1) -> list[str]:
        """None can be made."""
        del survey, count
        raise Refused(503, SHUT)

    def opened(self, code: str) -> Survey | None:
        """Nobody knows what it opens."""
        del code
        raise Refused(503, SHUT)

    def take(self, code: str, answers: Mapping[str, int | str], words: str = "") -> bool:
        """Nothing can be kept."""
        del code, answers, words
        raise Refused(503, SHUT)


def survey_routes(surveys: SurveyPort | None, clock: Clock) -> APIRouter:
    """The routes of the page that answers and of the sheet with codes; none where none are kept."""
    router = APIRouter(prefix="/api/survey")
    if surveys is None:
        return router
    public = Depends(Allowed(Action.ANSWER_SURVEY))
    slowing = Slowing(clock)

    def may_try(request: Request) -> str:
        address = request.client.host if request.client else ""
        if (wait_s := slowing.wait_s(address, address)) > 0:
            wait = str(math.ceil(wait_s))
            raise Refused(429, WAIT.filled(s=wait), {"Retry-After": wait})
        # Counted before it is known: many at once must not slip through.
        slowing.note_try(address, address)
        return address

    @router.post("/open", dependencies=[public])
    async def opened(request: Request, form: CodeForm) -> SurveyView:
        """The survey that a code opens."""
        address = may_try(request)
        survey = await asyncio.to_thread(surveys.opened, form.code)
        if survey is None:
            raise Refused(404, NO_SURVEY)
        slowing.note_success(address, address)
        return _view(survey)

    @router.post("/answer", dependencies=[public], status_code=204)
    async def answered(request: Request, form: SurveyAnswerForm) -> None:
        """Keep what was answered; the code is used up."""
        address = may_try(request)
        try:
            taken = await asyncio.to_thread(surveys.take, form.code, form.answers, form.words)
        except ConfigurationError as e:
            raise Refused(422, NO_ANSWER) from e
        if not taken:
            raise Refused(404, NO_SURVEY)
        slowing.note_success(address, address)

    _add_codes(router, surveys)
    return router


def _add_codes(router: APIRouter, surveys: SurveyPort) -> None:
    @router.post("/codes", dependencies=[Depends(Allowed(Action.ISSUE_SURVEY))])
    async def codes(form: CodesForm) -> CodesView:
        """Make codes; they are told once."""
        if form.survey not in BY_CODE:
            raise Refused(422, NOT_BY_CODE.filled(names=", ".join(BY_CODE)))
        made = await asyncio.to_thread(surveys.issue, form.survey, form.count)
        return CodesView(codes=tuple(made), asks=_view(SURVEYS[form.survey]))


def _view(survey: Survey) -> SurveyView:
    return SurveyView(
        survey=survey.name,
        title=_both(survey.title),
        items=tuple(
            SurveyItemView(
                id=item.id,
                text=_both(item.text),
                options=None
                if item.options is None
                else {option: _both(word) for option, word in item.options.items()},
            )
            for item in survey.items
        ),
    )


def _both(wording: Wording) -> _Both:
    return {"it": wording.it, "en": wording.en}
