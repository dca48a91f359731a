"""Tables: columns with units, taken as they are by the tools of the field."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from builders import STREAM, batch, opened, quality
from journals import ended, session_opened
from research.tables.motion_table import marker_table, motion_of, stamps_of
from research.tables.session_tables import event_table, item_table, repetition_table
from research.tables.table import Table, table_of
from telemetry.errors import ConfigurationError
from telemetry.messages.events import PainReported
from telemetry.messages.motion import QualityKind, StreamGap
from telemetry.messages.results import ItemResult, Measure, Repetition, SessionResult


def stream():
    mag = np.ones((10, 3), np.float32)
    return [
        opened(),
        batch(10, mag=mag),
        StreamGap(stream=STREAM, first_index=10, count=5, reason="radio"),
        quality(kind=QualityKind.CLOCK, first_index=15, uncertainty_us=400),
        batch(10, first_index=15, mag=mag),
        ended(25),
    ]


def test_motion_has_every_channel_with_its_unit_and_pandas_takes_it_as_it_is():
    motion = motion_of(stream())
    frame = pd.DataFrame(motion)
    assert list(frame.columns) == [
        *("index", "t_ns", "lag_us", "uncertainty_us", "device_us"),
        *(f"acc_{axis}_m_s2" for axis in "xyz"),
        *(f"gyr_{axis}_rad_s" for axis in "xyz"),
        *(f"mag_{axis}_rel" for axis in "xyz"),
    ]
    assert len(frame) == motion.rows == 20
    assert frame.equals(motion.to_pandas())
    assert np.array_equal(motion.acc[:, 2], frame["acc_z_m_s2"])
    assert motion.mag.shape == (20, 3)


def test_a_channel_that_a_wearable_lacks_has_no_column():
    motion = motion_of([batch(3, gyr=None, device_us=None)])
    assert motion.gyr is None
    assert motion.mag is None
    assert not {"gyr_x_rad_s", "mag_x_rel", "device_us"} & set(motion)
    assert motion_of([opened()]) is None


def test_a_channel_that_is_sent_now_and_then_is_unknown_between_and_not_gone():
    field = np.ones((4, 3), np.float32)
    motion = motion_of([batch(4, mag=field), batch(4, first_index=4), batch(2, first_index=8)])
    assert np.isnan(motion.mag).all(axis=1).tolist() == [False] * 4 + [True] * 6
    assert np.array_equal(motion.mag[:4], field)


def test_items_say_which_core_made_them():
    assert item_table(result())["core_version"].tolist() == ["5"]
    assert item_table(result())["plan_version"].tolist() == [1]


def test_uncertainty_holds_from_the_sample_that_its_marker_names():
    motion = motion_of(stream())
    assert np.isnan(motion["uncertainty_us"][:10]).all()
    assert (motion["uncertainty_us"][10:] == 400).all()
    stamps = stamps_of(motion, stream=STREAM, placement="wrist-right")
    assert ((stamps["arrival_ns"] - stamps["t_ns"]) == 1000 * stamps["lag_us"]).all()


def test_markers_tell_what_was_lost_and_why():
    markers = marker_table(stream())
    assert list(markers["marker"]) == ["opened", "gap", "quality", "ended"]
    assert markers["count"][1] == 5
    assert markers["reason"][1] == "radio"


def test_events_are_rows_with_a_column_a_field():
    events = [
        session_opened(),
        PainReported(session=session_opened().session, number=1, t_ns=9, pain=4),
    ]
    frame = event_table(events).to_pandas()
    assert list(frame["type"]) == ["session.opened", "pain.reported"]
    assert frame["pain"][1] == 4
    assert frame["t_ns"].dtype == np.int64


def result(**more):
    repetition = Repetition(
        number=1,
        start_index=0,
        peak_index=5,
        end_index=9,
        start_s=0.0,
        end_s=1.5,
        range_deg=91.5,
        peak_deg=None,
        up_s=0.7,
        hold_s=0.1,
        down_s=0.7,
        flags=("too fast", "short"),
    )
    item = ItemResult(
        item="raise",
        exercise="arm-abduction",
        side="right",
        stream=STREAM,
        rate_hz=60.0,
        repetitions=(repetition,),
        range_of_motion=None,
        **more,
    )
    return SessionResult(
        session="01J00000000000000000000001",
        core_version="5",
        plan_version=1,
        provisional=False,
        items=(item,),
    )


def test_repetitions_and_items_are_rows_and_what_is_unknown_is_nothing():
    rows = repetition_table(result())
    assert list(rows["flags"]) == ["too fast; short"]
    assert rows["range_deg"].tolist() == [91.5]
    assert rows["peak_deg"][0] is None or np.isnan(rows["peak_deg"][0])
    items = item_table(result(measures=(Measure(name="cadence", value=98.0, unit="1/min"),)))
    assert items["repetitions"].tolist() == [1]
    assert items["cadence_per_min"].tolist() == [98.0]
    assert repetition_table(None).rows == item_table(None).rows == 0


def test_of_an_item_that_is_not_judged_no_stroke_has_a_time():
    rows, judged = repetition_table(result(judged=False)), repetition_table(result())
    for name in ("up_s", "hold_s", "down_s"):
        assert rows[name][0] is None or np.isnan(rows[name][0])
        assert judged[name][0] > 0
    assert rows["range_deg"].tolist() == [91.5]


def test_without_pandas_the_part_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigurationError, match=r"ripresa\[research\]"):
        Table(a=np.arange(3)).to_pandas()


def test_a_table_goes_to_xarray_along_its_first_column():
    made = motion_of(stream()).to_xarray()
    assert dict(made.sizes) == {"index": 20}
    assert made["acc_x_m_s2"].sel(index=15).size == 1


def test_rows_of_different_columns_make_one_table():
    made = table_of([{"a": 1}, {"b": "x"}], ("b",))
    assert list(made) == ["b", "a"]
    assert made["b"].tolist() == [None, "x"]
    assert np.isnan(made["a"][1])


@pytest.mark.filterwarnings("error")
def test_a_session_in_which_nothing_was_done_goes_below_another_without_changing_its_types():
    full = table_of(
        [{"number": 1, "assessment": False, "range_deg": 90.0, "item": "a"}],
        ("number", "assessment", "range_deg", "item"),
        bare={"number": int, "assessment": bool},
    )
    nothing = repetition_table(None)
    for tables in ((full, nothing), (nothing, full)):
        joined = pd.concat([pd.DataFrame(t) for t in tables], ignore_index=True)
        assert joined["assessment"].dtype == bool
        assert joined["number"].dtype == np.int64
        assert joined["range_deg"].dtype == np.float64
    unknown = table_of([{"range_deg": None, "item": None}])
    assert unknown["range_deg"].dtype == np.float64
    assert unknown["item"].dtype == object
