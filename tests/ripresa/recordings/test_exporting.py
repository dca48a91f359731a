"""Every export is opened by a tool that is not ours and read back equal."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import pyxdf
from bidsschematools.validator import validate_bids
from fhir.resources.R4B.bundle import Bundle
from ucumvert import PintUcumRegistry

from builders import SESSION, batch, opened
from journals import session_opened
from research.exports.bids import BidsDataset
from research.exports.exported_session import ExportedSession, ExportedStream
from research.imports.import_map import ImportMap
from research.imports.imported_stream import import_stream
from research.tables.motion_table import marker_table, motion_of
from ripresa.cli.main import main
from ripresa.recordings.recorded_session import load_session

pytestmark = pytest.mark.slow


@pytest.fixture
def export(monkeypatch, capsys, tmp_path):
    def call(*arguments, out="out"):
        argv = ["ripresa", "export", *map(str, arguments), "--out", str(tmp_path / out)]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr(), tmp_path / out

    return call


@pytest.fixture
def session(kept):
    return load_session(kept.session, kept.home)


def one(folder, pattern):
    (path,) = folder.rglob(pattern)
    return path


@pytest.mark.parametrize("place", ["journal", "archive"])
def test_parquet_is_read_back_equal_by_pandas_and_duckdb_with_units_in_its_fields(
    export, kept, places, session, place
):
    code, told, out = export(kept.session, "--archive", places[place], "--to", "parquet")
    assert code == 0, told.err
    path = one(out, "motion-*.parquet")
    frame = pd.read_parquet(path)
    motion = session.motion().to_pandas()
    assert frame[motion.columns].equals(motion)
    assert (frame["lost_before"] == 0).all()
    (counted,) = duckdb.read_parquet(str(path)).aggregate("count(*), avg(acc_x_m_s2)").fetchall()
    assert counted[0] == len(motion)
    assert counted[1] == pytest.approx(motion["acc_x_m_s2"].astype(float).mean())
    units = {f.name: (f.metadata or {}).get(b"unit") for f in pq.read_schema(path)}
    assert units["acc_x_m_s2"] == b"m/s2"
    assert units["gyr_x_rad_s"] == b"rad/s"
    assert units["index"] is None
    repetitions = pd.read_parquet(one(out, "repetitions.parquet"))
    assert len(repetitions) == kept.summary.repetitions
    assert pd.read_parquet(one(out, "angle-*.parquet")).equals(session.angle().to_pandas())


def test_csv_is_read_back_equal_by_pandas(export, kept, session):
    code, told, out = export("--all", "--journal", kept.home, "--to", "csv")
    assert code == 0, told.err
    motion = session.motion()
    frame = pd.read_csv(one(out, "motion-*.csv"))
    for name in ("acc_x_m_s2", "gyr_z_rad_s"):
        assert np.array_equal(frame[name].to_numpy(np.float32), motion[name])
    assert np.array_equal(frame["t_ns"], motion.t_ns)


def test_xdf_is_read_back_equal_by_pyxdf(export, kept, session):
    code, told, out = export(kept.session, "--journal", kept.home, "--to", "xdf")
    assert code == 0, told.err
    streams, _ = pyxdf.load_xdf(
        str(one(out, "*.xdf")), dejitter_timestamps=False, synchronize_clocks=False
    )
    imu = next(s for s in streams if s["info"]["type"] == ["IMU"])
    listed = imu["info"]["desc"][0]["channels"][0]["channel"]
    labels = [channel["label"][0] for channel in listed]
    units = dict(zip(labels, (channel["unit"][0] for channel in listed), strict=True))
    motion = session.motion()
    for name in ("index", "acc_y_m_s2", "device_us"):
        assert np.array_equal(imu["time_series"][:, labels.index(name)], motion[name])
    assert np.allclose(imu["time_stamps"], motion.t_ns / 1e9, atol=1e-6, rtol=0)
    assert units["acc_y_m_s2"] == "m/s2"
    markers = next(s for s in streams if s["info"]["type"] == ["Markers"])
    kinds = [json.loads(row[0])["type"] for row in markers["time_series"]]
    assert kinds == [event.type for event in session.records]


def test_an_xdf_comes_in_again_with_the_samples_it_went_out_with(export, kept, session):
    _, _, out = export(kept.session, "--journal", kept.home, "--to", "xdf")
    layout = ImportMap.model_validate(
        {
            "name": "lab",
            "file": {"stream": "IMU"},
            "time": {"column": "time_stamps", "clock": "unix"},
            "acceleration": {"columns": [f"acc_{a}_m_s2" for a in "xyz"], "unit": "m/s2"},
            "gyroscope": {"columns": [f"gyr_{a}_rad_s" for a in "xyz"], "unit": "rad/s"},
        }
    )
    read = import_stream(one(out, "*.xdf"), layout, placement="wrist-right")
    assert np.array_equal(read.acc, session.motion().acc)
    assert np.array_equal(read.gyr, session.motion().gyr)
    assert read.grid.lost == 0


def storage(path):
    """A storage file by its own header, as OpenSim's reader goes about it."""
    lines = path.read_text().splitlines()
    at = lines.index("endheader")
    head = dict(line.split("=") for line in lines[:at] if "=" in line)
    values = np.array([[float(v) for v in line.split("\t")] for line in lines[at + 2 :]])
    assert (int(head["nRows"]), int(head["nColumns"])) == values.shape
    return head, lines[at + 1].split("\t"), values


def test_opensim_files_hold_the_angle_in_degrees_and_a_time_that_rises(export, kept, session):
    code, told, out = export(kept.session, "--journal", kept.home, "--to", "opensim")
    assert code == 0, told.err
    head, names, values = storage(one(out, "*.mot"))
    angle = session.angle()
    assert head["inDegrees"] == "yes"
    assert names == ["time", "abduction_angle"]
    assert np.array_equal(values[:, 1], angle.angle_deg)
    begun_ns = session.opened.t_ns
    assert np.allclose(values[:, 0], (angle.t_ns - begun_ns) / 1e9, atol=1e-6)
    _, names, values = storage(one(out, "*.sto"))
    assert len(names) == 7
    assert np.allclose(values[:, 1:4], session.motion().acc, rtol=1e-6)
    assert (np.diff(values[:, 0]) > 0).all()


READ_BY_OPENSIM = """
import sys
import numpy as np
import opensim

for path, kept in zip(sys.argv[1::2], sys.argv[2::2]):
    table = opensim.TimeSeriesTable(path)
    names = list(table.getColumnLabels())
    values = np.column_stack([table.getDependentColumn(name).to_numpy() for name in names])
    times = np.array(table.getIndependentColumn())
    degrees = table.getTableMetaDataAsString("inDegrees")
    np.savez(kept, times=times, values=values, names=names, degrees=degrees)
"""


@pytest.mark.nightly
def test_opensim_itself_reads_them(export, kept, session, tmp_path):
    # It is in nobody's requirements: `OPENSIM_PYTHON` names an interpreter that has it.
    python = os.environ.get("OPENSIM_PYTHON", sys.executable)
    looked = subprocess.run([python, "-c", "import opensim"], capture_output=True, check=False)
    if looked.returncode:
        pytest.skip(f"{python} has no opensim: set OPENSIM_PYTHON to one that has")
    _, _, out = export(kept.session, "--journal", kept.home, "--to", "opensim")
    mot, sto = tmp_path / "mot.npz", tmp_path / "sto.npz"
    files = [one(out, "*.mot"), mot, one(out, "*.sto"), sto]
    subprocess.run([python, "-c", READ_BY_OPENSIM, *map(str, files)], check=True)
    read, angle, begun_ns = np.load(mot), session.angle(), session.opened.t_ns
    assert [*read["names"]] == ["abduction_angle"]
    assert read["degrees"] == "yes"
    assert np.array_equal(read["values"][:, 0], angle.angle_deg)
    assert np.allclose(read["times"], (angle.t_ns - begun_ns) / 1e9, atol=1e-6)
    motion = session.motion()
    felt = np.column_stack([motion.acc, motion.gyr])
    assert np.allclose(np.load(sto)["values"], felt, rtol=1e-6)


def bids(export, kept):
    code, told, out = export("--patient", "demo-patient", "--journal", kept.home, "--to", "bids")
    assert code == 0, told.err
    return out


def test_bids_passes_its_validator(export, kept):
    out = bids(export, kept)
    program = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    done = subprocess.run(
        [program, str(out), "--json"], capture_output=True, text=True, check=False
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert not [i for i in issues if i["severity"] == "error"], issues


@pytest.mark.nightly
def test_bids_has_no_file_that_its_schema_does_not_know(export, kept):
    found = validate_bids(str(bids(export, kept)))
    assert not found["path_tracking"], found["path_tracking"]


def test_bids_holds_what_the_validator_does_not_look_at_and_is_read_back_equal(
    export, kept, session
):
    out = bids(export, kept)
    path = one(out, "*_tracksys-wristright_run-1_motion.tsv")
    sidecar = json.loads(path.with_suffix(".json").read_text())
    channels = pd.read_csv(
        str(path).replace("_motion.tsv", "_channels.tsv"), sep="\t", keep_default_na=False
    )
    values = pd.read_csv(path, sep="\t", header=None, na_values="n/a")
    motion = session.motion()
    assert len(channels) == values.shape[1] == sidecar["MotionChannelCount"]
    assert len(values) == motion.rows
    for kind in ("ACCEL", "GYRO", "LATENCY"):
        assert sidecar[f"{kind}ChannelCount"] == (channels["type"] == kind).sum()
    assert set(channels["units"]) == {"m/s^2", "rad/s", "s"}
    assert set(channels["tracked_point"]) == {"wrist-right"}
    at = channels.index[channels["name"] == "acc_x"][0]
    assert np.array_equal(values[at].to_numpy(np.float32), motion["acc_x_m_s2"])
    assert np.allclose(values.iloc[:, -1], (motion.t_ns - motion.t_ns[0]) / 1e9, atol=1e-9)
    scans = pd.read_csv(one(out, "*_scans.tsv"), sep="\t")
    assert all((one(out, "*_scans.tsv").parent / name).is_file() for name in scans["filename"])


def test_what_is_not_known_is_na_in_bids_whether_a_sample_was_lost_or_a_channel_was(tmp_path):
    field = np.ones((3, 3), np.float32)
    batches = [batch(3, mag=field), batch(2, first_index=3), batch(2, first_index=7, mag=field[:2])]
    stream = ExportedStream(opened(), motion_of(batches), marker_table(()))
    session = ExportedSession(SESSION, session_opened(), [session_opened()], None, [stream], {})
    BidsDataset(tmp_path).add(session)
    lines = one(tmp_path, "*_motion.tsv").read_text().splitlines()
    cells = [line.split("\t") for line in lines]
    assert [row[6] for row in cells] == ["1", "1", "1", "n/a", "n/a", "n/a", "n/a", "1", "1"]
    assert [row[-1] == "n/a" for row in cells] == [False] * 5 + [True] * 2 + [False] * 2
    assert "nan" not in "".join(lines)


@pytest.mark.parametrize("to", ["bids", "fhir", "parquet", "csv", "opensim", "xdf"])
def test_no_export_holds_what_names_a_person_or_a_radio(export, kept, to):
    code, told, out = export(kept.session, "--journal", kept.home, "--to", to)
    assert code == 0, told.err
    forbidden = re.compile(
        rb"([0-9A-F]{2}:){5}[0-9A-F]{2}|full_?name|birth|@\w+\.\w+|address", re.IGNORECASE
    )
    # Of samples, three bytes or five may read like anything: a name stands in a longer text.
    text = re.compile(rb"[\t\n\r\x20-\x7e]{12,}")
    files = [path for path in out.rglob("*") if path.is_file()]
    assert files
    for path in files:
        whole = path.read_bytes()
        told = text.findall(whole) if path.suffix in {".xdf", ".parquet"} else [whole]
        assert not any(map(forbidden.search, told)), path


def test_fhir_is_a_bundle_of_r4b_with_units_of_ucum(export, kept, session):
    code, told, out = export(kept.session, "--journal", kept.home, "--to", "fhir")
    assert code == 0, told.err
    text = one(out, "*.fhir.json").read_text()
    bundle = Bundle.model_validate_json(text)
    again = re.sub(r"(\.\d{3})000Z", r"\1Z", bundle.model_dump_json())
    assert json.loads(again) == json.loads(text)
    observations = [e.resource for e in bundle.entry[1:]]
    (item,) = session.result.items
    rom = next(o for o in observations if o.code.coding and o.code.coding[0].code == "364564000")
    assert float(rom.valueQuantity.value) == item.range_of_motion.median_deg
    ends = [float(c.valueQuantity.value) for c in rom.component]
    assert ends == [item.range_of_motion.band_low_deg, item.range_of_motion.band_high_deg]
    counted = next(o for o in observations if "Repetitions" in o.code.text)
    assert int(counted.valueQuantity.value) == len(item.repetitions)
    known = PintUcumRegistry()
    codes = {o.valueQuantity.code for o in observations if o.valueQuantity}
    assert {"deg", "{repetitions}"} <= codes
    for code_ in codes:
        known.from_ucum(code_)


def test_ucum_is_checked_for_the_models_accept_bananas():
    known = PintUcumRegistry()
    with pytest.raises(Exception, match="banana"):
        known.from_ucum("banana")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--to", "bids"), "say which"),
        (("--all", "--to", "c3d"), "no format 'c3d'"),
        (("--patient", "nobody", "--to", "csv"), "no such session"),
        (("--all", "--patient", "demo-patient", "--to", "csv"), "say which"),
    ],
)
def test_what_cannot_be_exported_is_one_line(export, kept, asked, told):
    code, said, _ = export(*asked, "--journal", kept.home)
    assert code == 2
    assert told in said.err


def test_nothing_is_written_over(export, kept, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    code, said, _ = export("--all", "--to", "csv", "--journal", kept.home)
    assert code == 2
    assert "not an empty folder" in said.err
