"""Where a patient's figures stand in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic_facts import MONDAY, PATIENT, PatientStory, at, days_before, figures
from ripresa.care.figure_points import figure_points
from telemetry.messages import care
from wild_clinic import ZONES

NS_PER_S = 1_000_000_000
NIGHTS = (date(2023, 3, 26), date(2023, 10, 29), date(2023, 4, 2), date(2023, 9, 24))


def stands(points, measurement):
    return [p for p in points if p.measurement == measurement]


@pytest.mark.parametrize("night", NIGHTS)
def test_a_day_stands_on_its_own_date_there_and_in_utc_in_every_zone(night):
    story = PatientStory().enrolled(night - timedelta(days=4)).published(day=night - timedelta(4))
    story.answered(night - timedelta(days=4)).heard(night + timedelta(days=4))
    shown = figures(story, at(night + timedelta(days=3)))
    for name in ZONES:
        zone = ZoneInfo(name)
        for point in stands(figure_points(shown, zone), "adherence_day"):
            moment = datetime.fromtimestamp(point.t_ns / NS_PER_S, UTC)
            assert moment.date().isoformat() == point.fields["day"]
            assert moment.astimezone(zone).date().isoformat() == point.fields["day"]


def test_alerts_of_wrong_clocks_stand_today_each_in_a_place_of_its_own():
    story = PatientStory().enrolled(days_before(3)).published(day=days_before(3))
    story.answered(days_before(3)).heard(MONDAY)
    for day in (date(1970, 1, 1), date(1, 1, 1), date(9999, 12, 30), date(2031, 1, 1)):
        told = PatientStory(home=f"01J0000000000000000{day.year:07d}")
        told.session(days_before(1), 0, answers={"fallen": True})
        story.facts += [_dated(fact, day) for fact in told.facts]
    shown = figures(story)
    alerts = stands(figure_points(shown, ZoneInfo("Europe/Rome")), "alert")
    falls = [alert for alert in alerts if alert.tags["kind"] == "fall"]
    assert len({p.key for p in falls}) == len(falls) == 4
    assert {datetime.fromtimestamp(p.t_ns / NS_PER_S, UTC).date() for p in falls} == {MONDAY}


def _dated(fact, day):
    if not hasattr(fact.body, "day"):
        return fact
    body = fact.body.model_copy(update={"day": day.isoformat()})
    return type(fact)(fact.origin, body, fact.session)


def test_who_is_discharged_waits_for_nobody_in_the_database_either():
    story = PatientStory().enrolled().published().answered().heard(MONDAY)
    story.session(days_before(4), 0, answers={"fallen": True})
    zone = ZoneInfo("Europe/Rome")
    (before,) = stands(figure_points(figures(story), zone), "patient")
    assert before.fields["waiting"]
    head = {"patient": PATIENT, "kind": "fall", "opened": days_before(4), "digest": "0" * 16}
    story.own(care.AlertShown(t_ns=at(days_before(4), "13:00"), **head))
    story.own(care.Discharged(patient=PATIENT, t_ns=at(days_before(2)), by="pt-1"))
    (after,) = stands(figure_points(figures(story), zone), "patient")
    assert (after.fields["waiting"], after.fields["kind"], after.fields["active"]) == (0, None, 0)
    assert {p.fields["waiting"] for p in stands(figure_points(figures(story), zone), "alert")} == {
        0
    }
    story.session(days_before(1), 0, answers={"fallen": True})
    (later,) = stands(figure_points(figures(story), zone), "patient")
    told = later.fields
    assert (told["state"], told["waiting"], told["kind"], told["active"]) == (
        "discharged",
        1,
        "fall",
        1,
    )
