"""Small builders for therapy: a plan, a session, and somebody who goes through it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from asking import request_of
from builders import SESSION, T0_NS
from telemetry.messages.events import Worn
from telemetry.messages.live import RepetitionCounted
from telemetry.messages.newer import first_problem
from therapy.plan.plan import Plan
from therapy.session.agenda import agenda_of
from therapy.session.questions import untroubled_answer
from therapy.session.screens import AlignSensor, Ask, Ready, ReadyToAssess, screen_of
from therapy.session.session import advance, open_session
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import Moment, Tick

STREAM = "01J0000000000000000000000S"
MONDAY = date(2023, 11, 13)
WRIST = Worn(wearable="dot-1", model="movella-dot", placement="wrist-right")


def item(**more) -> dict:
    """An abduction, standing, two sets of ten."""
    fields = {
        "id": "abduction",
        "exercise": "arm-abduction",
        "side": "right",
        "placements": ["wrist-right"],
        "dose": {"sets": 2, "repetitions": 10},
        "limit_deg": 150,
        "assessment": "never",
    }
    return fields | more


def plan(*items: dict, **more) -> Plan:
    """A plan of one patient, version 1, from the first of 2023."""
    fields = {"patient": "p-1", "version": 1, "valid_from": "2023-01-01"}
    return Plan.model_validate(fields | {"items": list(items) or [item()]} | more)


@dataclass
class Session:
    """A session under way, and the events it gave so far."""

    plan: Plan = field(default_factory=plan)
    options: dict = field(default_factory=dict)
    now_ns: int = T0_NS
    samples: int = 0

    def __post_init__(self) -> None:
        options = dict(self.options)
        day = self.plan.day_of(self.now_ns)
        agenda = options.pop("agenda", None) or agenda_of(self.plan, day)
        options.setdefault("worn", (WRIST,))
        settings = SessionSettings(plan=self.plan, site="site", agenda=agenda, **options)
        opened = open_session(settings, session=SESSION, moment=self.moment)
        self.state, self.events = opened.state, list(opened.events)
        self.requests = 0
        self.repetitions = 0

    @property
    def moment(self) -> Moment:
        return Moment(self.now_ns, {STREAM: self.samples})

    @property
    def screen(self):
        return screen_of(self.state)

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def happen(self, what, *, after_s: float = 1.0) -> str | None:
        self.now_ns += round(after_s * 1e9)
        self.samples += round(after_s * 60)
        step = advance(self.state, what, self.moment)
        self.state = step.state
        self.events += step.events
        return step.refused

    def ask(self, what: str, /, **value) -> str | None:
        """Send a request; gives why it was refused."""
        self.requests += 1
        request = f"01J{self.requests:023d}"
        try:
            wish = request_of(what, **value)
        except ValidationError as e:
            return f"{what}: {first_problem(e)}"
        return self.happen(wish.stamped(request, SESSION))

    def repeat(self, peak_deg: float | None = 120.0, *, after_s: float = 7.0, **more) -> None:
        """One repetition of the item at hand."""
        self.repetitions += 1
        target = self.state.today.target_deg if self.state.today else None
        reached = peak_deg / target if target and peak_deg is not None else 1.0
        fields = {
            "session": SESSION,
            "item": self.state.current.item.id,
            "number": self.repetitions,
            "t_ns": self.now_ns,
            "range_deg": peak_deg,
            "peak_deg": peak_deg,
            "reached": reached,
        }
        self.happen(RepetitionCounted(**(fields | more)), after_s=after_s)

    def tick(self, after_s: float = 1.0, *, samples: bool = True) -> None:
        last_ns = self.now_ns + round(after_s * 1e9) if samples else None
        self.happen(Tick(last_ns), after_s=after_s)

    def answer(self, **answers) -> None:
        """Answer all open questions; those not named as somebody without complaints does."""
        while isinstance(self.screen, Ask):
            question = self.screen.question
            value = answers.get(question.id, untroubled_answer(question))
            assert self.ask("check.answered", question=question.id, answer=value) is None
            if self.state.closed:
                return

    def to_exercise(self, **answers) -> None:
        """Through check-in and segment calibration up to the open exercise."""
        self.answer(**answers)
        while isinstance(self.screen, AlignSensor):
            assert self.ask("segment.calibrated", passed=True) is None
        assert isinstance(self.screen, Ready)
        assert self.ask("exercise.started") is None

    def to_play(self, peak_deg: float | None = 120.0, **answers) -> None:
        """Up to today's range found."""
        self.to_exercise(**answers)
        for _ in range(3):
            self.repeat(peak_deg)

    def through(self) -> None:
        """From the open exercise to the close, all exercises, as asked."""
        while not self.state.closed:
            if isinstance(self.screen, ReadyToAssess):
                self.ask("assessment.started")
            elif self.state.open_item:
                self.repeat()
                if self.state.open_item and self.state.dose_done:
                    self.ask("exercise.ended", reason="done")
            elif isinstance(self.screen, Ready):
                self.ask("exercise.started")
            elif isinstance(self.screen, Ask):
                self.answer()
            else:
                self.repeat()
