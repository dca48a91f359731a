"""What the editor chooses from: the exercises of the library, and the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from dashboards.views.words import Words, exercise_words, words
from therapy.exercises.dose import Dose, Tempo
from therapy.exercises.exercise import POSTURES, Posture
from therapy.exercises.library import EXERCISES
from therapy.exercises.observable import Observable, observable_of, placement_at
from therapy.session.screens import SUMMONS_NOBODY, UNWELL_TEXT
from therapy.templates.catalogue import templates

if TYPE_CHECKING:
    from collections.abc import Callable

    from therapy.exercises.exercise import Exercise
    from therapy.templates.template import PlanTemplate, TemplateItem, TemplateSource

__all__ = ["PlanLibrary", "TemplateView", "plan_library"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WornAt(_Frozen):
    """A site, and what a plan calls it on either side."""

    site: str
    left: str
    right: str


class LibraryExercise(_Frozen):
    """One exercise to choose.

    `drawn` are the postures in which there is a drawing; `sites` where its first sensor may be
    worn, the best one first; `second_sites` where another adds something. `sees` says by posture
    what one sensor at the best site shows; None: it is counted only.
    """

    exercise: str
    number: int | None
    name: Words
    cue: Words
    mistake: Words
    limb: Literal["arm", "leg"]
    postures: tuple[Posture, ...]
    drawn: tuple[Posture, ...]
    clearance: tuple[Posture, ...]
    sites: tuple[WornAt, ...]
    second_sites: tuple[WornAt, ...]
    dose: Dose
    tempo: Tempo
    most_deg: float | None
    context: Words | None
    ranged: bool
    test: bool
    sees: dict[Posture, Words | None]


class TemplateItemView(_Frozen):
    """One exercise of a template; `missing`: the library does not have it."""

    exercise: str
    name: Words
    dose: Dose
    times_per_week: int
    limit_deg: float | None
    assisted: bool
    posture: str | None
    later: bool
    missing: bool


class SourceView(_Frozen):
    """Where numbers come from; `what` of it."""

    name: str
    what: Words | None


class TemplateView(_Frozen):
    """One template as it is chosen.

    `sources` are those of which something was read; what stands in `to_verify` is known from
    memory only, and is no source yet.
    """

    template: str
    name: Words
    limb: Literal["arm", "leg"]
    pain_profile: str
    items: tuple[TemplateItemView, ...]
    stop_questions: tuple[Words, ...]
    clearances: tuple[Words, ...]
    notes: tuple[Words, ...]
    missing: tuple[Words, ...]
    missing_exercises: tuple[str, ...]
    sources: tuple[SourceView, ...]
    to_verify: tuple[SourceView, ...]


class PlanLibrary(_Frozen):
    """All that there is to choose from.

    `unwell` is what a home says after "I feel unwell" where a plan has no text of its own;
    `summons_nobody` what it adds to one that has.
    """

    exercises: tuple[LibraryExercise, ...]
    templates: tuple[TemplateView, ...]
    unwell: Words
    summons_nobody: Words


def plan_library(drawing: Callable[[str, str], str | None]) -> PlanLibrary:
    """Exercises by number, then those that are counted only and the tests; templates in order.

    Args:
        drawing: of an exercise in a posture; None where there is none.
    """
    return PlanLibrary(
        exercises=tuple(_exercise(known, drawing) for known in EXERCISES.values()),
        templates=tuple(_template(one) for one in templates()),
        unwell=words(UNWELL_TEXT),
        summons_nobody=words(SUMMONS_NOBODY),
    )


def _worn_at(site: str) -> WornAt:
    return WornAt(site=site, left=placement_at(site, "left"), right=placement_at(site, "right"))


def _exercise(known: Exercise, drawing: Callable[[str, str], str | None]) -> LibraryExercise:
    seen = {p: observable_of(known.id, p, (known.sites[0],)) for p in known.postures}
    return LibraryExercise(
        exercise=known.id,
        number=known.number,
        name=words(known.name),
        cue=words(known.cue),
        mistake=words(known.mistake),
        limb=known.limb,
        postures=known.postures,
        drawn=tuple(p for p in known.postures if drawing(known.id, p) is not None),
        clearance=tuple(p for p in POSTURES if p in known.postures and known.needs_clearance(p)),
        sites=tuple(_worn_at(site) for site in known.sites),
        second_sites=tuple(_worn_at(site) for site in known.second_sites),
        dose=known.dose,
        tempo=known.tempo,
        most_deg=known.most_deg,
        context=None if known.context is None else words(known.context),
        ranged=known.ranged,
        test=known.test,
        sees={p: words(s.what) if isinstance(s, Observable) else None for p, s in seen.items()},
    )


def _template(one: PlanTemplate) -> TemplateView:
    read = [_source(source) for source in one.sources if source.strength == "read"]
    recalled = [_source(source) for source in one.sources if source.strength == "memory"]
    return TemplateView(
        template=one.id,
        name=words(one.called()),
        limb=one.limb,
        pain_profile=one.limits.pain_profile,
        items=tuple(_item(item) for item in one.items),
        stop_questions=tuple(Words(it=q.it, en=q.en) for q in one.stop_questions),
        clearances=tuple(Words(it=c.it, en=c.en) for c in one.clearances),
        notes=tuple(words(said.wording) for said in one.notes),
        missing=tuple(words(said.wording) for said in one.missing),
        missing_exercises=one.missing_exercises,
        sources=tuple(read),
        to_verify=tuple(recalled),
    )


def _item(item: TemplateItem) -> TemplateItemView:
    return TemplateItemView(
        exercise=item.exercise,
        name=exercise_words(item.exercise),
        dose=item.dose,
        times_per_week=item.times_per_week,
        limit_deg=item.limit_deg,
        assisted=item.assisted,
        posture=item.posture,
        later=item.later,
        missing=item.missing,
    )


def _source(source: TemplateSource) -> SourceView:
    return SourceView(
        name=source.name, what=None if source.what is None else words(source.what.wording)
    )
