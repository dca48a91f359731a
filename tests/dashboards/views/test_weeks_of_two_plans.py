"""Four weeks that hold more than one plan: what is asked, done and aimed at belongs together."""

from datetime import date

import pytest

from analytics.monitoring.worklist import MonitoredHours, work_line
from clinic_facts import MONDAY, PATIENT, PatientStory, at, days_before, figures, started
from dashboards.report.patient_report import report_html
from dashboards.views.exercise_row import exercise_rows
from dashboards.views.patient_view import first_shown, patient_view
from dashboards.views.trend_view import TrendSession, trend_views
from dashboards.views.work_view import patient_line, patient_summary
from telemetry.messages.around.episode import EpisodeNoted, StandingUnlocked
from telemetry.messages.events import CheckAnswered, SegmentCalibrated
from telemetry.messages.results import SessionResult
from telemetry.seams import SessionSummary
from therapy_builders import item, plan

FIRST = first_shown(MONDAY)
DAILY = {"times_per_week": 7}


def recorded(story: PatientStory) -> list[TrendSession]:
    """The story's sessions as the journal has them, oldest first."""
    found = {}
    for fact in story.facts:
        if fact.session is not None:
            found.setdefault(fact.session, []).append(fact.body)
    sessions = []
    for session, bodies in found.items():
        opened, *_ = bodies
        summary = SessionSummary(
            session=session,
            patient=PATIENT,
            day=opened.day,
            opened_ns=opened.t_ns,
            closed_ns=None,
            reason=None,
        )
        results = [b for b in bodies if isinstance(b, SessionResult)]
        events = [b for b in bodies if not isinstance(b, SessionResult)]
        sessions.append(TrendSession(summary=summary, events=events, results=results))
    return sorted(sessions, key=lambda s: s.day)


def rows(story):
    return {row.item: row for row in exercise_rows(figures(story), FIRST, recorded(story))}


def told_plan(version, day, *items, schedule=DAILY):
    asked = [{"schedule": schedule} | one for one in items]
    return plan(*asked, version=version, valid_from=day.isoformat())


def followed(story, *plans):
    """Each plan sent and taken on its first day."""
    for one in plans:
        story.published(one, one.valid_from).answered(one.valid_from, one.version)
    return story


@pytest.mark.parametrize("changed_ago", [1, 3, 10])
def test_what_was_done_by_an_earlier_version_stands_beside_what_that_one_asked_for(changed_ago):
    before, after = days_before(40), days_before(changed_ago)
    story = followed(
        PatientStory().enrolled(before),
        told_plan(1, before, item(dose={"sets": 2, "repetitions": 10})),
        told_plan(2, after, item(dose={"sets": 1, "repetitions": 5})),
    )
    days = (MONDAY - FIRST).days
    for ago in range(days, 0, -1):
        done, version = (20, 1) if ago > changed_ago else (5, 2)
        story.session(days_before(ago), done, version=version)
    row = rows(story)["abduction"]
    assert row.done == row.asked == 20 * (days - changed_ago) + 5 * changed_ago
    assert row.done_days == days


def test_an_id_that_another_exercise_had_before_shows_nothing_of_that_one():
    before, after = days_before(20), days_before(4)
    story = followed(
        PatientStory().enrolled(before),
        told_plan(1, before, item()),
        told_plan(2, after, item(side="left", placements=["wrist-left"])),
    )
    for ago in (9, 7, 3):
        story.session(days_before(ago), 20, version=1 if ago > 4 else 2)
    story.heard(MONDAY)
    row = rows(story)["abduction"]
    assert (row.done, row.done_days, row.last) == (0, 0, None)
    assert row.asked == 20 * 4


def test_days_that_were_excused_or_of_which_nothing_is_known_ask_for_nothing():
    first = days_before(9)
    story = followed(PatientStory().enrolled(first), told_plan(1, first, item()))
    for ago in (9, 8):
        story.session(days_before(ago), 20)
    story.excused(days_before(7), days_before(6)).heard(days_before(4))
    row = rows(story)["abduction"]
    assert (row.done, row.asked) == (40, 20 * 4)  # two done, two excused, two missed, three unknown


def test_weekdays_are_counted_as_the_days_that_they_are():
    first = days_before(10)  # a Friday
    three = {"weekdays": ["mon", "wed", "fri"]}
    story = followed(PatientStory().enrolled(first), told_plan(1, first, item(), schedule=three))
    story.heard(MONDAY)
    assert rows(story)["abduction"].asked == 20 * 4  # two Fridays, a Monday, a Wednesday


@pytest.mark.parametrize(
    ("schedule", "planned"),
    [({"weekdays": ["mon", "wed", "fri"]}, 9), ({"times_per_week": 2}, 6), (DAILY, 21)],
)
def test_the_summary_counts_as_planned_only_days_that_asked_for_something(schedule, planned):
    first = FIRST
    story = followed(PatientStory().enrolled(first), told_plan(1, first, item(), schedule=schedule))
    story.session(first, 20)
    story.heard(MONDAY)
    told = patient_summary(figures(story))
    assert f"active days 1 of {planned} planned, " in told.en
    assert f"giorni attivi 1 su {planned}, " in told.it


def test_the_summary_tells_days_that_lower_no_figure_apart():
    first = days_before(9)
    story = followed(PatientStory().enrolled(first), told_plan(1, first, item()))
    story.session(first, 20)
    story.excused(days_before(7), days_before(6)).heard(days_before(4))
    told = patient_summary(figures(story))
    assert "active days 1 of 4 planned (apart 2 excused, 3 unknown)" in told.en
    assert "giorni attivi 1 su 4 (a parte 2 giustificati, 3 non noti)" in told.it
    shown = figures(story).period
    assert shown.sessions == pytest.approx(1 / 4)


def test_whose_review_is_due_is_told_since_its_day_also_before_the_first_session():
    story = started()
    story.heard(MONDAY)
    due = days_before(2)
    story.own(EpisodeNoted(patient=PATIENT, t_ns=at(ENROLLED_ON), by="pt-1", review=due))
    line = work_line(figures(story))
    shown = patient_line(line, with_alerts=True)
    first = shown.reasons[0]
    assert shown.since == first.since


ENROLLED_ON = days_before(39)


def aimed(story, day, version=1):
    """An assessment of abduction whose sensor was calibrated."""
    session = story.session(day, 0, assessed_deg=120.0, version=version)
    for n, fact in enumerate(story.facts):
        if fact.session == session and isinstance(fact.body, CheckAnswered):
            passed = SegmentCalibrated(
                session=session,
                number=fact.body.number,
                t_ns=fact.body.t_ns,
                placement="wrist-right",
                passed=True,
                level="gravity",
            )
            story.facts[n] = fact.__class__(fact.origin, passed, session)
    return session


def test_an_assessment_is_of_its_items_posture_and_so_is_what_it_aims_at():
    first = days_before(20)
    seated = item(id="first", exercise="elbow-bend", posture="seated", limit_deg=None)
    standing = item(posture="standing", target_deg=100)
    other = item(id="other", posture="seated", target_deg=60)
    story = followed(
        PatientStory().enrolled(first),
        told_plan(1, first, seated, standing, other),
    )
    # By its first item the session is seated.
    aimed(story, days_before(3))
    for n, fact in enumerate(story.facts):
        if getattr(fact.body, "posture", None) == "standing":
            body = fact.body.model_copy(update={"posture": "seated"})
            story.facts[n] = fact.__class__(fact.origin, body, fact.session)
    (trend,) = trend_views(figures(story), date(2023, 1, 1))
    assert (trend.posture, trend.target_deg) == ("standing", 100)


@pytest.mark.parametrize("cleared", [True, False])
@pytest.mark.parametrize("answer", [True, None])
def test_standing_that_a_fall_locks_is_not_called_cleared_until_it_is_unlocked(answer, cleared):
    first, fell = days_before(20), days_before(3)
    limits = {"cleared_for_standing": cleared}
    stands = item(id="stand", exercise="sit-to-stand", placements=["thigh-right"], limit_deg=None)
    told = plan(stands, item(), valid_from=first.isoformat(), limits=limits)
    story = followed(PatientStory().enrolled(first), told)
    story.session(days_before(5))

    def shown():
        return patient_view(figures(story), recorded(story), hours=MonitoredHours())

    def held():
        return {one.item: one.locked for one in shown().plan.items}

    assert told.item("stand").needs_clearance
    assert held() == {"stand": not cleared, "abduction": False}
    before = held()
    story.session(fell, 0, answers={"fallen": answer})
    assert shown().plan.fall_locked_since == str(fell)
    assert held() == {"stand": True, "abduction": False}
    for language, text in (("it", "trattenuto dal"), ("en", "kept back since")):
        assert f"{text} {fell}" in report_html(shown(), language)
    story.own(StandingUnlocked(patient=PATIENT, t_ns=at(days_before(2)), by="pt-1"))
    assert shown().plan.fall_locked_since is None
    assert held() == before


def test_what_was_refused_or_never_taken_is_no_more_on_its_way_once_a_later_one_is_in_force():
    first = days_before(20)
    story = followed(PatientStory().enrolled(first), told_plan(1, first, item()))
    story.session(days_before(10))

    def coming():
        return patient_view(figures(story), recorded(story)).coming

    def sent(version, ago):
        story.published(told_plan(version, days_before(ago), item()), days_before(ago))

    assert coming() == ()
    sent(2, 8)
    story.answered(days_before(8), 2, "refused")
    assert coming() == (2,)
    sent(3, 7)
    assert coming() == (3,)
    sent(4, 5)
    assert coming() == (4,)
    story.answered(days_before(5), 4)
    assert coming() == ()
