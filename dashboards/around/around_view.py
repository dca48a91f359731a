"""What a page shows around a patient's plan, each with who and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict

from dashboards.views.words import Words, words
from telemetry.messages.around.letters import LETTER_LENGTH
from therapy.questionnaires.instruments import INSTRUMENTS, scored

from .take_view import TakeView, take_views

if TYPE_CHECKING:
    from analytics.monitoring.around.around import Around, CoverState, LetterState
    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.around.scores import QuestionnaireAnswered

__all__ = ["AroundView", "around_view"]

SHOWN = 60
"""Of each list the newest."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class _Signed(Protocol):
    """A record that says who and when."""

    @property
    def by(self) -> str: ...

    @property
    def t_ns(self) -> int: ...


class _Told(_Frozen):
    """Who said it, and when."""

    by: str
    t_ms: float


class LetterView(_Told):
    """One message; `taken_ms` and `read_ms` by the home's clock."""

    message: str
    text: str
    state: str
    taken_ms: float | None
    read_ms: float | None


class BarrierView(_Frozen):
    """What got in the way; `answer` None: the question was left out."""

    day: str | None
    answer: str | None


class EpisodeView(_Told):
    """The episode as last noted."""

    referral: str
    precautions: str
    review: str | None
    due: bool


class DischargeView(_Told):
    """How treatment ended."""

    summary: str
    keeps_doing: str


class SensorsView(_Told):
    """Whether the wearables are back."""

    returned: bool
    note: str


class StandingView(_Frozen):
    """Standing after a fall: since when it is locked, by which last, and who last said what."""

    locked_since_ms: float | None
    last_lock_ms: float | None
    last: _Told | None
    lifted: bool


class HarmView(_Told):
    """One adverse event; `withdrawn` where it was taken back."""

    event: str
    day: str
    what: str
    severity: str
    relation: str
    withdrawn: _Told | None
    why: str


class HandOverView(_Told):
    """Who stands in, and whether they have taken over; `now`: today.

    `meant`: it is the one that somebody who takes over now would take over.
    """

    to: str
    first: str
    last: str | None
    note: str
    now: bool
    meant: bool
    taken: _Told | None


class CarerView(_Told):
    """Somebody who helps at home, or did (`lifted`); of one who did not agree no note."""

    carer: str
    role: str
    agreed: bool
    lifted: bool
    day: str
    note: str


class ConsentView(_Told):
    """One consent as last told; `at_home`: `waiting` until the home has done it, then `done`."""

    what: str
    given: bool
    day: str
    at_home: str


class FilledView(_Told):
    """One questionnaire; `score` None: too much was left out, or it has none."""

    filled: str
    instrument: str
    name: Words
    day: str
    score: int | None
    highest: int | None
    profile: str
    better: str | None


class InstrumentView(_Frozen):
    """One questionnaire that there is; `question` only in our own words."""

    id: str
    name: Words
    licence: str
    low: tuple[int, ...]
    high: tuple[int, ...]
    question: Words | None


class ExcusedView(_Told):
    """Days that were excused; `lifted`: they are not any more."""

    first: str
    last: str
    why: str
    lifted: bool


class CorrectedView(_Told):
    """What was done on a day, as the clinician says; `amount` None: taken back."""

    day: str
    item: str
    amount: float | None
    note: str


class ItemChoice(_Frozen):
    """An item that can be corrected."""

    item: str
    name: Words
    unit: str


class AroundView(_Frozen):
    """All that stands around a plan; its clock times are told in `time_zone`."""

    patient: str
    today: str
    time_zone: str | None = None
    state: str
    may_write: bool
    letter_length: int
    goal: str
    letters: tuple[LetterView, ...]
    barriers: tuple[BarrierView, ...]
    episode: EpisodeView | None
    discharge: DischargeView | None
    sensors: SensorsView | None
    standing: StandingView
    harms: tuple[HarmView, ...]
    hand_over: HandOverView | None
    hand_overs: tuple[HandOverView, ...]
    carers: tuple[CarerView, ...]
    consents: tuple[ConsentView, ...]
    filled: tuple[FilledView, ...]
    instruments: tuple[InstrumentView, ...]
    excused: tuple[ExcusedView, ...]
    corrected: tuple[CorrectedView, ...]
    items: tuple[ItemChoice, ...]
    takes: tuple[TakeView, ...]
    takes_at_home: str


def around_view(
    figures: PatientFigures, *, may_write: bool, motion_at_home: str = "", plan_at_home: str = ""
) -> AroundView:
    """What stands around a patient's plan.

    Args:
        figures: as the clinic's facts give them.
        may_write: whether whoever looks may say something.
        motion_at_home: whether the home has done what was said of raw motion.
        plan_at_home: whether it has the plan, and its takes, as last sent.
    """
    around, plan = figures.around, figures.plan
    meant = around.to_take_over(figures.today)
    return AroundView(
        patient=figures.patient,
        today=figures.today.isoformat(),
        time_zone=figures.zone_on(figures.today),
        state=figures.state,
        may_write=may_write,
        letter_length=LETTER_LENGTH,
        goal="" if plan is None else plan.goal,
        letters=tuple(_letter(one) for one in reversed(around.letters[-SHOWN:])),
        barriers=tuple(
            BarrierView(day=None if one.day is None else one.day.isoformat(), answer=one.answer)
            for one in reversed(around.barriers[-SHOWN:])
        ),
        episode=_episode(figures),
        discharge=None
        if around.discharged is None
        else DischargeView(
            **_told(around.discharged),
            summary=around.discharged.summary,
            keeps_doing=around.discharged.keeps_doing,
        ),
        sensors=None
        if around.sensors is None
        else SensorsView(
            **_told(around.sensors), returned=around.sensors.returned, note=around.sensors.note
        ),
        standing=_standing(around),
        harms=_harms(around),
        hand_over=None if meant is None else _cover(meant, figures),
        hand_overs=tuple(_cover(one, figures) for one in reversed(around.hand_overs[-SHOWN:])),
        carers=tuple(
            CarerView(
                **_told(one),
                carer=one.carer,
                role=one.role,
                agreed=one.agreed,
                lifted=one.lifted,
                day=one.day.isoformat(),
                note=one.note if one.agreed else "",
            )
            for one in around.carers
        ),
        consents=tuple(
            ConsentView(
                **_told(one),
                what=what,
                given=one.given,
                day=one.day.isoformat(),
                at_home=motion_at_home if what == "motion" else "",
            )
            for what, one in around.consents.items()
        ),
        filled=tuple(_filled(one) for one in reversed(around.filled[-SHOWN:])),
        instruments=_instruments(),
        excused=tuple(
            ExcusedView(
                **_told(one),
                first=one.first.isoformat(),
                last=one.last.isoformat(),
                why=one.why,
                lifted=one.lifted,
            )
            for one in reversed(around.excused[-SHOWN:])
        ),
        corrected=tuple(
            CorrectedView(
                **_told(one),
                day=one.day.isoformat(),
                item=one.item,
                amount=one.amount,
                note=one.note,
            )
            for one in reversed(around.corrected[-SHOWN:])
        ),
        items=()
        if plan is None
        else tuple(
            ItemChoice(item=item.id, name=words(item.known.name), unit=item.asked.unit)
            for item in plan.items
        ),
        takes=take_views(figures),
        takes_at_home=plan_at_home,
    )


def _told(record: _Signed) -> dict[str, Any]:
    return {"by": record.by, "t_ms": record.t_ns / 1e6}


def _letter(one: LetterState) -> LetterView:
    return LetterView(
        **_told(one.written),
        message=one.written.message,
        text=one.written.text,
        state=one.state,
        taken_ms=_ms(one.taken_ns),
        read_ms=_ms(one.read_ns),
    )


def _episode(figures: PatientFigures) -> EpisodeView | None:
    noted = figures.around.episode
    if noted is None:
        return None
    return EpisodeView(
        **_told(noted),
        referral=noted.referral,
        precautions=noted.precautions,
        review=None if noted.review is None else noted.review.isoformat(),
        due=figures.review_due is not None,
    )


def _standing(around: Around) -> StandingView:
    last = around.unlocked
    return StandingView(
        locked_since_ms=_ms(around.locked_since_ns),
        last_lock_ms=_ms(around.last_lock_ns),
        last=None if last is None else _Told(**_told(last)),
        lifted=last is not None and last.lifted,
    )


def _harms(around: Around) -> tuple[HarmView, ...]:
    return tuple(
        HarmView(
            **_told(one.event),
            event=one.event.event,
            day=one.event.day.isoformat(),
            what=one.event.what,
            severity=one.event.severity,
            relation=one.event.relation,
            withdrawn=None if one.withdrawn is None else _Told(**_told(one.withdrawn)),
            why="" if one.withdrawn is None else one.withdrawn.why,
        )
        for one in reversed(around.harms[-SHOWN:])
    )


def _cover(found: CoverState, figures: PatientFigures) -> HandOverView:
    handed, taken = found.handed, found.taken
    return HandOverView(
        **_told(handed),
        to=handed.to,
        first=handed.first.isoformat(),
        last=None if handed.last is None else handed.last.isoformat(),
        note=handed.note,
        now=found is figures.around.stands_in(figures.today),
        meant=found is figures.around.to_take_over(figures.today),
        taken=None if taken is None else _Told(**_told(taken)),
    )


def _filled(one: QuestionnaireAnswered) -> FilledView:
    known = INSTRUMENTS.get(one.instrument)
    if known is None or len(one.answers) != known.items:
        # Of a newer program: its answers are kept, and what they come to is not known here.
        return FilledView(
            **_told(one),
            filled=one.filled,
            instrument=one.instrument,
            name=Words(it=one.instrument, en=one.instrument),
            day=one.day.isoformat(),
            score=None,
            highest=None,
            profile="",
            better=None,
        )
    found = scored(one.instrument, one.answers)
    return FilledView(
        **_told(one),
        filled=one.filled,
        instrument=one.instrument,
        name=words(known.name),
        day=one.day.isoformat(),
        score=found.score,
        highest=known.high[-1] if found.profile else sum(known.high),
        profile=found.profile,
        better=known.better,
    )


def _instruments() -> tuple[InstrumentView, ...]:
    return tuple(
        InstrumentView(
            id=one.id,
            name=words(one.name),
            licence=one.licence,
            low=one.low,
            high=one.high,
            question=None if one.question is None else words(one.question),
        )
        for one in INSTRUMENTS.values()
    )


def _ms(t_ns: int | None) -> float | None:
    return None if t_ns is None else t_ns / 1e6
