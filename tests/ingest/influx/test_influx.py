"""What the journal holds comes to stand in InfluxDB, all of it, once, whatever the server says."""

import asyncio
import dataclasses

import numpy as np
import pytest

from builders import SESSION, T0_NS, batch
from ingest.influx.admin import delete_patient, patient_series, set_up, verify
from ingest.influx.answers import LinesTooMany
from ingest.influx.followers import MOTION, THERAPY, influx_followers
from ingest.influx.lines import line, motion_lines
from ingest.influx.minutes import MinuteMeans, minutes_follower
from ingest.influx.points import stored
from ingest.influx.record_context import RecordContext, Whose
from ingest.influx.server import InfluxSettings, InfluxWriter, MemoryLines
from ingest.influx.therapy_lines import _event_lines
from journals import (
    HOME,
    S_NS,
    item_record,
    receive,
    repetition,
    result_record,
    session_result,
    whole_session,
)
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError, StoreBusy
from telemetry.messages.events import HeartMeasured
from telemetry.messages.record import RecordKind
from telemetry.messages.results import (
    AdherenceResult,
)

pytestmark = pytest.mark.slow

TAGS = {"site": "clinic", "patient": "p-01"}
SETTINGS = InfluxSettings(url="http://127.0.0.1:1", token="-", org="o", motion_days=None)  # noqa: S106


def test_a_line_escapes_and_leaves_out_what_is_absent():
    tags = {"patient": "p 1,=", "site": ""}
    fields = {"a": 'say "x"\\\n', "b": None, "c": 3, "d": 0.25, "e": float("nan"), "f": ""}
    assert line("m", tags, fields, 7) == rb'm,patient=p\ 1\,\= a="say \"x\"\\ ",c=3i,d=0.25 7'
    with pytest.raises(ValueError, match="needs a field"):
        line("m", {}, {"b": None}, 7)


def test_samples_become_lines_and_non_finite_ones_are_left_out():
    made = batch(3)
    made.acc[1, 0] = np.nan
    lines = motion_lines(made, TAGS | {"placement": "wrist-right"}).split(b"\n")
    assert len(lines) == 2
    x, y, z = made.acc[0]
    head = f"motion,patient=p-01,placement=wrist-right,site=clinic acc_x={x:.4f},acc_y={y:.4f}"
    assert lines[0].decode().startswith(f"{head},acc_z={z:.4f},gyr_x=")
    assert lines[0].endswith(str(made.t_ns[0]).encode())
    made.acc[:] = np.inf
    assert motion_lines(made, TAGS) == b""
    assert b"gyr" not in motion_lines(dataclasses.replace(batch(2), gyr=None), TAGS)


async def test_a_session_becomes_the_points_that_the_document_names(clinic):
    receive(clinic, whole_session())
    memory = MemoryLines()
    for follower in influx_followers(clinic, memory, SETTINGS, ManualClock()):
        await follower.catch_up()
        assert follower.status().backlog == 0
    assert len(memory.lines["motion"]) == 100
    therapy = [text.decode() for text in memory.lines["therapy"]]
    found = {text.split(",")[0]: text for text in therapy}
    assert set(found) == {"session", "session_end", "report", "gap", "item", "phase", "repetition"}
    assert sum(text.startswith("repetition,") for text in therapy) == 2
    assert "duration_s=600" in found["session_end"]
    start_ns = batch(20).t_ns[5]
    assert found["item"].endswith(f" {start_ns}")
    assert 'repetitions=2i,core_version="1"' in found["item"]
    assert "rom_median_deg=90.5" in found["item"]
    assert "attempts=0i,other_s=0,judged=1i" in found["item"]
    assert found["repetition"].endswith(f" {batch(20, first_index=20).t_ns[0]}")
    assert "count=7i" in found["gap"]
    assert all(
        ",patient=p-01,site=clinic " in text.replace(",placement=wrist-right", "")
        or "exercise=" in text
        for text in therapy
    )


async def test_each_repetitions_bands_and_how_alike_they_are_become_fields(clinic):
    receive(clinic, whole_session())
    bands = {"range_low_deg": 85.0, "range_high_deg": 97.0, "peak_low_deg": 88.5}
    banded = repetition(1, 30).model_copy(update=bands)
    item = session_result().items[0]
    seen = item.model_copy(update={"alike": 0.93, "repetitions": (banded,)})
    newer = session_result(core_version="2", supersedes=1, items=(seen,))
    await clinic.append([result_record(newer)])
    memory = MemoryLines()
    _, therapy = influx_followers(clinic, memory, SETTINGS, ManualClock())
    await therapy.catch_up()
    told = {text.split(b",")[0]: text.decode() for text in memory.lines["therapy"]}
    assert "alike=0.93" in told[b"item"]
    assert "range_low_deg=85,range_high_deg=97,peak_low_deg=88.5" in told[b"repetition"]


@pytest.mark.parametrize("judged", [True, False])
async def test_how_long_strokes_took_is_a_field_only_where_enough_came_to_judge(clinic, judged):
    receive(clinic, whole_session())
    item = session_result().items[0].model_copy(update={"judged": judged})
    newer = session_result(core_version="2", supersedes=1, items=(item,))
    await clinic.append([result_record(newer)])
    memory = MemoryLines()
    _, therapy = influx_followers(clinic, memory, SETTINGS, ManualClock())
    await therapy.catch_up()
    told = [text.decode() for text in memory.lines["therapy"] if text.startswith(b"repetition,")]
    assert {"up_s=" in text and "hold_s=" in text for text in told[-1:]} == {judged}
    assert all("number=" in text for text in told)


async def test_what_a_day_came_to_is_no_records_point_but_a_figure(clinic):
    receive(clinic, whole_session())
    missed = AdherenceResult(patient="p-01", day="2023-11-15", plan_version=1, state="missed")
    await clinic.append([result_record(missed)])
    memory = MemoryLines()
    _, therapy = influx_followers(clinic, memory, SETTINGS, ManualClock())
    await therapy.catch_up()
    assert not [text for text in memory.lines["therapy"] if b"2023-11-15" in text]


async def analysed_anew(clinic):
    """A new core counts one repetition less, at another place."""
    item = session_result().items[0]
    newer = item.model_copy(update={"repetitions": (repetition(1, 30),)})
    result = session_result(core_version="2", supersedes=1, items=(newer,))
    await clinic.append([result_record(result)])


async def test_a_result_that_supersedes_another_replaces_its_points(clinic):
    receive(clinic, whole_session())
    memory = MemoryLines()
    _, therapy = influx_followers(clinic, memory, SETTINGS, ManualClock())
    await therapy.catch_up()
    before = len(memory.lines["therapy"])
    await analysed_anew(clinic)
    await therapy.catch_up()
    found = [text.decode() for text in memory.lines["therapy"]]
    assert len(found) == before - 1
    (item,) = [text for text in found if text.startswith("item,")]
    assert 'core_version="2"' in item
    assert sum(text.startswith("repetition,") for text in found) == 1


async def test_the_cursor_moves_on_success_only(clinic):
    receive(clinic, whole_session())
    memory = MemoryLines()
    memory.trouble = [StoreBusy("503"), StoreBusy("no answer")]
    motion, _ = influx_followers(clinic, memory, SETTINGS, ManualClock())
    for _ in range(2):
        with pytest.raises(StoreBusy):
            await motion.catch_up()
        assert clinic.cursor(MOTION) == 0
    await motion.catch_up()
    assert len(memory.lines["motion"]) == 100
    assert clinic.cursor(MOTION) == clinic.last_seq()


async def test_a_running_follower_waits_longer_and_longer_and_says_why(clinic):
    receive(clinic, whole_session())
    memory, clock = MemoryLines(), ManualClock()
    memory.trouble = [StoreBusy("InfluxDB answers 503")] * 5
    _, therapy = influx_followers(clinic, memory, SETTINGS, clock)
    task = asyncio.create_task(therapy.run())
    for _ in range(400):
        await asyncio.sleep(0.002)
        await clock.advance(0.1)
        if memory.calls == 3:
            assert therapy.status().trouble == "InfluxDB answers 503"
        if memory.lines:
            break
    task.cancel()
    assert memory.calls == 6
    assert clock.now_ns() - ManualClock().now_ns() >= (1 + 2 + 4 + 8 + 16) * S_NS


async def test_a_refused_line_is_set_aside_alone_and_the_rest_goes_through(clinic):
    receive(clinic, whole_session())
    memory = MemoryLines()
    mark = str(batch(20).t_ns[7]).encode()
    memory.refuses = {mark: "unparsable"}
    motion, _ = influx_followers(clinic, memory, SETTINGS, ManualClock())
    await motion.catch_up()
    assert len(memory.lines["motion"]) == 99
    ((seq, reason, text),) = clinic.rows("SELECT seq, reason, line FROM set_aside")
    assert mark in text
    assert reason == "unparsable"
    assert seq == 4
    assert motion.status().set_aside == 1


async def test_too_large_a_block_is_halved(clinic):
    receive(clinic, whole_session())
    memory = MemoryLines()
    memory.trouble = [LinesTooMany("413"), LinesTooMany("413")]
    motion, _ = influx_followers(clinic, memory, SETTINGS, ManualClock())
    await motion.catch_up()
    assert len(set(memory.lines["motion"])) == 100


async def test_what_the_bucket_no_longer_keeps_is_set_aside_untried(clinic):
    receive(clinic, whole_session())
    memory = MemoryLines()
    settings = dataclasses.replace(SETTINGS, motion_days=1)
    motion, _ = influx_followers(clinic, memory, settings, ManualClock(T0_NS + 2 * 86400 * S_NS))
    await motion.catch_up()
    assert memory.calls == 0
    assert clinic.rows("SELECT sum(lines) FROM set_aside") == [(100,)]


def settings_for(influxd, name, duration="INF"):
    return dataclasses.replace(
        SETTINGS,
        url=influxd.url,
        motion_bucket=influxd.create_bucket(f"motion_{name}", duration),
        therapy_bucket=influxd.create_bucket(f"therapy_{name}"),
    )


async def test_on_a_real_server_repeats_are_harmless(clinic, influxd):
    receive(clinic, whole_session())
    settings = settings_for(influxd, "repeats")
    for _ in range(2):
        for name in (MOTION, THERAPY):
            clinic.move_cursor(name, 0)
        with InfluxWriter(settings) as writer:
            for follower in influx_followers(clinic, writer, settings, ManualClock()):
                await follower.catch_up()
        assert influxd.count(settings.motion_bucket, "motion", "acc_x") == 100
        assert influxd.count(settings.therapy_bucket, "repetition", "number") == 2
        assert influxd.count(settings.therapy_bucket, "item", "rom_median_deg") == 1


async def test_a_real_server_refuses_what_its_retention_has_passed(clinic, influxd):
    receive(clinic, whole_session())
    settings = settings_for(influxd, "old", "1h")
    with InfluxWriter(settings) as writer:
        motion, _ = influx_followers(clinic, writer, settings, ManualClock())
        await motion.catch_up()
    assert influxd.count(settings.motion_bucket, "motion", "acc_x") == 0
    assert clinic.rows("SELECT sum(lines) FROM set_aside") == [(100,)]


async def test_a_real_server_that_is_killed_and_comes_back_gets_everything(clinic, influxd):
    settings = settings_for(influxd, "killed")
    receive(clinic, whole_session())
    with InfluxWriter(settings) as writer:
        motion, _ = influx_followers(clinic, writer, settings, ManualClock())
        await motion.catch_up()
        influxd.kill()
        receive(clinic, [item_record(batch(20, first_index=20 * i)) for i in range(6, 40)])
        with pytest.raises(StoreBusy, match="no InfluxDB at"):
            await motion.catch_up()
        influxd.start()
        await motion.catch_up()
    assert influxd.count(settings.motion_bucket, "motion", "gyr_z") == 780


async def test_a_missing_bucket_is_nothing_wrong_with_the_data(clinic, influxd):
    receive(clinic, whole_session())
    settings = dataclasses.replace(SETTINGS, url=influxd.url, motion_bucket="nowhere/kept")
    with InfluxWriter(settings) as writer:
        motion, _ = influx_followers(clinic, writer, settings, ManualClock())
        with pytest.raises(StoreBusy, match="no bucket"):
            await motion.catch_up()
    assert clinic.cursor(MOTION) == 0


def test_settings_come_from_the_environment(tmp_path):
    assert InfluxSettings.from_environment({}) is None
    env = {"RIPRESA_INFLUX_URL": "http://x:8086", "RIPRESA_INFLUX_ORG": "o"}
    with pytest.raises(ConfigurationError, match="RIPRESA_INFLUX_TOKEN"):
        InfluxSettings.from_environment(env)
    secret = tmp_path / "token"
    secret.write_text("hidden\n")
    env["RIPRESA_INFLUX_TOKEN_FILE"] = str(secret)
    settings = InfluxSettings.from_environment(env | {"RIPRESA_INFLUX_MOTION_DAYS": "7"})
    assert (settings.token, settings.motion_days) == ("hidden", 7)
    assert "hidden" not in repr(settings)
    with pytest.raises(ConfigurationError, match="RIPRESA_INFLUX_MOTION_DAYS"):
        InfluxSettings.from_environment(env | {"RIPRESA_INFLUX_MOTION_DAYS": "many"})


async def test_journal_and_database_are_compared_count_by_count(clinic, influxd):
    receive(clinic, whole_session())
    missed = AdherenceResult(patient="p-01", day="2023-11-15", plan_version=1, state="missed")
    await clinic.append([result_record(missed)])
    settings = settings_for(influxd, "verify")
    with InfluxWriter(settings) as writer:
        motion, therapy = influx_followers(clinic, writer, settings, ManualClock())
        await therapy.catch_up()
        (difference,) = verify(clinic, writer, settings)
        assert (difference.journal, difference.database) == (100, 0)
        await motion.catch_up()
        assert verify(clinic, writer, settings) == []


async def test_a_patient_is_deleted_from_the_database_and_nobody_else(clinic, influxd):
    receive(clinic, whole_session())
    settings = settings_for(influxd, "delete")
    with InfluxWriter(settings) as writer:
        for follower in influx_followers(clinic, writer, settings, ManualClock()):
            await follower.catch_up()
        other = line("session", {"patient": "p-02", "site": "clinic"}, {"opened": 1}, T0_NS)
        writer.write(settings.therapy_bucket, other)
        assert patient_series(writer, settings, "p-01") > 0
        delete_patient(writer, settings, "p-01")
        assert patient_series(writer, settings, "p-01") == 0
        assert patient_series(writer, settings, "p-02") == 1


async def test_on_a_real_server_superseded_points_go(clinic, influxd):
    receive(clinic, whole_session())
    settings = settings_for(influxd, "superseded")
    with InfluxWriter(settings) as writer:
        _, therapy = influx_followers(clinic, writer, settings, ManualClock())
        await therapy.catch_up()
        await analysed_anew(clinic)
        await therapy.catch_up()
        assert [d.what for d in verify(clinic, writer, settings)] == [
            "motion of p-01 at wrist-right"
        ]
    bucket = settings.therapy_bucket
    assert influxd.count(bucket, "repetition", "number") == 1
    assert influxd.count(bucket, "item", "repetitions") == 1
    assert influxd.count(bucket, "session", "opened") == 1


async def minutes_of(clinic, influxd, name):
    settings = dataclasses.replace(
        settings_for(influxd, name), minutes_bucket=influxd.create_bucket(f"{name}min")
    )
    with InfluxWriter(settings) as writer:
        follower = minutes_follower(clinic, writer, settings, ManualClock())
        await follower.catch_up()
        return stored(writer, settings.minutes_bucket, ["motion"])


async def test_minutes_are_means_of_all_samples_that_the_journal_holds(clinic, influxd):
    receive(clinic, whole_session())
    ((key, fields),) = (await minutes_of(clinic, influxd, "minutes")).items()
    assert key.t_ns % 60_000_000_000 == 0
    assert float(fields["acc_z"]) == pytest.approx(9.81, abs=0.1)
    assert fields["samples"] == "100i"


async def test_minutes_written_bit_by_bit_or_again_are_those_written_at_once(clinic, influxd):
    receive(clinic, whole_session())
    whole = await minutes_of(clinic, influxd, "whole")
    settings = dataclasses.replace(
        settings_for(influxd, "bits"), minutes_bucket=influxd.create_bucket("bitsmin")
    )
    motion = clinic.arrivals(0, kinds=(RecordKind.MOTION,))
    with InfluxWriter(settings) as writer:
        for arrival in [*motion, *motion[-1:]]:
            # A new one each time, as after a restart: nothing is in mind.
            means = MinuteMeans(RecordContext(clinic))
            writer.write(settings.minutes_bucket, b"\n".join(means.lines(arrival.record)))
        assert stored(writer, settings.minutes_bucket, ["motion"]) == whole


def test_setting_up_a_server_without_buckets_is_one_clear_line(influxd):
    settings = dataclasses.replace(SETTINGS, url=influxd.url)
    with InfluxWriter(settings) as writer, pytest.raises(StoreBusy, match="version 2"):
        set_up(writer, settings)


def test_a_heart_rate_without_skin_contact_becomes_a_point_without_a_rate():
    def heard(contact):
        return _event_lines(
            HeartMeasured(
                session=SESSION, number=1, t_ns=T0_NS, wearable="b", rate_bpm=72, contact=contact
            ),
            Whose(("s", "p")),
            None,
            HOME,
        )

    assert [b"rate_bpm=72i" in line for c in (None, True, False) for line in heard(c)] == [
        True,
        True,
        False,
    ]
    assert b"contact=0i" in heard(False)[0]
    assert b"contact=1i" in heard(True)[0]
    assert b"contact" not in heard(None)[0]
