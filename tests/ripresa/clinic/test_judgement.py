"""The clinic judges days and keeps alerts: after sessions, at the end of days, once each."""

from datetime import date, timedelta

import pytest

from analytics.monitoring.alerts import Acknowledgement
from builders import STREAM
from ingest.journal.journal import Journal
from journals import event_record, result_record
from ripresa.clinic.care_journal import JournalCareRecord
from ripresa.clinic.judgement import Judgement
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid
from telemetry.messages.events import CloseReason, SessionClosed, SessionOpened, UnwellReported
from telemetry.messages.results import ItemResult, Repetition, SessionResult
from therapy.plan.plan_file import sample_plan

DAY_NS = 86_400 * 1_000_000_000
NOON_NS = 1_768_388_400_000_000_000
"""Wednesday, 14 January 2026, 12:00 in Rome."""
TODAY = date(2026, 1, 14)


class Clinic:
    """A clinic's journal with one patient, and a clock that stands still."""

    def __init__(self, folder):
        self.clock = ManualClock(NOON_NS)
        self.journal = Journal.open(folder / "clinic.sqlite", self.clock)
        self.plans = PlanFolder(folder / "plans")
        plan = sample_plan()
        self.patient = plan.patient
        items = tuple(i for i in plan.items if i.id == "abduction")
        self.plans.add(plan.model_copy(update={"items": items}))
        self.care = JournalCareRecord(self.journal, self.plans, self.clock)
        self.heard_ns = NOON_NS
        self.judgement = Judgement(
            self.journal, self.care, self.plans.patients, lambda _: self.heard_ns, self.clock
        )

    def session(self, days_ago, *, repetitions=20, unwell=False):
        t_ns = NOON_NS - days_ago * DAY_NS
        session = new_ulid(ManualClock(t_ns))
        head = {"session": session, "t_ns": t_ns}
        events = [
            SessionOpened(
                **head,
                number=0,
                patient=self.patient,
                site="clinic",
                plan_version=1,
                day=(TODAY - timedelta(days=days_ago)).isoformat(),
                posture="standing",
            ),
            *([UnwellReported(**head, number=1)] if unwell else []),
            SessionClosed(**head, number=1 + unwell, reason=CloseReason.DONE),
        ]
        done = tuple(
            Repetition(
                number=i + 1,
                start_index=60 * i,
                peak_index=60 * i + 30,
                end_index=60 * i + 59,
                start_s=float(i),
                end_s=i + 0.99,
                range_deg=120.0,
                peak_deg=150.0,
                up_s=2.0,
                hold_s=1.0,
                down_s=2.0,
            )
            for i in range(repetitions)
        )
        item = ItemResult(
            item="abduction",
            exercise="arm-abduction",
            side="right",
            stream=STREAM,
            rate_hz=60,
            repetitions=done,
            range_of_motion=None,
        )
        result = SessionResult(
            session=session, core_version="1", plan_version=1, provisional=False, items=(item,)
        )
        records = [event_record(e) for e in events] + [result_record(result)]
        self.journal.append_now(records)
        return session


@pytest.fixture
def clinic(tmp_path):
    found = Clinic(tmp_path)
    yield found
    found.journal.close()


def states(clinic):
    return {d.day: d.state for d in clinic.care.days(clinic.patient)}


def test_finished_days_are_judged_and_missed_ones_are_explicit(clinic):
    clinic.session(3)
    clinic.session(1, repetitions=10)
    clinic.judgement.look()
    assert states(clinic) == {
        "2026-01-11": "measured",
        "2026-01-12": "missed",
        "2026-01-13": "measured",
    }
    doses = {d.day: d.dose for d in clinic.care.days(clinic.patient)}
    assert doses == {"2026-01-11": 1.0, "2026-01-12": 0.0, "2026-01-13": 0.5}


def test_judging_again_writes_nothing(clinic):
    clinic.session(3)
    clinic.judgement.look()
    before = clinic.journal.last_seq()
    clinic.judgement.judge(clinic.patient, TODAY)
    assert clinic.journal.last_seq() == before


def test_a_silent_home_makes_days_unknown_until_its_sessions_arrive(clinic):
    clinic.session(4)
    clinic.heard_ns = NOON_NS - 4 * DAY_NS
    clinic.judgement.look()
    assert states(clinic)["2026-01-12"] == "unknown"
    clinic.session(2)
    clinic.judgement.look()
    assert states(clinic)["2026-01-12"] == "measured"


async def test_the_end_of_a_day_judges_it(clinic):
    clinic.session(0)
    clinic.judgement.look()
    assert states(clinic) == {}
    await clinic.clock.advance(86_400)
    clinic.judgement.look()
    assert states(clinic) == {"2026-01-14": "measured"}


def test_unwell_raises_one_alert_that_stays_acknowledged(clinic):
    clinic.session(0, unwell=True)
    clinic.judgement.look()
    (alert,) = [a for a in clinic.care.alerts() if a.kind == "unwell"]
    assert alert.patient == clinic.patient
    seen = Acknowledgement(by="pt-1", day=TODAY, action="called")
    clinic.care.acknowledge(clinic.patient, "unwell", alert.number, seen)
    clinic.judgement.judge(clinic.patient, TODAY)
    (alert,) = [a for a in clinic.care.alerts() if a.kind == "unwell"]
    assert alert.acknowledgement == seen


def test_an_alert_that_is_not_there_cannot_be_acknowledged(clinic):
    seen = Acknowledgement(by="pt-1", day=TODAY, action="called")
    with pytest.raises(ConfigurationError, match="read the list again"):
        clinic.care.acknowledge(clinic.patient, "pain", 1, seen)


def test_care_outlives_its_process(clinic):
    clinic.session(1, unwell=True)
    clinic.judgement.look()
    again = JournalCareRecord(clinic.journal, clinic.plans, clinic.clock)
    assert again.days(clinic.patient) == clinic.care.days(clinic.patient)
    assert list(again.alerts()) == list(clinic.care.alerts())
