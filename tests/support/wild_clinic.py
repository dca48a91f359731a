"""A patient to whom everything happens at once: for properties that hold for whatever is told.

Two homes in any zone, of clocks that are days off, and versions of the plan in other zones, about
the nights on which some zone's summer time begins or ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics.monitoring.facts import Fact, FactOrigin
from clinic_facts import PATIENT, PatientStory, at
from telemetry.messages import care
from telemetry.messages.events import CloseReason
from therapy_builders import item, plan

if TYPE_CHECKING:
    from random import Random

    from therapy.plan.plan import Plan

ZONES = (
    "Europe/Rome",
    "America/New_York",
    "America/St_Johns",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
)
CHANGES = (
    date(2023, 3, 12),  # North America
    date(2023, 3, 26),  # Europe
    date(2023, 4, 2),  # Lord Howe, by half an hour
    date(2023, 9, 24),  # New Zealand
    date(2023, 10, 29),  # Europe
    date(2023, 11, 5),  # North America
)
CLOCKS = ("00:30", "01:30", "02:15", "03:00", "05:30", "12:00", "19:45", "23:59")
HOMES = ("01J000000000000000000000HH", "01J000000000000000000000H2")


@dataclass(frozen=True)
class Wild:
    """All facts of a patient, in the order in which they happened, and the moment to look at."""

    facts: tuple[Fact, ...]
    now_ns: int
    plans: tuple[Plan, ...]
    change: date


def any_plan(random: Random, version: int, day: date, zone: str | None = None) -> Plan:
    """A version of the plan in some zone."""
    names = ("abduction", "turn")
    items = [
        item(id=name, dose={"sets": 1, "repetitions": random.randint(3, 20)})
        for name in names[: random.randint(1, 2)]
    ]
    schedule = random.choice(
        [{}, {"times_per_week": random.randint(1, 6)}, {"weekdays": ["mon", "thu", "sat"]}]
    )
    if schedule:
        items = [one | {"schedule": schedule} for one in items]
    return plan(
        *items,
        version=version,
        valid_from=day + timedelta(days=random.randint(-3, 4)),
        time_zone=zone or random.choice(ZONES),
        day_ends=random.choice(("00:00", "03:00", "06:00")),
    )


def wild_clinic(random: Random, days: int = 24, *, versions: int = 3) -> Wild:
    """Something of everything."""
    change = random.choice(CHANGES)
    first = change - timedelta(days=random.randint(3, days - 3))
    stories = [PatientStory(home=home) for home in HOMES]
    clinic, spare = stories
    plans = [any_plan(random, n + 1, first) for n in range(versions)]
    sent = sorted(random.choices(range(days // 2), k=versions))

    def some_day() -> date:
        return first + timedelta(days=random.randrange(days))

    def moment(day: date | None = None) -> int:
        clock, zone = random.choice(CLOCKS), ZoneInfo(random.choice(ZONES))
        return at(day or some_day(), clock, zone)

    for day in [first, *([some_day()] if random.random() < 0.2 else [])]:
        body = {"patient": PATIENT, "t_ns": moment(day)}
        clinic.own(care.Enrolled(**body, site=random.choice(("clinic", "other"))))
    for of, ago in zip(plans, sent, strict=True):
        _sent(random, clinic, of, first + timedelta(days=ago))
    for number in range(random.randint(3, 14)):
        of = random.choice(plans)
        story = random.choice(stories)
        off = random.choice((0,) * 8 + (-1, 1, 30, -9000))
        session = story.session(
            some_day() + timedelta(days=off),
            random.choice((0, 3, 10, 20)),
            clock=random.choice(CLOCKS),
            version=of.version,
            zone=ZoneInfo(of.time_zone),
            of=of,
            answers=random.choice((None, None, {"fallen": True}, {"unwell": True}, {"pain": 3})),
            unwell=random.random() < 0.1,
            reason=random.choice((CloseReason.DONE, CloseReason.DONE, CloseReason.PAIN)),
            assessed_deg=random.choice((None, 100.0, 140.0)),
            pain=random.choice((None, 0, 4, 8)),
        )
        if number % 4 == 0:
            clinic.own(
                care.SessionDayCorrected(
                    patient=PATIENT,
                    t_ns=moment(),
                    home=story.home,
                    session=session,
                    day=random.choice((None, some_day())),
                    by="pt-1",
                )
            )
        if number % 5 == 0:
            _told_twice(random, story, session)
    _said(random, clinic, some_day, moment)
    now_ns = at(first + timedelta(days=days), random.choice(CLOCKS), UTC)
    facts = [*clinic.facts, *spare.facts]
    return Wild(tuple(facts), now_ns, tuple(plans), change)


def _sent(random: Random, story: PatientStory, of: Plan, day: date) -> None:
    """A version is published, now and then twice, and answered by a home's own clock."""
    head = {"patient": PATIENT, "version": of.version}
    for again in range(1 + (random.random() < 0.2)):
        content = of if not again else any_plan(random, of.version, day)
        sent_ns = at(day, random.choice(CLOCKS), ZoneInfo("Europe/Rome"))
        body = content.model_dump(mode="json")
        story.own(care.PlanPublished(**head, t_ns=sent_ns, site="clinic", plan=body))
    for state in random.choice(((), ("taken",), ("refused",), ("refused", "taken"))):
        answered_ns = at(day + timedelta(days=random.randint(0, 3)), random.choice(CLOCKS), UTC)
        off_ns = random.choice((0, 0, 0, -86_400, 86_400, -5 * 86_400)) * 1_000_000_000
        fields = {"t_ns": answered_ns, "state": state, "home_ns": answered_ns + off_ns}
        story.own(care.PlanAnswered(**head, **fields))


def _told_twice(random: Random, story: PatientStory, session: str) -> None:
    """A record of the session again at another place, as it was or with other content."""
    mine = [f for f in story.facts if f.session == session]
    for fact in random.sample(mine, 2):
        story._count += 1
        body = fact.body
        if hasattr(body, "t_ns") and random.random() < 0.5:
            body = body.model_copy(update={"t_ns": body.t_ns + 3_600_000_000_000})
        place = FactOrigin(own=False, home=story.home, position=story._count)
        story.facts.append(Fact(place, body, session))


def _said(random: Random, story: PatientStory, some_day, moment) -> None:
    """What the clinic says of days, treatment and alerts."""
    head = {"patient": PATIENT, "by": "pt-1"}
    for _ in range(random.randint(0, 3)):
        first = some_day()
        span = {"first": first, "last": first + timedelta(days=random.randint(0, 4))}
        lifted = random.random() < 0.3
        story.own(care.DaysExcused(**head, **span, t_ns=moment(), lifted=lifted))
    for _ in range(random.randint(0, 3)):
        amount = random.choice((None, 0.0, 7.5, 20.0))
        done = {"day": some_day(), "item": "abduction", "amount": amount}
        story.own(care.DoneCorrected(**head, **done, t_ns=moment()))
    for _ in range(random.randint(0, 3)):
        resumed = random.random() < 0.5
        story.own(care.TreatmentPaused(**head, t_ns=moment(), since=some_day(), resumed=resumed))
    if random.random() < 0.3:
        story.own(care.Discharged(**head, t_ns=moment()))
    for kind in random.sample(("few days", "unwell", "fall", "pain", "data", "start"), 2):
        snoozed = random.choice((None, some_day()))
        story.seen(kind, some_day(), t_ns=moment(), snooze_until=snoozed)
    for _ in range(random.randint(0, 2)):
        story.own(care.HomeHeard(patient=PATIENT, t_ns=moment()))
