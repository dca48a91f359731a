"""What to show at each point of a session, in words; how it looks is the screen's own business.

"I feel unwell" is part of every screen but the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from telemetry.messages.events import CloseReason
from therapy.exercises.library import EXERCISES
from therapy.wording import Wording

from .alignment import MOVEMENTS, AlignmentPhase
from .alignment_words import asked, shown_exercise, title
from .calibration import CALIBRATION_REPETITIONS, retest_due, shrunk
from .safety import hold_asked_s
from .session_state import SessionStage

if TYPE_CHECKING:
    from telemetry.body import Side
    from therapy.plan.plan_item import PlanItem

    from .calibration import CalibrationLevel
    from .questions import Question
    from .session_state import SessionState

__all__ = [
    "SUMMONS_NOBODY",
    "UNWELL_BUTTON",
    "UNWELL_TEXT",
    "AlignSensor",
    "Ask",
    "Assess",
    "Closed",
    "FindRange",
    "Play",
    "Ready",
    "ReadyToAssess",
    "SessionScreen",
    "screen_of",
]

UNWELL_BUTTON: Final = Wording("Non mi sento bene", "I feel unwell")
BREATHE_OUT: Final = Wording("Espiri nello sforzo.", "Breathe out as you push.")
STRAINING_HOLD_S: Final = 2.0
"""A hold from here on comes with the cue to breathe out."""
SHRUNK_DEG: Final = 10.0
"""A range smaller than last time's by more than this is shown: two game days differ by about
1.96·√2 times the error of a day's range."""
UNWELL_TEXT: Final = Wording(
    "La seduta è finita. Questo schermo non chiama nessuno.",
    "The session has ended. This screen summons nobody.",
)
_SENSOR: Final = Wording("Il sensore", "The sensor")
SUMMONS_NOBODY: Final = Wording("Questo schermo non chiama nessuno.", "This screen summons nobody.")
_HALTED: Final = Wording(
    "Oggi niente esercizi, dopo quello che ha risposto. La risposta resta annotata.",
    "No exercises today, after what you answered. The answer is noted.",
)
_FALL_LOCKS: Final = Wording(
    "Gli esercizi in piedi oggi non ci sono: dopo una caduta, detta o non esclusa, restano "
    "bloccati finché il terapista non li sblocca.",
    "Standing exercises were left out: after a fall, told or not ruled out, they stay locked until "
    "the therapist unlocks them.",
)
_UNATTENDED: Final = Wording(
    "Gli esercizi che chiedono un appoggio, o una persona accanto, oggi non ci sono.",
    "Exercises that need a support, or somebody beside you, were left out today.",
)
_UNFOLLOWED: Final = Wording(
    "L'esercizio di prima non si è potuto seguire, per un errore del programma: il movimento è "
    "registrato.",
    "The exercise before could not be followed, because of an error in the program: the movement "
    "is recorded.",
)
_THANKS: Final = Wording("Grazie per il tempo di oggi.", "Thank you for your time today.")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question."""

    question: Question


@dataclass(frozen=True, slots=True)
class AlignSensor:
    """The calibration of a sensor, or of a joint's two, by one level of the ladder.

    Attributes:
        placement: of a joint the distal one.
        text: what the person does now.
        title: the sensor while the person gets ready, then the phase in two words.
        measured: the home measures it: a screen asks to begin or to leave it out.
        phase: what the person is asked for.
        told: what the last attempt found wrong, or why this level comes now.
        again: there was an attempt at this level.
        seen, of: movements of this phase; `of` 0: none are counted.
        exercise, side, posture: whose drawing shows the movement, or where the sensor is worn.
    """

    placement: str
    level: CalibrationLevel
    text: Wording
    title: Wording = _SENSOR
    measured: bool = False
    phase: AlignmentPhase = AlignmentPhase.WAITING
    told: Wording | None = None
    again: bool = False
    seen: int = 0
    of: int = 0
    exercise: str | None = None
    side: Side = "right"
    posture: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The exercise is shown: drawing by its id, cue and common mistake.

    Attributes:
        told: what became of the exercise before, where that needs a word.
    """

    item: PlanItem
    cue: Wording
    mistake: Wording
    told: Wording | None = None


@dataclass(frozen=True, slots=True)
class FindRange:
    """Slow repetitions that find today's range."""

    item: PlanItem
    seen: int
    of: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Play:
    """A game or a guided set.

    Attributes:
        target_deg: today's range within the limit; None: counted only.
        dose: what is left of the day's, in the dose's unit; `done` of it.
        complete: nothing more is gained.
        hold_s: hold to ask for, within the cap.
        paused: a sensor is silent; no penalty.
        signal: "ease" at once, or "steady": no harder in this session.
        may_get_harder: whether the next step may be harder.
        retest_offered: the person may find today's range again.
        ask_effort: ask for the effort now, half-way.
        ask_breath: ask for the breathlessness now.
        measured: an angle may be shown.
        breathe: the cue to breathe out, where holding one's breath is likely.
        notice: today's range is smaller than last time's, by more than error.
    """

    item: PlanItem
    target_deg: float | None
    limit_deg: float | None
    dose: float
    done: float
    complete: bool
    hold_s: float
    paused: bool
    signal: Literal["ease", "steady"] | None
    may_get_harder: bool
    retest_offered: bool
    ask_effort: bool
    ask_breath: bool = False
    measured: bool = True
    breathe: Wording | None = None
    notice: Wording | None = None


@dataclass(frozen=True, slots=True)
class ReadyToAssess:
    """Three repetitions without a target are about to be asked for."""

    item: PlanItem


@dataclass(frozen=True, slots=True)
class Assess:
    """Three repetitions without a target."""

    item: PlanItem
    seen: int
    of: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over."""

    reason: CloseReason
    text: Wording


SessionScreen: TypeAlias = (
    Ask | AlignSensor | Ready | FindRange | Play | ReadyToAssess | Assess | Closed
)


def screen_of(state: SessionState) -> SessionScreen:
    """What to show now."""
    if state.interrupting is not None and not state.closed:
        return Ask(state.interrupting)
    match state.stage:
        case SessionStage.CHECK_IN | SessionStage.CHECK_OUT:
            return Ask(state.asking[0])
        case SessionStage.ALIGN:
            return _place(state)
        case SessionStage.CLOSED:
            return Closed(state.reason, _closing_words(state))
        case _:
            return _exercise_screen(state)


def _place(state: SessionState) -> AlignSensor:
    level, alignment, measuring = state.levels[0], state.alignments[0], state.measuring
    worn_for = next(
        (a.item for a in state.agenda if set(a.item.placements) & set(alignment.placements)),
        state.agenda[0].item if state.agenda else None,
    )
    shown = None if worn_for is None else worn_for.exercise
    posture = "" if worn_for is None else worn_for.in_posture
    side = alignment.side or ("right" if worn_for is None else worn_for.side)
    if not state.measured:
        return AlignSensor(
            alignment.placement,
            level,
            _LEVELS[level],
            exercise=shown,
            side=side,
            posture=posture,
        )
    phase = measuring.phase
    pose_measured = any(
        (known.joint, known.side) == (alignment.joint, alignment.side)
        for known in state.plan.neutral_angles
    )
    moving = phase in (AlignmentPhase.FLEXIONS, AlignmentPhase.RAISES)
    return AlignSensor(
        alignment.placement,
        level,
        asked(alignment, level, phase, pose_measured=pose_measured),
        title=title(alignment, phase),
        measured=True,
        phase=phase,
        told=measuring.told if phase is AlignmentPhase.WAITING else None,
        again=measuring.tried,
        seen=measuring.seen,
        of=MOVEMENTS if moving else 0,
        exercise=shown_exercise(alignment, phase) or shown,
        side=side,
        posture=posture,
    )


def _exercise_screen(state: SessionState) -> SessionScreen:
    item = state.current.item
    match state.stage:
        case SessionStage.READY:
            told = _UNFOLLOWED if state.unfollowed else None
            return Ready(item, item.known.cue, item.known.mistake, told)
        case SessionStage.RANGE:
            return FindRange(item, state.finding.slow, CALIBRATION_REPETITIONS, state.paused)
        case SessionStage.READY_TO_ASSESS:
            return ReadyToAssess(item)
        case SessionStage.ASSESS:
            return Assess(item, state.assessed, CALIBRATION_REPETITIONS)
        case _:
            return _play(state)


def _play(state: SessionState) -> Play:
    entry, today = state.current, state.today
    halfway = state.done >= entry.dose / 2
    target_deg = None if today is None else today.target_deg
    last_deg = state.settings.last_targets.get(entry.item.id)
    holds = not entry.item.known.still and entry.item.paced.hold.s >= STRAINING_HOLD_S
    strains = entry.item.known.rises or holds
    return Play(
        item=entry.item,
        target_deg=target_deg,
        limit_deg=entry.item.limit_deg,
        dose=entry.dose,
        done=state.done,
        complete=state.dose_done,
        hold_s=hold_asked_s(
            entry.item.paced.hold.s, state.plan.limits, still=entry.item.known.still
        ),
        paused=state.paused,
        signal="ease" if state.eased else "steady" if state.unsettled else None,
        may_get_harder=state.may_get_harder,
        retest_offered=state.measures and retest_due(state.reached, state.pain),
        ask_effort=state.plan.check_in.effort and halfway and not state.effort_asked,
        ask_breath=state.plan.check_in.breathlessness and halfway and not state.breath_asked,
        measured=state.measures,
        breathe=BREATHE_OUT if strains else None,
        notice=None
        if target_deg is None or not state.measures
        else shrunk(target_deg, last_deg, SHRUNK_DEG),
    )


def _closing_words(state: SessionState) -> Wording:
    """One kind sentence that names the deed; after "I feel unwell" the clinic's own text."""
    if state.reason is CloseReason.UNWELL:
        own = state.plan.unwell_text
        if own is None or not own.strip():
            return UNWELL_TEXT
        return Wording(f"{own} {SUMMONS_NOBODY.it}", f"{own} {SUMMONS_NOBODY.en}")
    if state.halted_by is not None:
        return _HALTED
    deeds = [_deed(state, item_id, done) for item_id, done in state.totals if done >= 1]
    last = _THANKS if not state.unattended else _UNATTENDED
    last = _FALL_LOCKS if state.fall_locks else last
    if state.unfollowed:
        last = Wording(f"{_UNFOLLOWED.it} {last.it}", f"{_UNFOLLOWED.en} {last.en}")
    if not deeds:
        return last
    return Wording(
        f"Oggi ha fatto {', '.join(d.it for d in deeds)}. {last.it}",
        f"Today you did {', '.join(d.en for d in deeds)}. {last.en}",
    )


def _deed(state: SessionState, item_id: str, done: float) -> Wording:
    item = state.plan.item(item_id)
    name = EXERCISES[item.exercise].name
    counted = (_ONE if round(done) == 1 else _UNITS)[item.asked.unit]
    return Wording(
        f"{done:.0f} {counted.it} ({name.it.lower()})",
        f"{done:.0f} {counted.en} ({name.en.lower()})",
    )


_ONE: Final = {
    "repetitions": Wording("ripetizione", "repetition"),
    "minutes": Wording("minuto", "minute"),
    "holds": Wording("tenuta", "hold"),
}
_UNITS: Final = {
    "repetitions": Wording("ripetizioni", "repetitions"),
    "minutes": Wording("minuti", "minutes"),
    "holds": Wording("tenute", "holds"),
}
_LEVELS: Final = {
    "gravity": Wording("Tenga fermo il corpo per due secondi.", "Keep still for two seconds."),
    "stored": Wording(
        "Tenga fermo il corpo: vale la misura fatta in ambulatorio.",
        "Keep still: the clinic's measurement is used.",
    ),
    "functional": Wording(
        "Con un aiuto: posizione di partenza, poi movimenti lenti.",
        "With a helper: starting position, then slow movements.",
    ),
    "none": Wording(
        "Si gioca contando i movimenti, senza misurare l'angolo.",
        "Movements are counted; the angle is not measured.",
    ),
}
