"""The clinic's troubles as points: each with its own patient, so that erasing reaches it."""

import pytest

from ripresa.care.operations import status_points
from telemetry.transport.topics import HomeTopics

EVERYBODY = ("p-1", "p-10", "p-100", "10", "north", "page")


def whose(kind, subject):
    trouble = {"kind": kind, "subject": subject, "since_ns": 0, "grave": False, "it": "", "en": ""}
    document = {
        "well": True,
        "waiting": {"messages": 0},
        "dead_letters": 0,
        "held": 0,
        "followers": [],
        "homes": [{"patient": patient} for patient in EVERYBODY],
        "troubles": [trouble],
    }
    return next(
        dict(p.tags)["patient"]
        for p in status_points(document, "north", 0)
        if p.measurement == "trouble"
    )


@pytest.mark.parametrize("patient", EVERYBODY)
def test_a_trouble_is_its_own_patients_however_alike_another_is_named(patient):
    assert whose("clock at home", patient) == patient
    assert whose("days set aside", patient) == patient
    assert whose("new home", f"north/{patient}") == patient
    assert whose("quota passed", HomeTopics("north", patient).record) == patient


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("broker away", "10.0.0.10:1883"),
        ("program failed", "page"),
        ("clock wrong", "2026-10-10"),
        ("quota passed", "somewhere/else/p-1"),
        ("quota passed", "ripresa/north/survey"),
    ],
)
def test_a_trouble_of_nobody_names_no_patient(kind, subject):
    assert whose(kind, subject) == ""


@pytest.mark.parametrize(("part", "tag"), [("", ""), ("1/4", ",part=1/4")])
def test_parts_of_one_site_do_not_write_over_each_other(part, tag):
    document = {
        "well": True,
        "waiting": {"messages": 0},
        "dead_letters": 0,
        "held": 0,
        "followers": [{"name": "influx:therapy", "lag": 0, "set_aside": 0}],
        "troubles": [],
    }
    lines = [p.line().decode() for p in status_points(document, "north", 0, part)]
    assert lines[0].startswith(f"clinic{tag},site=north ")
    assert lines[1].startswith(f"follower,name=influx:therapy{tag},site=north ")
