"""A draft as the editor shows it: what is wrong, what changes, what is still to be ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from dashboards.views.plan_view import PlanVersionView, version_view
from dashboards.views.words import Words, words
from therapy.plan.plan_change import changes
from therapy.plan.plan_file import PlanError
from therapy.plan.succession import why_not_after
from therapy.plan.week_work import week_of_work
from therapy.wording import Wording

from .kept_limits import kept_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from analytics.monitoring.figures import PatientFigures
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem
    from therapy.plan.plan_problem import PlanProblem
    from therapy.templates.plan_draft import PlanDraft
    from therapy.templates.template import PlanTemplate

__all__ = [
    "DraftView",
    "EditorView",
    "draft_view",
    "editor_view",
    "last_began",
    "newest_sent",
    "newest_version",
    "out_of_turn",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProblemView(_Frozen):
    """One mistake; `path` leads to the setting, e.g. `items.1.dose.repetitions`."""

    path: str
    place: Words
    what: Words


class PlanChangeView(_Frozen):
    """One difference to the version in force, as settings are called; None: it is not there.

    `exercise` and `side` say of what where it is of an item.
    """

    place: str
    before: Any
    after: Any
    exercise: str | None = None
    side: str | None = None


class WeekView(_Frozen):
    """What a week comes to; minutes of movement and of pauses between sets."""

    days: int
    repetitions: int
    holds: int
    minutes: float


class ClearanceView(_Frozen):
    """Something to tick; nothing is ticked by itself."""

    id: str
    text: Words
    ticked: bool


class DraftView(_Frozen):
    """A draft.

    Attributes:
        called: as its template is called, with these exercises.
        newest: the newest version there is now; `based_on` that which its writer saw.
        against: the version in force, to which `changes` and `week_before` belong.
        kept: paths of settings that stayed as in version `kept_from`, stricter than the template.
        obstacles: why it cannot be signed, beside clearances that are not ticked.
    """

    revision: int
    template: str | None
    called: Words | None
    based_on: int
    newest: int
    saved_ms: float
    by: str
    body: dict[str, Any]
    problems: tuple[ProblemView, ...]
    against: int | None
    kept: tuple[str, ...]
    kept_from: int | None
    changes: tuple[PlanChangeView, ...]
    week: WeekView | None
    week_before: WeekView | None
    clearances: tuple[ClearanceView, ...]
    obstacles: tuple[Words, ...]

    def why_not(self) -> list[Wording]:
        """All that keeps it from being signed; empty: it can be."""
        unticked = [one.text for one in self.clearances if not one.ticked]
        return [
            *(Wording(one.it, one.en) for one in self.obstacles),
            *(Wording(f"Da spuntare: {w.it}", f"To be ticked: {w.en}") for w in unticked),
        ]


class EditorView(_Frozen):
    """A patient's plan as it is edited: the versions, and the draft where there is one.

    `imported` are versions at hand that nobody has signed or sent; clock times are told in
    `time_zone`.
    """

    patient: str
    today: str
    time_zone: str | None = None
    in_force: int | None
    newest: int
    versions: tuple[PlanVersionView, ...]
    imported: tuple[int, ...]
    draft: DraftView | None


def editor_view(
    figures: PatientFigures,
    kept: Sequence[Plan],
    draft: PlanDraft | None,
    template: PlanTemplate | None,
) -> EditorView:
    """All that the editor shows.

    Args:
        figures: the patient's.
        kept: every version at hand.
        draft: None where nobody writes one.
        template: that the draft was started from.
    """
    known = {view.plan.version for view in figures.versions}
    return EditorView(
        patient=figures.patient,
        today=figures.today.isoformat(),
        time_zone=figures.zone_on(figures.today),
        in_force=None if figures.plan is None else figures.plan.version,
        newest=newest_version(figures, kept),
        versions=tuple(version_view(view) for view in figures.versions),
        imported=tuple(plan.version for plan in kept if plan.version not in known),
        draft=None if draft is None else draft_view(draft, figures, kept, template),
    )


def newest_version(figures: PatientFigures, kept: Sequence[Plan]) -> int:
    """The highest version there is, sent or not; 0: there is none."""
    told = [view.plan.version for view in figures.versions]
    return max([*told, *(plan.version for plan in kept)], default=0)


def draft_view(
    draft: PlanDraft,
    figures: PatientFigures,
    kept: Sequence[Plan],
    template: PlanTemplate | None,
) -> DraftView:
    """One draft, held against the plan's own checks and against what there is already."""
    newest = newest_version(figures, kept)
    before, followed = figures.plan, newest_sent(figures)
    plan, problems = _read(draft, newest + 1)
    obstacles = [problem.what for problem in problems if not problem.path]
    if any(problem.path for problem in problems):
        obstacles.append(Wording("Ci sono errori nel piano: vedi sopra", "The plan has mistakes"))
    if plan is not None and (late := out_of_turn(plan, figures)) is not None:
        obstacles.append(late)
    if plan is not None and (unheard := _unheard(plan)) is not None:
        obstacles.append(unheard)
    if draft.based_on != newest:
        obstacles.append(_meanwhile(newest))
    obstacles += _missing(draft, template)
    asked = draft.clearances(template)
    exercises = frozenset(name for name, _ in draft.items())
    return DraftView(
        revision=draft.revision,
        template=draft.template,
        called=None if template is None else words(template.called(exercises)),
        based_on=draft.based_on,
        newest=newest,
        saved_ms=draft.saved_ns / 1e6,
        by=draft.by,
        body=draft.body,
        problems=tuple(_problem(one) for one in problems),
        against=None if before is None else before.version,
        kept=()
        if template is None or followed is None
        else kept_settings(draft.body, template, followed),
        kept_from=None if followed is None else followed.version,
        changes=() if plan is None or before is None else _changes(before, plan),
        week=None if plan is None else _week(plan),
        week_before=None if before is None else _week(before),
        clearances=tuple(
            ClearanceView(
                id=one.id, text=Words(it=one.it, en=one.en), ticked=one.id in draft.cleared
            )
            for one in asked
        ),
        obstacles=tuple(words(one) for one in obstacles),
    )


def _read(draft: PlanDraft, version: int) -> tuple[Plan | None, tuple[PlanProblem, ...]]:
    try:
        return draft.plan(version), ()
    except PlanError as e:
        return None, e.told


def out_of_turn(plan: Plan, figures: PatientFigures) -> Wording | None:
    """Why it cannot come after the version that was sent last; None where it can, or is that."""
    sent = [view.plan for view in figures.versions if view.published is not None]
    if not sent:
        return None
    last = max(one.version for one in sent)
    if plan.version == last:
        return None
    began = last_began(figures)
    return why_not_after(plan, last, None if began is None else began.isoformat())


def last_began(figures: PatientFigures) -> date | None:
    """The first day of the newest version that was sent, and that the home has not refused.

    One that counted and is refused since has begun all the same.
    """
    sent = [v for v in figures.versions if v.published is not None]
    stand = [v.plan for v in sent if v.state != "refused" or v.effective is not None]
    return max(stand, key=lambda one: one.version).valid_from if stand else None


def newest_sent(figures: PatientFigures) -> Plan | None:
    """The version that a new one would follow: it may count from tomorrow only, or be over."""
    sent = [view.plan for view in figures.versions if view.published is not None]
    return max(sent, key=lambda plan: plan.version, default=figures.plan)


def _meanwhile(newest: int) -> Wording:
    return Wording(
        f"Intanto c'è la versione {newest}: guardi che cosa dice prima di firmare questa",
        f"Version {newest} has come meanwhile: look at what it says before you sign this one",
    )


def _unheard(plan: Plan) -> Wording | None:
    """Whoever signs counts on a reminder that is on; a plan that is in force keeps its own."""
    asked = plan.persuasion.reminders
    if not asked.on or asked.heard:
        return None
    at, quiet = f"{asked.at:%H:%M}", f"{asked.quiet_from:%H:%M}-{asked.quiet_to:%H:%M}"
    return Wording(
        f"Il promemoria delle {at} cade nelle ore di silenzio ({quiet}) e non arriva mai: lo "
        "anticipi, cambi le ore, o lo spenga",
        f"The reminder at {at} lies in the quiet hours ({quiet}) and never comes: make it earlier, "
        "change the hours, or turn it off",
    )


def _missing(draft: PlanDraft, template: PlanTemplate | None) -> list[Wording]:
    if draft.template is not None and template is None:
        return [
            Wording(
                f"Il modello {draft.template} non c'è più: che cosa chiede da spuntare non si sa",
                f"There is no template {draft.template} any more: nobody knows what it asks for",
            )
        ]
    if template is None or not template.missing_exercises:
        return []
    names = ", ".join(template.missing_exercises)
    return [
        Wording(
            f"Al modello mancano esercizi che la libreria non ha: {names}",
            f"The template lacks exercises that the library does not have: {names}",
        )
    ]


def _problem(one: PlanProblem) -> ProblemView:
    return ProblemView(path=one.path, place=words(one.place), what=words(one.what))


def _changes(before: Plan, after: Plan) -> tuple[PlanChangeView, ...]:
    named = _named_as_before(before, after)
    items = {item.id: item for plan in (before, named) for item in plan.items}
    found = []
    for one in changes(before, named):
        table, _, rest = one.place.partition(".")
        of = items.get(rest.split(".")[0]) if table == "items" else None
        if one.place != "version":
            found.append(
                PlanChangeView(
                    place=one.place,
                    before=one.before,
                    after=one.after,
                    exercise=None if of is None else of.exercise,
                    side=None if of is None else of.side,
                )
            )
    return tuple(found)


def _named_as_before(before: Plan, after: Plan) -> Plan:
    """The draft with an exercise that goes on under another name called as it was.

    A template names its items by itself: the same exercise at the same side is no new one.
    """
    left = {_what(i): i.id for i in before.items if i.id not in {one.id for one in after.items}}
    come = {_what(i): i.id for i in after.items if i.id not in {one.id for one in before.items}}
    names = {come[what]: left[what] for what in come.keys() & left.keys()}
    items = tuple(i.model_copy(update={"id": names.get(i.id, i.id)}) for i in after.items)
    return after.model_copy(update={"items": items})


def _what(item: PlanItem) -> tuple[str, str, str]:
    return item.exercise, item.side, item.in_posture


def _week(plan: Plan) -> WeekView:
    found = week_of_work(plan)
    return WeekView(
        days=found.days,
        repetitions=found.repetitions,
        holds=found.holds,
        minutes=round(found.minutes, 1),
    )
