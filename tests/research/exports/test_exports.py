"""Exports of what is not as usual: losses, odd names, answers, two homes with one name."""

from __future__ import annotations

import json

import numpy as np
import pytest
import pyxdf
from fhir.resources.R4B.bundle import Bundle

from builders import SESSION, T0_NS, batch, opened
from journals import session_opened
from research.exports.bids import BidsDataset
from research.exports.exported_session import ExportedSession, ExportedStream, Labels, label
from research.exports.fhir import session_bundle
from research.exports.opensim_files import write_opensim
from research.exports.table_files import write_tables
from research.exports.xdf_file import write_xdf
from research.tables.motion_table import marker_table, motion_of
from research.tables.session_tables import Angle
from telemetry.messages.events import CheckAnswered, ExerciseStarted, HeartMeasured, PainReported
from telemetry.messages.results import ActivePeak, ItemResult, RangeOfMotion, SessionResult

ANGLE = Angle(t_ns=np.arange(3) * 10 + T0_NS, angle_deg=np.ones(3), control=np.zeros(3))


def stream_of(batches, **more):
    return ExportedStream(opened(**more), motion_of(batches), marker_table(()))


def session_of(*streams, events=(), result=None, angles=None, **more):
    told = [session_opened(), *events]
    return ExportedSession(SESSION, told[0], told, result, streams, angles or {}, **more)


def test_an_xdf_with_a_loss_keeps_its_times_as_pyxdf_reads_it_by_itself(tmp_path):
    # Five of sixty seconds are lost, as a person steps out of the radio's reach.
    parts = [batch(1800), batch(1500, first_index=2100)]
    (path,) = write_xdf(session_of(stream_of(parts)), tmp_path)
    (imu,) = [s for s in pyxdf.load_xdf(str(path))[0] if s["info"]["type"] == ["IMU"]]
    motion = motion_of(parts)
    assert np.abs(imu["time_stamps"] - motion.t_ns / 1e9).max() < 1e-3
    assert imu["info"]["desc"][0]["nominal_rate_hz"] == ["60"]


def test_an_xdf_without_a_loss_has_its_rate(tmp_path):
    (path,) = write_xdf(session_of(stream_of([batch(1800)])), tmp_path)
    (imu,) = [s for s in pyxdf.load_xdf(str(path))[0] if s["info"]["type"] == ["IMU"]]
    assert imu["info"]["nominal_srate"] == ["60"]
    assert np.abs(imu["time_stamps"] - motion_of([batch(1800)]).t_ns / 1e9).max() < 1e-3


@pytest.mark.parametrize("name", ["../../escaped", "/escaped", "a/b", "..", "è strano"])
@pytest.mark.parametrize("to", ["parquet", "opensim", "bids"])
def test_what_a_home_sends_as_a_name_leads_to_no_other_folder(tmp_path, name, to):
    session = session_of(stream_of([batch(20)], placement=name), angles={name: ANGLE})
    out = tmp_path / "a" / "b" / "out"
    if to == "bids":
        written = BidsDataset(out).add(session)
    else:
        written = write_opensim(session, out) if to == "opensim" else write_tables(session, out, to)
    assert all(path.is_file() and out in path.resolve().parents for path in written)
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == set(written)


@pytest.mark.parametrize("to", ["parquet", "opensim", "bids"])
def test_two_items_whose_names_become_one_are_two_files(tmp_path, to):
    session = session_of(angles={"raise-1": ANGLE, "raise_1": ANGLE, "RAISE-1": ANGLE})
    if to == "bids":
        written = BidsDataset(tmp_path).add(session)
    else:
        writes = {"opensim": write_opensim}.get(to)
        written = writes(session, tmp_path) if writes else write_tables(session, tmp_path, to)
    angles = [p for p in written if p.suffix == ".mot" or "core_motion.tsv" in p.name]
    angles += [p for p in written if p.name.startswith("angle-")]
    assert len({p.name.lower() for p in angles}) == len(angles) == 3


def test_names_differ_where_what_they_stand_for_differs():
    labels = Labels(label)
    texts = ["p-1", "p1", "P1", "p1x2", "--", "__", "p-1"]
    made = [labels.of(text) for text in texts]
    assert made[-1] == made[0] == "p1"
    assert len({name.lower() for name in labels.made}) == len(labels.made) == 6


def asked(number, question, answer, at="in"):
    head = {"session": SESSION, "number": number, "t_ns": T0_NS + number}
    return CheckAnswered(**head, at=at, question=question, answer=answer)


def item(**more):
    head = {"item": "raise", "exercise": "arm-abduction", "side": "right", "rate_hz": 60.0}
    return ItemResult(**(head | {"stream": SESSION, "repetitions": ()} | more))


def observations(events=(), items=()):
    result = SessionResult(
        session=SESSION, core_version="9", plan_version=1, provisional=False, items=tuple(items)
    )
    bundle = session_bundle(session_of(events=events, result=result))
    Bundle.model_validate_json(json.dumps(bundle))
    return [entry["resource"] for entry in bundle["entry"][1:]]


def test_fhir_holds_pain_as_it_was_answered_last_before_in_and_after_the_session():
    events = [
        asked(1, "pain shoulder", 7),
        asked(2, "pain shoulder", 3),
        asked(3, "pain elsewhere", None),
        asked(4, "unwell", answer=False),
        PainReported(session=SESSION, number=5, t_ns=T0_NS + 5, pain=0),
        asked(6, "pain", 4, at="out"),
    ]
    told = [(o["valueQuantity"]["value"], o["note"][0]["text"]) for o in observations(events)]
    assert told == [
        (3, "before the session: pain shoulder, answered by patient"),
        (4, "after the session: pain, answered by patient"),
        (0, "during the session"),
    ]


def test_fhir_holds_no_heart_rate_of_a_sensor_off_the_skin():
    beats = [(60, True), (61, False), (62, None), (None, True)]
    events = [
        HeartMeasured(
            session=SESSION, number=n, t_ns=T0_NS, wearable="h10", rate_bpm=rate, contact=contact
        )
        for n, (rate, contact) in enumerate(beats, 1)
    ]
    assert [o["valueQuantity"]["value"] for o in observations(events)] == [60, 62]


def test_fhir_tells_assessment_from_exercise_the_peak_and_which_core_made_it():
    started = ExerciseStarted(
        session=SESSION,
        number=1,
        t_ns=T0_NS,
        item="raise",
        exercise="arm-abduction",
        side="right",
        assisted=True,
        spans={},
    )
    band = {"band_low_deg": 80.0, "band_high_deg": 100.0}
    rom = RangeOfMotion(what="elevation", median_deg=90, p10_deg=88, p90_deg=92, **band)
    peak = ActivePeak(what="elevation", peak_deg=110, start_deg=20, **band)
    found = observations(
        [started],
        [
            item(assessment=True, range_of_motion=rom, active_peak=peak),
            item(range_of_motion=None, not_observable="lying on a table"),
        ],
    )
    kinds = [(o["code"]["text"], o["note"][0]["text"].split("; item")[0]) for o in found]
    unguided, guided = "assessment, nothing guided it; active", "exercise; assisted"
    assert kinds == [
        ("Range of joint movement", unguided),
        ("Active peak of the angle", unguided),
        ("Repetitions of an exercise", unguided),
        ("Range of joint movement", guided),
        ("Repetitions of an exercise", guided),
    ]
    assert found[1]["valueQuantity"]["value"] == 110
    assert found[1]["note"][1]["text"] == "median over the repetitions, from 20 deg"
    # It was done: that it was not performed would be another thing.
    absent = found[3]["dataAbsentReason"]
    assert (absent["coding"][0]["code"], absent["text"]) == ("unknown", "lying on a table")
    assert {o["device"]["display"] for o in found} == {"Ripresa signal core 9"}
