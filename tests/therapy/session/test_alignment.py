"""Segment calibration in a session whose home measures it: always to play, no zero by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.calibration.finding import WORDS, CalibrationFinding
from builders import SESSION
from telemetry.errors import ConfigurationError
from telemetry.messages.events import HingeCalibration, SegmentCalibrated, Worn
from telemetry.messages.live import SensorSilent
from telemetry.messages.requests import CalibrateSegment
from therapy.exercises.joint import JOINTS, joint_between
from therapy.exercises.observable import TABLE, Quantity
from therapy.plan.plan_calibration import calibrations_toml, measured_calibrations
from therapy.plan.plan_change import changes
from therapy.plan.plan_file import PlanError, parse_plan_json, parse_plan_toml
from therapy.session.alignment import (
    MOST_ATTEMPTS,
    Alignment,
    AlignmentPhase,
    SegmentFound,
    SegmentProgress,
    alignments_of,
    neutral_deg,
)
from therapy.session.alignment_words import asked, sensor_at, title
from therapy.session.screens import AlignSensor, FindRange, Play, Ready
from therapy_builders import STREAM, Session, item, plan

HINGE = HingeCalibration(
    proximal="upper-arm-right",
    distal="forearm-right",
    proximal_axis=(0, 0, 1),
    distal_axis=(0, 0.6, 0.8),
    zero_rad=0.25,
)
UNWELL = WORDS[CalibrationFinding.NOT_STILL]
MEASURED_25 = [{"joint": "elbow", "side": "right", "angle_deg": 25}]


def elbow(**more):
    bend = item(
        id="bend",
        exercise="elbow-bend",
        posture="seated",
        placements=["forearm-right", "upper-arm-right"],
        limit_deg=140,
        clinician_range_deg=60,
    )
    return plan(bend, **({"calibration": "functional", "helper": True} | more))


def worn(*placements):
    return tuple(Worn(wearable=f"dot-{p}", model="dot", placement=p) for p in placements)


def placed(the_plan=None, **more):
    """A session that a home measures, at its first calibration."""
    options = {"worn": worn("forearm-right", "upper-arm-right"), "measured": True}
    session = Session(the_plan or elbow(), options | {"helper_present": True} | more)
    session.answer()
    return session


def found(session, *, passed=True, note=UNWELL, **more):
    state = session.state
    fields = {"attempt": state.measuring.attempt, "placement": state.alignments[0].placement}
    session.happen(SegmentFound(**(fields | more), passed=passed, note=note))


def begin(session):
    assert session.ask("segment.calibrated", ask="begin") is None


def calibrated(session):
    return [e for e in session.events if isinstance(e, SegmentCalibrated)]


def test_a_joints_two_sensors_are_one_calibration():
    items = elbow().items
    assert alignments_of(items, ["upper-arm-right", "forearm-right"]) == (
        Alignment("forearm-right", "upper-arm-right", "elbow"),
    )
    assert alignments_of(items, ["forearm-right"]) == (Alignment("forearm-right", hangs=True),)


def test_a_sensor_of_a_pair_that_another_item_sees_alone_is_calibrated_too():
    raising = item(posture="seated", placements=["upper-arm-right"])
    both = [*elbow().items, plan(raising).items[0]]
    assert alignments_of(both, ["forearm-right", "upper-arm-right"]) == (
        Alignment("forearm-right", "upper-arm-right", "elbow"),
        Alignment("upper-arm-right", hangs=True),
    )


def test_the_other_sides_sensor_is_not_taken_for_the_pair():
    assert alignments_of(elbow().items, ["forearm-right", "upper-arm-left"]) == (
        Alignment("forearm-right", hangs=True),
    )
    assert joint_between("upper-arm-left", "forearm-right") is None


def test_a_sensor_that_no_exercise_uses_is_not_calibrated():
    """A chest strap worn for its heart rate senses motion, too."""
    raising = plan(item(posture="seated", placements=["upper-arm-right"])).items
    assert alignments_of(raising, ["upper-arm-right"]) == alignments_of(
        raising, ["upper-arm-right", "foot-left"]
    )


def test_every_pair_in_the_table_of_observables_is_a_known_joint():
    pairs = {
        (row.sites[1], row.sites[0])
        for row in TABLE
        if row.quantity is Quantity.FLEXION and len(row.sites) == 2
    }
    assert pairs == JOINTS.keys()


def test_a_screen_cannot_say_that_a_calibration_passed():
    session = placed()
    before = session.state
    assert "the home measures it" in session.ask("segment.calibrated", passed=True)
    assert session.state == before


def test_a_measured_joint_is_recorded_with_what_was_measured():
    session = placed()
    begin(session)
    assert session.screen.phase is AlignmentPhase.STILL
    attempt = session.state.measuring.attempt
    session.happen(SegmentProgress(attempt, AlignmentPhase.FLEXIONS, 2))
    assert (session.screen.seen, session.screen.of) == (2, 3)
    assert session.screen.exercise == "elbow-bend"
    found(session, hinge=HINGE)
    (event,) = calibrated(session)
    assert (event.placement, event.level, event.passed) == ("forearm-right", "functional", True)
    assert event.hinge == HINGE
    assert isinstance(session.screen, Ready)


def test_what_was_wrong_is_told_once_more_then_an_easier_level_comes_then_counting():
    session = placed()
    begin(session)
    found(session, passed=False)
    assert session.screen.told == UNWELL
    assert session.screen.again
    assert session.screen.level == "functional"
    begin(session)
    found(session, passed=False)
    assert session.screen.level == "gravity"
    assert session.screen.told != UNWELL
    for _ in range(MOST_ATTEMPTS):
        begin(session)
        found(session, passed=False)
    assert session.screen.level == "none"
    begin(session)
    assert [(e.level, e.passed) for e in calibrated(session)] == [
        ("functional", False),
        ("gravity", False),
        ("none", False),
    ]
    assert calibrated(session)[0].note == UNWELL.it
    assert session.state.unplaced == {"forearm-right", "upper-arm-right"}
    session.ask("exercise.started")
    assert isinstance(session.screen, Play)
    assert session.screen.target_deg == 60


def test_a_silent_sensor_is_told_and_is_no_failed_attempt():
    session = placed()
    for _ in range(5):
        begin(session)
        found(session, passed=False, blameless=True)
    assert session.screen.level == "functional"
    assert session.screen.told == UNWELL
    assert calibrated(session) == []


def test_an_outcome_that_comes_too_late_is_not_taken_for_the_next_level():
    session = placed()
    begin(session)
    late = session.state.measuring.attempt
    session.ask("segment.calibrated", ask="cannot")
    found(session, attempt=late)
    assert session.screen.level == "gravity"
    assert [e.passed for e in calibrated(session)] == [False]


def test_a_measurement_without_an_end_is_given_up():
    session = placed()
    begin(session)
    for _ in range(61):
        session.tick()
    assert session.screen.phase is AlignmentPhase.WAITING
    assert session.screen.again


def test_a_silent_sensor_keeps_no_measurement_open():
    session = placed()
    session.happen(SensorSilent(session=SESSION, stream=STREAM, silent=True))
    for _ in range(130):
        session.tick()
    begin(session)
    for _ in range(61):
        session.tick()
    assert session.screen.phase is AlignmentPhase.WAITING


def test_getting_ready_takes_as_long_as_it_takes():
    session = placed()
    for _ in range(300):
        session.tick()
    assert session.screen.level == "functional"


def test_a_single_sensor_has_no_functional_level():
    session = placed(worn=worn("forearm-right"))
    assert session.screen.level == "gravity"


def test_a_contracture_without_its_angle_has_no_functional_level_and_with_it_has():
    unknown = elbow(neutral_pose=False)
    assert placed(unknown).screen.level == "gravity"
    known = elbow(neutral_pose=False, neutral_angles=MEASURED_25)
    assert placed(known).screen.level == "functional"
    assert neutral_deg(known, placed(known).state.alignments[0]) == 25
    assert neutral_deg(known, Alignment("forearm-left", "upper-arm-left", "elbow")) is None


def test_what_the_clinic_stored_makes_the_stored_level():
    stored = elbow(calibration="stored", calibrations=[HINGE.model_dump()])
    assert placed(stored).screen.level == "stored"
    other = placed(stored, worn=worn("wrist-right", "upper-arm-right"))
    assert other.screen.level == "gravity"
    assert placed(stored, worn=worn("forearm-right")).screen.level == "gravity"


steps = st.lists(
    st.sampled_from(
        ["begin", "cannot", "passed", "x", "ok", "no", "silent", "late", "moving", "tick", "pause"]
    ),
    max_size=40,
)
plans = st.sampled_from(
    [
        elbow(),
        elbow(calibration="gravity"),
        elbow(neutral_pose=False),
        elbow(neutral_pose=False, neutral_angles=MEASURED_25),
        elbow(calibration="stored", neutral_pose=False, calibrations=[HINGE.model_dump()]),
    ]
)
sets = st.sampled_from([("forearm-right", "upper-arm-right"), ("forearm-right", "sternum")])


def do(session, step):
    match step:
        case "begin" | "cannot":
            session.ask("segment.calibrated", ask=step)
        case "passed":
            session.ask("segment.calibrated", passed=True)
        case "x":
            session.ask("segment.calibrated", ask=None)
        case "moving":
            attempt = session.state.measuring.attempt
            session.happen(SegmentProgress(attempt, AlignmentPhase.RAISES, 1))
        case "tick":
            session.tick(20)
        case "pause":
            session.tick(200)
        case _ if session.state.alignments:
            more = {"attempt": session.state.measuring.attempt - (step == "late")}
            hinge = HINGE if session.state.alignments[0].joint else None
            more |= {"hinge": hinge, "axis": None if hinge else (0, 0, 1)}
            found(session, passed=step in ("ok", "late"), blameless=step == "silent", **more)


@settings(max_examples=300, deadline=None)
@given(the_plan=plans, placements=sets, done=steps)
def test_any_outcome_in_any_order_leads_to_play(the_plan, placements, done):
    session = placed(the_plan, worn=worn(*placements))
    for step in done:
        do(session, step)
        assert not session.state.closed
    while isinstance(session.screen, AlignSensor):
        session.ask("segment.calibrated", ask="cannot")
    assert isinstance(session.screen, Ready)
    assert session.ask("exercise.started") is None
    assert isinstance(session.screen, FindRange | Play)
    types = session.types
    assert "segment.calibrated" not in types[types.index("exercise.started") :]
    for event in calibrated(session):
        assert event.passed or (event.hinge is None and event.axis is None and event.note)


@settings(max_examples=300, deadline=None)
@given(the_plan=plans, placements=sets, done=steps)
def test_no_zero_is_recorded_without_permission(the_plan, placements, done):
    session = placed(the_plan, worn=worn(*placements))
    for step in done:
        do(session, step)
    for event in calibrated(session):
        if the_plan.neutral_pose or event.level == "stored":
            continue
        assert event.axis is None
        if not the_plan.neutral_angles:
            assert event.hinge is None or event.hinge.zero_rad is None


def test_every_page_of_a_calibration_has_words_in_both_languages():
    assert sensor_at("hand-left").it == "alla mano sinistra"
    assert sensor_at("sternum").en == "on the breastbone"
    assert "ear-left" in sensor_at("ear-left").it
    for joint in ("elbow", "knee", "wrist"):
        alignment = Alignment("forearm-left", "upper-arm-left", joint)
        for level in ("gravity", "stored", "functional", "none"):
            for phase in AlignmentPhase:
                for measured in (True, False):
                    words = asked(alignment, level, phase, pose_measured=measured)
                    assert "{" not in words.it + words.en
                    assert words.it != words.en
                assert "{" not in title(alignment, phase).it


def test_what_a_session_measured_goes_into_the_plan_and_comes_back():
    session = placed()
    begin(session)
    found(session, hinge=HINGE)
    text = calibrations_toml(measured_calibrations(session.events))
    with_it = parse_plan_toml(f"{PLAN_TOML}\n{text}")
    assert with_it.calibrations == (HINGE,)
    assert parse_plan_json(with_it.canonical_json()) == with_it
    told = {c.place for c in changes(parse_plan_toml(PLAN_TOML), with_it)}
    assert told == {"calibrations.upper-arm-right+forearm-right"}


def test_a_plan_that_says_nothing_of_calibrations_keeps_its_digest():
    body = elbow().canonical_json()
    assert "calibrations" not in body
    assert "neutral_angles" not in body


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("proximal_axis = [0, 0, 1]", "calibration 1, proximal_axis: a unit vector is wanted"),
        ("", "'upper-arm-right' and 'forearm-left' are not on either side of one joint"),
    ],
)
def test_a_calibration_that_cannot_be_is_refused_with_its_place(text, problem):
    fields = {
        "proximal": '"upper-arm-right"',
        "distal": '"forearm-right"' if text else '"forearm-left"',
        "proximal_axis": "[0.0, 0.0, 2.0]" if text else "[0.0, 0.0, 1.0]",
        "distal_axis": "[0.0, 0.0, 1.0]",
    }
    table = "\n".join(f"{key} = {value}" for key, value in fields.items())
    with pytest.raises(PlanError, match=problem.replace("[", r"\[")):
        parse_plan_toml(f"{PLAN_TOML}\n[[calibrations]]\n{table}\n")


def test_an_angle_measured_twice_is_refused():
    with pytest.raises((ConfigurationError, ValueError), match="right elbow has two angles"):
        elbow(neutral_angles=MEASURED_25 * 2)


def test_a_repeated_request_begins_no_second_measurement():
    session = placed()
    request = CalibrateSegment(request=f"01J{7:023d}", session=SESSION, ask="begin")
    session.happen(request)
    attempt = session.state.measuring.attempt
    session.happen(request)
    begin(session)
    assert session.state.measuring.attempt == attempt


PLAN_TOML = """
patient = "p-1"
version = 1
valid_from = 2023-01-01
calibration = "stored"

[[items]]
id = "bend"
exercise = "elbow-bend"
side = "right"
placements = ["forearm-right", "upper-arm-right"]
"""
