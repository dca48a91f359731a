"""Foreign recordings: read by a map, in the units that it states, on the grid that they have."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pyxdf
from scipy.io import savemat

from arm_motion import raises, sensed
from research.imports.file_columns import read_columns
from research.imports.import_map import ImportMap, load_map, ready_maps
from research.imports.imported_session import ImportFacts, imported_session
from research.imports.imported_stream import import_stream
from research.imports.sample_grid import sample_grid
from research.imports.stated_units import check_units
from telemetry.errors import ConfigurationError
from telemetry.messages.events import SegmentCalibrated, SessionOpened
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened, TimeQuality

RATE_HZ = 60.0
START_NS = 1_767_312_000_000_000_000


def arm(n=3, rate_hz=RATE_HZ):
    elevation = raises(n)
    at = np.arange(0, len(elevation) / RATE_HZ, 1 / rate_hz)
    return sensed(
        np.interp(at, np.arange(len(elevation)) / RATE_HZ, elevation), rate_hz, noise=0.02
    )


def layout(**more):
    fields = {
        "name": "mine",
        "time": {"column": "t", "unit": "s"},
        "acceleration": {"columns": ["ax", "ay", "az"], "unit": "m/s2"},
        "gyroscope": {"columns": ["gx", "gy", "gz"], "unit": "rad/s"},
        "worn": {"placement": "wrist-right"},
    }
    return ImportMap.model_validate(fields | more)


def table(acc, gyr, t=None):
    t = np.arange(len(acc)) / RATE_HZ if t is None else t
    names = ("t", "ax", "ay", "az", "gx", "gy", "gz")
    return dict(zip(names, (t, *acc.T, *gyr.T), strict=True))


def write_csv(path, columns, *, delimiter=",", preamble=(), units=(), decimal="."):
    rows = [delimiter.join(columns)]
    rows += [delimiter.join(units)] if units else []
    for row in zip(*columns.values(), strict=True):
        cells = (f"{value:.9g}".replace(".", decimal) for value in row)
        rows.append(delimiter.join(cells))
    path.write_text("\n".join([*preamble, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["csv", "semicolons", "parquet", "mat"])
def test_every_kind_of_file_gives_the_same_samples(tmp_path, kind):
    acc, gyr = arm()
    columns = table(acc, gyr)
    if kind == "csv":
        path = write_csv(tmp_path / "a.csv", columns, preamble=("DeviceTag:,7", "", "x"))
    elif kind == "semicolons":
        path = write_csv(
            tmp_path / "a.txt", columns, delimiter=";", units=["s"] + ["m"] * 6, decimal=","
        )
    elif kind == "parquet":
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table(columns), path)
    else:
        path = tmp_path / "a.mat"
        savemat(path, columns)
    more = {"file": {"decimal": ","}} if kind == "semicolons" else {}
    read = import_stream(path, layout(**more))
    assert read.samples == len(acc)
    assert read.grid.rate_hz == RATE_HZ
    assert read.grid.lost == 0
    assert np.allclose(read.acc, acc, atol=1e-4)
    assert np.allclose(read.gyr, gyr, atol=1e-4)
    assert not read.notes


def test_units_that_are_stated_are_turned_into_si(tmp_path):
    acc, gyr = arm()
    path = write_csv(tmp_path / "a.csv", table(acc / 9.80665, np.degrees(gyr)))
    read = import_stream(
        path,
        layout(
            acceleration={"columns": ["ax", "ay", "az"], "unit": "g"},
            gyroscope={"columns": ["gx", "gy", "gz"], "unit": "deg/s"},
        ),
    )
    assert np.allclose(read.acc, acc, atol=1e-3)
    assert np.allclose(read.gyr, gyr, atol=1e-3)


@pytest.mark.parametrize(
    ("acc_by", "gyr_by", "told"),
    [
        (1 / 9.80665, 1, r"acceleration in m/s2, but at rest it is 1: likely g"),
        (1000 / 9.80665, 1, r"likely mg"),
        (1, 180 / np.pi, r"gyroscope in rad/s, but gravity turns as if it were in deg/s"),
        (37.0, 1, r"no unit that is known"),
    ],
)
def test_units_that_the_samples_contradict_are_refused_with_the_likely_one(
    tmp_path, acc_by, gyr_by, told
):
    acc, gyr = arm()
    path = write_csv(tmp_path / "a.csv", table(acc_by * acc, gyr_by * gyr))
    with pytest.raises(ConfigurationError, match=told):
        import_stream(path, layout())


def test_missing_rows_and_rows_without_numbers_are_losses(tmp_path):
    acc, gyr = arm()
    columns = table(acc, gyr)
    columns = {name: np.delete(values, range(40, 45)) for name, values in columns.items()}
    columns["ax"][100:103] = np.nan
    read = import_stream(write_csv(tmp_path / "a.csv", columns), layout())
    assert read.grid.lost == 8
    assert any("3 rows hold no numbers" in note for note in read.notes)
    items = list(read.items("01J00000000000000000000000", "w", START_NS))
    gaps = [(i.first_index, i.count) for i in items if isinstance(i, StreamGap)]
    assert gaps == [(40, 5), (105, 3)]
    assert isinstance(items[0], StreamOpened)
    assert items[-1] == StreamEnded(
        stream=items[0].stream, next_index=len(acc), reason="end of the file"
    )
    batches = [i for i in items if isinstance(i, MotionBatch)]
    index = np.concatenate([np.arange(b.first_index, b.next_index) for b in batches])
    assert np.array_equal(index, read.grid.index)


def written(columns, *, delimiter=",", decimal="."):
    lines = [delimiter.join(columns)]
    lines += [
        delimiter.join(f"{v:.12g}".replace(".", decimal) for v in row)
        for row in zip(*columns.values(), strict=True)
    ]
    return "\n".join(lines) + "\n"


def spoilt(**columns):
    acc, gyr = arm()
    return written(table(acc, gyr) | columns)


def text_of(name):
    """A table as an outsider might have it, wrong in one way."""
    acc, gyr = arm()
    t = np.arange(len(acc)) / RATE_HZ
    sound = written(table(acc, gyr))
    line = sound.splitlines()[200]
    moved = {
        "a second back": (300, -1.0),
        "a year's pause": (300, 3e7),
        "no number of a stamp": (len(t) - 1, 1e300),
        "a first stamp from nowhere": (0, -1e18),
    }
    if name in moved:
        at, by = moved[name]
        t[at:] += by if at else 0
        t[0] += 0 if at else by
        return spoilt(t=t)
    return {
        "milliseconds": lambda: spoilt(t=1000 * t),
        "microseconds": lambda: spoilt(t=1e6 * t),
        "gyroscope's axes swapped": lambda: written(table(acc, gyr[:, [1, 2, 0]])),
        "gyroscope turned": lambda: written(table(acc, -gyr)),
        "accelerometer's axes swapped": lambda: written(table(acc[:, [1, 0, 2]], gyr)),
        "one axis turned": lambda: written(table(acc * [1, 1, -1], gyr)),
        "decimal commas": lambda: written(table(acc, gyr), delimiter=";", decimal=","),
        "commas for both": lambda: sound.replace("0.0166666666667", "0,0166666666667", 1),
        "a word": lambda: sound.replace(line, "3.3,broken,1,2,3,4,5"),
        "a short row": lambda: sound.replace(line, "3.3,1"),
        "a long row": lambda: sound.replace(line, line + ",7"),
        "a name twice": lambda: sound.replace("gx,gy", "gx,ax", 1).replace("ax,ax", "ax,ay"),
        "a name that lacks": lambda: sound.replace("gy", "gq", 1),
        "no header": lambda: sound.split("\n", 1)[1],
        "nothing": lambda: "",
        "header alone": lambda: sound.split("\n", 1)[0] + "\n",
        "one row": lambda: "\n".join(sound.split("\n")[:2]) + "\n",
        "nothing that is a number": lambda: spoilt(ax=np.full(len(t), np.nan)),
        "zeros": lambda: written(table(0 * acc, gyr)),
    }[name]()


REFUSED = {
    "milliseconds": r"say 0\.06 Hz.*likely 1000 times smaller",
    "microseconds": r"likely 1e\+06 times smaller",
    "a second back": r"goes back at sample 300",
    "a year's pause": r"jump by 3e\+07 s before sample 300",
    "no number of a stamp": r"jump by 1e\+300 s",
    "a first stamp from nowhere": r"jump by 1e\+18 s before sample 1",
    "gyroscope's axes swapped": r"axes are not the accelerometer's.*that fits is gy, gx, gz",
    "gyroscope turned": r"axes are not the accelerometer's.*that fits is gx, -gy, gz",
    "accelerometer's axes swapped": r"axes are not the accelerometer's",
    "one axis turned": r"axes are not the accelerometer's",
    "decimal commas": r"line 2, column 'ax'.*set decimal in the map",
    "commas for both": r"line 3 has 8 cells, the header 7: are commas",
    "a word": r"line 201, column 'ax': 'broken' is no number",
    "a short row": r"line 201 has 2 cells, the header 7",
    "a long row": r"line 201 has 8 cells",
    "a name twice": r"fits ax, ax: name one|not gy",
    "a name that lacks": r"line 1 names t, ax, ay, az, gx, gq, gz, and not gy",
    "no header": r"needs a line with its columns' names",
    "nothing": r"the file is empty",
    "header alone": r"no row holds numbers",
    "one row": r"1 samples are too few",
    "nothing that is a number": r"no row holds numbers",
    "zeros": r"was gravity taken away",
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("error")
def test_a_table_that_is_wrong_in_one_way_is_refused_with_what_and_where(tmp_path, name):
    path = tmp_path / "a.csv"
    path.write_text(text_of(name))
    with pytest.raises(ConfigurationError, match=r"a\.csv.*" + REFUSED[name]):
        import_stream(path, layout())


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1", "carriage returns"]
)
def test_a_table_is_read_whatever_wrote_it(tmp_path, encoding):
    acc, gyr = arm()
    text = "Gerät\n" + written(table(acc, gyr))
    raw = {
        "utf-16-be": b"\xfe\xff" + text.encode("utf-16-be"),
        "carriage returns": text.replace("\n", "\r\n").encode(),
    }.get(encoding)
    (tmp_path / "a.csv").write_bytes(text.encode(encoding) if raw is None else raw)
    read = import_stream(tmp_path / "a.csv", layout())
    assert np.allclose(read.acc, acc, atol=1e-5)


def test_rows_that_stand_twice_and_cells_that_say_they_are_missing_are_told(tmp_path):
    acc, gyr = arm()
    twice = np.repeat(np.arange(len(acc)), 2)
    path = tmp_path / "a.csv"
    path.write_text(written(table(acc[twice], gyr[twice], twice / RATE_HZ)))
    read = import_stream(path, layout())
    assert (read.samples, read.grid.rate_hz, read.grid.lost) == (len(acc), RATE_HZ, 0)
    assert any(f"{len(acc)} rows repeat the row before" in note for note in read.notes)
    sound = written(table(acc, gyr))
    cells = sound.splitlines()[200].split(",")
    for missing in ("NA", "null", "", "nan", "1e39", "inf"):
        path.write_text(sound.replace(",".join(cells), ",".join([cells[0], missing, *cells[2:]])))
        read = import_stream(path, layout())
        assert read.grid.lost == 1
        assert np.isfinite(read.acc).all()


def test_axes_are_put_right_in_the_map_by_order_and_sign(tmp_path):
    acc, gyr = arm()
    path = tmp_path / "a.csv"
    path.write_text(written(table(acc, -gyr[:, [1, 2, 0]])))
    turned = {"columns": ["-gz", "-gx", "-gy"], "unit": "rad/s"}
    assert np.allclose(import_stream(path, layout(gyroscope=turned)).gyr, gyr, atol=1e-6)


@pytest.mark.parametrize("factor", [1.0, 1e12])
def test_stamps_that_cannot_count_from_1970_are_refused(tmp_path, factor):
    acc, gyr = arm()
    path = tmp_path / "a.parquet"
    t = np.arange(len(acc)) / RATE_HZ + (0 if factor == 1.0 else factor)
    pq.write_table(pa.table(table(acc, gyr, t)), path)
    with pytest.raises(ConfigurationError, match=r'clock = "device"'):
        import_stream(path, layout(time={"column": "t", "unit": "s", "clock": "unix"}))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_column_of_moments_says_itself_what_it_is(tmp_path, unit):
    acc, gyr = arm()
    columns = table(acc, gyr)
    moments = START_NS + (columns["t"] * 1e9).astype(np.int64) // 1_000_000 * 1_000_000
    kept = "ms" if unit == "s" else unit
    columns["t"] = moments.astype("datetime64[ns]").astype(f"datetime64[{kept}]")
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    read = import_stream(tmp_path / "a.parquet", layout(time={"column": "t", "unit": unit}))
    assert read.begins_ns == START_NS
    assert read.grid.rate_hz == pytest.approx(RATE_HZ, rel=1e-3)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda columns: {"t": columns["t"][:-10]}, "1130 and 1140 rows"),
        (
            lambda columns: {"ax": np.stack([columns["ax"]] * 3, axis=1)},
            r"'ax' is \(1140, 3\): name one column, as ax:0",
        ),
        (lambda columns: {"ax": columns["ax"] + 1j}, "complex"),
        (lambda columns: {"ax": columns["ax"][:9]}, r"of 9, 1140, 1140 rows"),
    ],
)
def test_columns_of_other_shapes_are_refused(tmp_path, spoil, told):
    acc, gyr = arm()
    columns = table(acc, gyr)
    savemat(tmp_path / "a.mat", columns | spoil(columns))
    with pytest.raises(ConfigurationError, match=told):
        import_stream(tmp_path / "a.mat", layout())


def test_numbers_in_another_byte_order_are_the_same(tmp_path):
    acc, gyr = arm()
    columns = {name: values.astype(">f8") for name, values in table(acc, gyr).items()}
    savemat(tmp_path / "a.mat", columns)
    assert np.allclose(import_stream(tmp_path / "a.mat", layout()).acc, acc, atol=1e-6)


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_ten_million_rows_are_read_with_bounded_memory(tmp_path):
    import resource

    acc, gyr = arm()
    block = written(table(acc, gyr)).split("\n", 1)
    rows = [row.split(",", 1)[1] for row in block[1].splitlines()]
    path = tmp_path / "a.csv"
    with path.open("w") as file:
        file.write(block[0].split(",", 1)[1] + "\n")
        for _ in range(10_000_000 // len(rows)):
            file.write("\n".join(rows) + "\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read = import_stream(path, layout(time={"rate_hz": RATE_HZ}))
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert read.samples == 10_000_000 // len(rows) * len(rows)
    # Of each row 48 bytes are kept: six channels, a time, an index and the device's stamp.
    assert grown_mb < 2500


@pytest.mark.parametrize(("zone", "told"), [("", True), ("+01:00", False), ("Z", False)])
def test_times_without_a_zone_are_taken_as_utc_and_that_is_said(tmp_path, zone, told):
    acc, gyr = arm()
    begun = datetime(2026, 3, 1, 0, 30)  # noqa: DTZ001 - as a file tells it
    stamps = [
        (begun + timedelta(seconds=n / RATE_HZ)).isoformat(timespec="microseconds") + zone
        for n in range(len(acc))
    ]
    lines = ["t,ax,ay,az,gx,gy,gz"]
    lines += [
        ",".join([t, *(f"{v:.6f}" for v in (*a, *g))])
        for t, a, g in zip(stamps, acc, gyr, strict=True)
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n")
    read = import_stream(path, layout(time={"column": "t", "unit": "iso"}))
    assert any("no time zone" in note for note in read.notes) is told


def grid(**more):
    fields = {"counter": None, "counter_wraps": None, "rate_hz": None, "where": "x", "t_s": None}
    return sample_grid(**(fields | more))


def test_a_clock_that_drifts_is_no_loss_and_a_counter_that_wraps_neither():
    t = np.arange(2000) / 60 * 1.0007 + np.random.default_rng(0).normal(0, 5e-4, 2000)
    assert grid(n=2000, t_s=t).lost == 0
    counter = np.mod(np.arange(65000, 67000), 65536.0)
    found = grid(n=2000, t_s=t, counter=counter, counter_wraps=65536)
    assert found.lost == 0
    counter[1000:] = np.mod(counter[1000:] + 7, 65536)
    t[1000:] += 7 / 60
    assert grid(n=2000, t_s=t, counter=counter, counter_wraps=65536).lost == 7


def test_stamps_in_bursts_number_nothing_but_a_pause_does():
    arrival = np.repeat(np.arange(100) * 0.2, 10)
    arrival[500:] += 10
    found = grid(n=1000, t_s=arrival, rate_hz=None)
    assert found.quality is TimeQuality.FITTED
    assert found.lost == pytest.approx(10 * 50, rel=0.05)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"n": 5, "t_s": np.arange(5.0)}, "too few"),
        ({"n": 100, "t_s": np.arange(100) / 50, "rate_hz": 100.0}, "states 100 Hz.*say 50 Hz"),
        ({"n": 100, "t_s": np.r_[np.arange(50), np.arange(50)] / 50.0}, "goes back at sample 50"),
        ({"n": 100, "t_s": np.zeros(100)}, "one time stamp"),
        ({"n": 100, "rate_hz": 50.0, "counter": np.zeros(100)}, "does not rise"),
    ],
)
def test_times_that_cannot_be_are_refused(asked, told):
    with pytest.raises(ConfigurationError, match=told):
        grid(**asked)


def polar_rows(acc, t):
    yield "Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]"
    for s, a in zip(t, 1000 * acc / 9.80665, strict=True):
        head = f"2026-01-02T00:00:00.000;{800_000_000_000_000_000 + round(s * 1e9)};"
        yield head + ";".join(str(round(v)) for v in a)


def cmu_rows(acc, t):
    """A recording that goes on over midnight."""
    yield "Sensor 2794"
    yield "\t".join([*(f"Accel_{a}" for a in "XYZ"), "Count", "SysTime"])
    for i, (s, a) in enumerate(zip(t, acc / 9.80665, strict=True)):
        moment, fraction = divmod(round((86_397 + s) * 1e7) % (86_400 * 10**7), 10**7)
        clock = f"{moment // 3600:02d}_{moment // 60 % 60:02d}_{moment % 60:02d}_{fraction:07d}"
        yield "\t".join([*(f"{v:.6f}" for v in a), str(i), clock])


STATED_HZ = {"broad": 2000 / 7}
"""Of maps that state the rate of their files, which have no times."""


def ready_file(name, folder):
    """A file as the map of that name describes it, and the samples that are in it."""
    acc, gyr = arm(rate_hz=STATED_HZ.get(name, RATE_HZ))
    n = np.arange(len(acc))
    t = n / RATE_HZ
    if name in {"movella-dot", "xsens-mt"}:
        tick, rate = (1e6, np.degrees(gyr)) if name == "movella-dot" else (1e4, gyr)
        stamps = np.mod(4294967296 - 1000 + t * tick, 4294967296)
        columns = {"PacketCounter": np.mod(65500 + n, 65536), "SampleTimeFine": np.round(stamps)}
        if name == "movella-dot":
            columns["PacketCounter"] = n
        columns |= {f"Acc_{a}": acc[:, i] for i, a in enumerate("XYZ")}
        columns |= {f"Gyr_{a}": rate[:, i] for i, a in enumerate("XYZ")}
        return write_csv(folder / "f.csv", columns, preamble=("DeviceTag:,LeftWrist",))
    if name.startswith("shimmer"):
        kind = "WR" if name.endswith("range") else "LN"
        columns = {"S_40AC_Timestamp_Unix_CAL": 1.7e12 + 1000 * t}
        columns |= {f"S_40AC_Accel_{kind}_{a}_CAL": acc[:, i] for i, a in enumerate("XYZ")}
        columns |= {f"S_40AC_Gyro_{a}_CAL": np.degrees(gyr[:, i]) for i, a in enumerate("XYZ")}
        rows = [",".join(columns), "ms" + ",m/(s^2)" * 3 + ",deg/s" * 3]
        rows += [",".join(f"{v:.16g}" for v in row) for row in zip(*columns.values(), strict=True)]
        (folder / "f.csv").write_text('"sep=,"\n' + "\n".join(rows) + "\n")
        return folder / "f.csv"
    if name == "witmotion":
        rows = [
            "\t".join(
                [
                    "time",
                    "DeviceName",
                    *(f"Acc{a}(g)" for a in "XYZ"),
                    *(f"As{a}(°/s)" for a in "XYZ"),
                ]
            )
        ]
        for i, (a, g) in enumerate(zip(acc / 9.80665, np.degrees(gyr), strict=True)):
            moment = np.datetime64(START_NS + int(i * 1e9 / RATE_HZ), "ns")
            rows.append("\t".join([str(moment)[:-6], "WT", *(f"{v:.6f}" for v in (*a, *g))]))
        (folder / "f.txt").write_text("\n".join(rows) + "\n")
        return folder / "f.txt"
    if name in {"polar", "cmu-mmac"}:
        rows = polar_rows(acc, t) if name == "polar" else cmu_rows(acc, t)
        (folder / "f.txt").write_text("\n".join(rows) + "\n")
        return folder / "f.txt"
    path = folder / "f.parquet"
    if name == "mobgap":
        fine = np.repeat(acc, 2, axis=0), np.repeat(gyr, 2, axis=0)
        columns = {f"acc_{a}": fine[0][:, i] for i, a in enumerate("xyz")}
        columns |= {f"gyr_{a}": np.degrees(fine[1][:, i]) for i, a in enumerate("xyz")}
    elif name == "ripresa":
        columns = {"t_ns": START_NS + (n * 1e9 / RATE_HZ).astype(np.int64)}
        columns |= {f"acc_{a}": acc[:, i] for i, a in enumerate("xyz")}
        columns |= {f"gyr_{a}": gyr[:, i] for i, a in enumerate("xyz")}
    else:
        path = folder / "f.mat"
        broad = {"imu_acc": acc, "imu_gyr": gyr, "imu_mag": 40 * acc / 9.81}
        savemat(path, {"data": mobilised(acc, gyr)} if name == "mobilise-d" else broad)
        return path
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("name", ready_maps())
def test_every_map_that_ships_reads_its_makers_files(tmp_path, name):
    read = import_stream(ready_file(name, tmp_path), load_map(name), placement="wrist-right")
    acc, gyr = arm(rate_hz=STATED_HZ.get(name, RATE_HZ))
    step = 2 if name in {"mobgap", "mobilise-d"} else 1
    assert np.allclose(read.acc[::step], acc, atol=0.02)
    if read.gyr is not None:
        assert np.allclose(read.gyr[::step], gyr, atol=0.002)
    assert read.grid.lost == 0
    if name not in {"broad", "mobgap", "mobilise-d"}:
        assert read.grid.rate_hz == pytest.approx(RATE_HZ, rel=1e-3)


def mobilised(acc, gyr):
    """A trial as Mobilise-D's files nest it: in g and deg/s, at 100 Hz."""
    fine = np.repeat(acc, 2, axis=0) / 9.80665, np.degrees(np.repeat(gyr, 2, axis=0))
    sensor = {"Acc": fine[0], "Gyr": fine[1], "Fs": {"Acc": 100.0, "Gyr": 100.0}}
    trial = {"SU": {"LowerBack": sensor}, "StartDateTime": "2026-01-01T10:00:00", "TimeZone": "UTC"}
    return {"TimeMeasure1": {"Test4": {"Trial1": trial}}}


@pytest.mark.parametrize("nested", ["structures", "array", "cells"])
def test_nested_structures_are_named_by_their_path(tmp_path, nested):
    acc, gyr = arm()
    sensor = {"acc": acc, "gyr": gyr}
    other = {"acc": 2 * acc, "gyr": gyr}
    if nested == "structures":
        held, name = {"right": {"wrist": sensor}}, "study.right.wrist"
    elif nested == "array":
        held = np.array([(other["acc"], gyr), (acc, gyr)], dtype=[("acc", "O"), ("gyr", "O")])
        name = "study.1"
    else:
        held, name = np.array([other, sensor], dtype=object), "study.1"
    savemat(tmp_path / "f.mat", {"study": held})
    layout = ImportMap.model_validate(
        {
            "name": "nested",
            "time": {"rate_hz": RATE_HZ},
            "acceleration": {"columns": [f"{name}.acc:{i}" for i in range(3)], "unit": "m/s2"},
            "gyroscope": {"columns": [f"{name}.gyr:{i}" for i in range(3)], "unit": "rad/s"},
        }
    )
    read = import_stream(tmp_path / "f.mat", layout, placement="wrist-right")
    assert np.allclose(read.acc, acc, atol=1e-6)
    assert np.allclose(read.gyr, gyr, atol=1e-6)


def test_of_several_trials_of_a_nested_file_one_is_to_be_named(tmp_path):
    acc, gyr = arm()
    trials = mobilised(acc, gyr)
    trials["TimeMeasure1"]["Test5"] = trials["TimeMeasure1"]["Test4"]
    savemat(tmp_path / "f.mat", {"data": trials})
    with pytest.raises(ConfigurationError, match=r"Test4.*Test5"):
        import_stream(tmp_path / "f.mat", load_map("mobilise-d"))


def test_a_map_that_is_wrong_says_where(tmp_path):
    with pytest.raises(ConfigurationError, match="one of .*movella-dot"):
        load_map("nobody")
    path = tmp_path / "m.toml"
    path.write_text(
        'name = "x"\n[time]\nrate_hz = 50\n[acceleration]\ncolumns=["a","b","c"]\nunit="G"\n'
    )
    with pytest.raises(ConfigurationError, match="unit 'G' is not known"):
        load_map(path)
    path.write_text('name = "x"\n[time]\n[acceleration]\ncolumns=["a","b","c"]\nunit="g"\n')
    with pytest.raises(ConfigurationError, match="needs a column, or rate_hz"):
        load_map(path)


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 50, b"a,b\n1,2\n"])
@pytest.mark.parametrize("ending", ["csv", "parquet", "mat", "xdf", "zip"])
def test_a_file_that_is_not_what_it_should_be_is_one_line(tmp_path, data, ending):
    path = tmp_path / f"broken.{ending}"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match=r"broken\."):
        import_stream(path, layout())


def stream(folder, **more):
    acc, gyr = arm()
    return import_stream(write_csv(folder / "a.csv", table(acc, gyr)), layout(**more))


def ulids():
    numbers = iter(range(100))
    return lambda: f"01J000000000000000000000{next(numbers):02d}"


def test_a_session_says_where_it_comes_from_and_what_is_not_known_of_its_sensors(tmp_path):
    facts = ImportFacts(patient="s-1", exercise="arm-abduction", start_ns=START_NS, source="study")
    made = imported_session([stream(tmp_path)], facts, ulids(), version=1)
    opened = made.events[0]
    assert isinstance(opened, SessionOpened)
    assert "study; sha256 " in opened.replay_of
    assert opened.day == "2026-01-02"
    (lie,) = [e for e in made.events if isinstance(e, SegmentCalibrated)]
    assert not lie.passed
    known = stream(tmp_path, worn={"placement": "wrist-right", "long_axis": [-1, 0, 0]})
    made = imported_session([known], facts, ulids(), version=1)
    (lie,) = [e for e in made.events if isinstance(e, SegmentCalibrated)]
    assert lie.passed
    assert lie.axis == (-1, 0, 0)


def test_sensors_whose_clocks_nobody_knows_are_no_session(tmp_path):
    one = stream(tmp_path)
    two = stream(tmp_path, worn={"placement": "upper-arm-right"})
    facts = ImportFacts(patient="s-1", start_ns=START_NS)
    with pytest.raises(ConfigurationError, match="shared = true"):
        imported_session([one, two], facts, ulids(), version=1)
    with pytest.raises(ConfigurationError, match="at one place"):
        imported_session([one, one], facts, ulids(), version=1)
    with pytest.raises(ConfigurationError, match="--start"):
        imported_session([one], ImportFacts(patient="s-1"), ulids(), version=1)
    shared = ImportFacts(patient="s-1", start_ns=START_NS, shared_clock=True)
    made = imported_session([one, two], shared, ulids(), version=1)
    assert len(made.streams) == 2
    assert json.loads(made.plan.canonical_json())["items"]


def test_the_map_in_the_documentation_is_a_map_and_every_ready_one_is_named():
    text = (Path(__file__).parents[3] / "docs" / "import-and-export.md").read_text("utf-8")
    (written,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    made = ImportMap.model_validate(tomllib.loads(written))
    assert made.acceleration.unit == "g"
    assert made.placements
    assert all(f"`{name}`" in text for name in ready_maps())


@pytest.mark.parametrize("shorter", [1 / 100, 1 / 20, 1 / 10, 1 / 5, 1 / 3, 4, 5, 10, 20, 1000])
def test_a_unit_of_time_that_gravity_contradicts_is_never_taken_without_a_word(tmp_path, shorter):
    acc, gyr = arm()
    path = tmp_path / "f.csv"
    write_csv(path, table(acc, gyr, np.arange(len(acc)) / RATE_HZ / shorter))
    try:
        notes = import_stream(path, layout()).notes
    except ConfigurationError:
        return  # refused
    # Where nothing is seen to turn as told, it can only be said that nothing was checked.
    assert any(re.search("unit of time|not checked", note) for note in notes)


@pytest.mark.parametrize("scale", [0.4, 0.5, 0.6, 2.2, 2.7])
def test_a_gyroscope_of_another_scale_is_told_with_what_may_be_wrong(tmp_path, scale):
    acc, gyr = arm()
    path = tmp_path / "f.csv"
    write_csv(path, table(acc, scale * gyr))
    notes = import_stream(path, layout()).notes
    assert any("its scale, or the unit of time" in note for note in notes)
    write_csv(path, table(acc, gyr))
    assert not any("scale" in note for note in import_stream(path, layout()).notes)


def test_what_is_odd_in_one_part_of_a_long_recording_is_told_though_another_is_not(monkeypatch):
    acc, gyr = arm()
    monkeypatch.setattr("research.imports.stated_units.LOOKED_AT", len(acc))
    twice = np.concatenate([acc, acc])
    for first, second in ((0.5, 1.0), (1.0, 0.5)):
        both = np.concatenate([first * gyr, second * gyr])
        (note,) = check_units("f", layout(), twice, both, RATE_HZ)
        assert "unit of time" in note
    still = np.concatenate([np.tile(acc[:1], (len(acc), 1)), acc])
    calm = np.concatenate([np.zeros_like(gyr), gyr])
    assert check_units("f", layout(), still, calm, RATE_HZ) == []
    assert len(check_units("f", layout(), still[: len(acc)], calm[: len(acc)], RATE_HZ)) == 1


@pytest.mark.parametrize("longer", [3, 5, 8])
def test_a_movement_that_is_several_times_too_slow_for_its_gyroscope_is_refused(tmp_path, longer):
    acc, gyr = arm(6)
    path = tmp_path / "f.csv"
    write_csv(path, table(acc, gyr, longer * np.arange(len(acc)) / RATE_HZ))
    with pytest.raises(ConfigurationError, match="unit of time"):
        import_stream(path, layout())


def test_one_that_is_shaken_so_that_gravity_seems_slow_is_told_and_not_refused(tmp_path):
    acc, gyr = arm(6)
    pushes = np.random.default_rng(3).normal(0, 1, acc.shape)
    quarter = np.ones(15) / np.sqrt(15)
    shaken = acc + np.column_stack([np.convolve(axis, quarter, "same") for axis in pushes.T])
    write_csv(tmp_path / "f.csv", table(shaken, 3 * gyr))
    notes = import_stream(tmp_path / "f.csv", layout()).notes
    assert any("it moved much, or" in note for note in notes), notes


@pytest.mark.parametrize("ending", [".amc", ".ASF", ".bvh", ".c3d", ".trc"])
def test_motion_capture_is_refused_for_what_it_is(tmp_path, ending):
    path = tmp_path / f"02_01{ending}"
    path.write_text(":FULLY-SPECIFIED\n:DEGREES\n1\nroot 9.37 17.86 -17.32 -2.01 -2.25 -4.31\n")
    with pytest.raises(ConfigurationError, match="no sensor's samples"):
        import_stream(path, layout())


@pytest.mark.parametrize("jitter_s", [0.0, 0.02])
def test_a_loss_in_an_xdf_with_a_rate_is_found_and_jitter_is_taken_out(
    tmp_path, monkeypatch, jitter_s
):
    # As a recorder of the lab writes it: a rate, stamps, and nothing about losses.
    rng = np.random.default_rng(1)
    index = np.arange(3600)
    if not jitter_s:
        index = np.concatenate([index[:1800], index[2100:]])
    stamps = 1.7e9 + index / 60 + np.abs(rng.normal(0, jitter_s, len(index)))
    info = {"name": ["x"], "type": ["IMU"], "nominal_srate": ["60"], "desc": [None]}
    series = np.column_stack([np.zeros((len(index), 2)), np.full(len(index), 9.81)])
    line = np.polyval(np.polyfit(np.arange(len(index)), stamps, 1), np.arange(len(index)))

    def load(_, *, dejitter_timestamps=True, **__):
        told = line if dejitter_timestamps else stamps
        return [{"info": info, "time_series": series, "time_stamps": told}], {}

    monkeypatch.setattr(pyxdf, "load_xdf", load)
    (tmp_path / "lab.xdf").write_bytes(b"XDF:")
    layout = ImportMap.model_validate(
        {
            "name": "lab",
            "time": {"column": "time_stamps", "clock": "unix"},
            "acceleration": {"columns": [f"channel_{i}" for i in range(3)], "unit": "m/s2"},
        }
    )
    read = read_columns(tmp_path / "lab.xdf", layout).numbers("time_stamps")
    assert np.array_equal(read, line if jitter_s else stamps)
