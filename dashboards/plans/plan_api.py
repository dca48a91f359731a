"""The routes of the plan editor: what there is to choose from, the draft, signing and sending."""

import functools
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action
from dashboards.access.refused import Refused
from telemetry.body import Side
from telemetry.clock import Clock
from telemetry.identity import Name, Pseudonym
from therapy.exercises.exercise import Posture
from therapy.wording import Wording

from .draft_view import EditorView
from .library_view import PlanLibrary, plan_library
from .plan_body import bounded
from .plan_desk import PlanDesk
from .plan_editor import PlanEditError, PlanEditor

__all__ = ["plan_routes"]

_T = TypeVar("_T")

SVG: Final = "image/svg+xml"
MOST_TICKS: Final = 30


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str | None = Field(
        default=None, min_length=1, max_length=60, description="Who, where nobody signs in."
    )


class StartWish(_Wish):
    """What a draft begins with: a template for a side, a version that is to be changed, nothing."""

    source: Literal["template", "version", "empty"]
    template: Name | None = None
    side: Side | None = None
    version: int | None = Field(default=None, ge=1)


class _Revised(_Wish):
    revision: int = Field(ge=1, description="Of the draft that was seen.")


class ChangeWish(_Revised):
    """A draft as it is now; `cleared` are the ids of what is ticked."""

    body: dict[str, Any]
    cleared: tuple[Name, ...] = Field(default=(), max_length=MOST_TICKS)


class LookWish(_Revised):
    """The version that came meanwhile, and was looked at."""

    newest: int = Field(ge=0)


class RevisionWish(_Revised):
    """The draft that is meant."""


class SendWish(BaseModel):
    """The version to send."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)


Editing = Annotated[Asking, Depends(Allowed(Action.EDIT_PLAN))]
Patient = Annotated[Pseudonym, Path()]


def plan_routes(desk: PlanDesk, clock: Clock) -> APIRouter:
    """The routes under `/api/patients/PSEUDONYM/plan`, and what they choose from."""
    router = APIRouter()
    editor = PlanEditor(desk, clock)
    _add_library(router, editor)
    _add_draft(router, editor)

    @router.post("/api/patients/{patient}/plan/sign")
    def sign(
        patient: Patient,
        wish: RevisionWish,
        asking: Annotated[Asking, Depends(Allowed(Action.SIGN_PLAN))],
    ) -> EditorView:
        """Make the draft a version, and answer for it."""
        who = _who(asking, wish)
        if not who:
            raise Refused(422, Wording("dica chi ne risponde", "say who answers for it"))
        return _done(lambda: editor.sign(patient, wish.revision, who))

    @router.post(
        "/api/patients/{patient}/plan/send", dependencies=[Depends(Allowed(Action.SEND_PLAN))]
    )
    def send(patient: Patient, wish: SendWish) -> EditorView:
        """Send a signed version to the patient's home; it stays on its way until that answers."""
        return _done(lambda: editor.publish(patient, wish.version))

    return router


def _add_library(router: APIRouter, editor: PlanEditor) -> None:
    """What holds nothing of anyone."""
    made = functools.cache(lambda: plan_library(editor.drawing))

    @router.get("/api/plan-library", dependencies=[Depends(Allowed(Action.EDIT_PLAN))])
    def library() -> PlanLibrary:
        """The exercises and the templates."""
        return made()

    @router.get(
        "/drawings/{exercise}/{posture}.svg",
        include_in_schema=False,
        dependencies=[Depends(Allowed(Action.OPEN_PAGE))],
    )
    def drawing(exercise: Name, posture: Posture) -> Response:
        """An exercise as it is drawn."""
        return _drawn(editor.drawing(exercise, posture))

    @router.get(
        "/drawings/{exercise}/{posture}/moving.svg",
        include_in_schema=False,
        dependencies=[Depends(Allowed(Action.OPEN_PAGE))],
    )
    def moving(exercise: Name, posture: Posture) -> Response:
        """The same, moving to its end and back."""
        return _drawn(editor.drawing(exercise, posture, moving=True))


def _drawn(found: str | None) -> Response:
    if found is None:
        raise Refused(404, Wording("non c'è un disegno così", "there is no such drawing"))
    return Response(found, media_type=SVG)


def _add_draft(router: APIRouter, editor: PlanEditor) -> None:
    """The draft, from its start to its end."""
    place = "/api/patients/{patient}/plan"

    @router.get(place, dependencies=[Depends(Allowed(Action.EDIT_PLAN))])
    def edited(patient: Patient) -> EditorView:
        """The versions of a plan, and the draft."""
        return _done(lambda: editor.view(patient))

    @router.post(f"{place}/start")
    def start(patient: Patient, wish: StartWish, asking: Editing) -> EditorView:
        """Start a draft."""
        who = _who(asking, wish)
        match wish:
            case StartWish(source="template", template=str(template), side=side) if side:
                return _done(lambda: editor.start_template(patient, template, side, who))
            case StartWish(source="version", version=int(version)):
                return _done(lambda: editor.start_version(patient, version, who))
            case StartWish(source="empty"):
                return _done(lambda: editor.start_empty(patient, who))
        raise Refused(
            422,
            Wording(
                "dica quale modello e quale lato, o quale versione",
                "say which template and which side, or which version",
            ),
        )

    @router.post(f"{place}/draft")
    def change(patient: Patient, wish: ChangeWish, asking: Editing) -> EditorView:
        """Keep the draft as it is now; the answer says what is wrong with it."""
        body, who = bounded(wish.body), _who(asking, wish)
        return _done(lambda: editor.change(patient, wish.revision, body, wish.cleared, who))

    @router.post(f"{place}/look")
    def look(patient: Patient, wish: LookWish, asking: Editing) -> EditorView:
        """Go on with the draft after a version that came meanwhile was looked at."""
        who = _who(asking, wish)
        return _done(lambda: editor.look_again(patient, wish.revision, wish.newest, who))

    @router.post(f"{place}/discard", dependencies=[Depends(Allowed(Action.EDIT_PLAN))])
    def discard(patient: Patient, wish: RevisionWish) -> EditorView:
        """Throw the draft away."""
        return _done(lambda: editor.discard(patient, wish.revision))


def _who(asking: Asking, wish: _Wish) -> str:
    """The name that somebody signed in with; where nobody does, the name they give."""
    return asking.principal.name or (wish.by or "").strip()


def _done(deed: Callable[[], _T]) -> _T:
    try:
        return deed()
    except PlanEditError as e:
        told = Wording(
            " · ".join(one.it for one in e.wordings), " · ".join(one.en for one in e.wordings)
        )
        raise Refused(404 if e.unknown else 409, told) from e
