"""Anonymous answers reach the clinic once each, without a name, and come out as sums only."""

import asyncio
import contextlib
import json
import random
import time
from datetime import date

import pytest
from typer.testing import CliRunner

from games.persuasion.questionnaire import ITEMS, SurveyAnswer
from ripresa.cli.main import app
from ripresa.clinic.survey_desk import SurveyArchive, SurveyBatch, SurveyDesk
from ripresa.clinic.survey_report import report
from ripresa.home.home import Home
from ripresa.home.survey_box import SurveyBox
from ripresa.home.survey_post import TURN_S, SurveyPost, anonymous_bus, survey_post
from ripresa.platform.background import running
from ripresa.platform.configuration import Folder, Identity
from telemetry.clock import ManualClock, ScaledClock, SystemClock
from telemetry.errors import DecodeError, StoreError
from telemetry.messages.notices import SurveyNotice
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import SiteTopics

pytestmark = pytest.mark.slow

TOPICS = SiteTopics("clinic")
SURVEY = "2026-q4"
T0_NS = 1_790_000_000_000_000_000


def notice(n=0, *, survey=SURVEY, **marks):
    return SurveyNotice(token=f"{n:032x}", survey=survey, marks=marks or {"fun": 1 + n % 5})


@pytest.fixture
def archive(tmp_path):
    return SurveyArchive(tmp_path / "answers")


@pytest.fixture
def box(tmp_path):
    return SurveyBox(tmp_path / "surveys")


def post_on(bus, box, clock, **more):
    draw = random.Random(1)
    connect = contextlib.nullcontext
    return SurveyPost(box, lambda: connect(bus), TOPICS, clock, draw=draw, chance=0.3, **more)


async def turns(clock, n):
    for _ in range(n):
        await clock.advance(TURN_S)
        for _ in range(10):
            await asyncio.sleep(0.002)
            await clock.advance(1)


def bytes_of(folder):
    return b"".join(str(p).encode() + p.read_bytes() for p in folder.rglob("*") if p.is_file())


async def test_an_answer_reaches_the_clinic_and_the_home_forgets_its_marks(box, archive):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    box.keep(SurveyAnswer(SURVEY, {"fun": 5, "use": 4}))
    async with running(SurveyDesk(bus, archive).run(), post_on(bus, box, clock).run()):
        await turns(clock, 20)
    assert box.waiting() == {}
    assert box.answered() == {SURVEY}, "it is not asked again"
    assert b"fun" not in bytes_of(box._folder)
    assert json.loads((archive._folder / f"{SURVEY}.json").read_bytes())["marks"] == [
        {"fun": 5, "use": 4}
    ]


async def test_nothing_of_the_home_is_in_what_is_sent_or_stored(box, archive):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    box.keep(SurveyAnswer(SURVEY, {"fun": 5}))
    (token,) = box.waiting()
    desk = SurveyDesk(bus, archive)
    async with running(desk.run()):
        sending = asyncio.create_task(post_on(bus, box, clock).send_one())
        for _ in range(20):
            await asyncio.sleep(0.01)
            await clock.advance(1)
        assert await sending
    (sent,) = [m for m in bus.published if m.topic == TOPICS.survey]
    assert json.loads(sent.payload) == {"token": token, "survey": SURVEY, "marks": {"fun": 5}}
    kept = bytes_of(archive._folder)
    assert token.encode() not in kept, "a token links an answer to its home as long as it is there"
    for path in archive._folder.iterdir():
        assert path.stat().st_mtime == 0
    body = json.loads((archive._folder / f"{SURVEY}.json").read_bytes())
    assert body.keys() == {"taken", "marks", "batches"}
    assert token not in {p.stem for p in box._folder.iterdir()}


def test_the_stored_bytes_do_not_depend_on_the_order_of_arrival(tmp_path):
    answers = [notice(n, fun=1 + n % 5, use=1 + n % 3) for n in range(12)]
    kept = []
    for seed in range(3):
        archive = SurveyArchive(tmp_path / str(seed))
        for one in random.Random(seed).sample(answers, len(answers)):
            archive.add(one)
        kept.append((tmp_path / str(seed) / f"{SURVEY}.json").read_bytes())
    assert kept[0] == kept[1] == kept[2]


def test_a_repeated_delivery_counts_once_and_equal_answers_twice(archive):
    assert archive.add(notice(1, fun=3))
    assert not archive.add(notice(1, fun=3))
    assert archive.add(notice(2, fun=3))
    assert len(archive._read(SURVEY)["marks"]) == 2


async def test_nothing_is_lost_while_broker_or_clinic_are_away(box, archive):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    box.keep(SurveyAnswer(SURVEY, {"fun": 2}))
    async with running(post_on(bus, box, clock).run()):
        await turns(clock, 10)
        assert len(box.waiting()) == 1
        async with running(SurveyDesk(bus, archive).run()):
            await turns(clock, 20)
    assert box.waiting() == {}
    assert len(archive._read(SURVEY)["marks"]) == 1


async def test_a_disk_that_refuses_answers_nobody_and_the_answer_comes_again(tmp_path, box):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    (tmp_path / "file").write_text("in the way")
    archive = SurveyArchive(tmp_path / "file" / "answers")
    box.keep(SurveyAnswer(SURVEY, {"fun": 2}))
    with pytest.raises(StoreError, match="cannot be"):
        archive.add(notice())
    async with running(SurveyDesk(bus, archive).run()):
        sending = asyncio.create_task(post_on(bus, box, clock).send_one())
        for _ in range(60):
            await asyncio.sleep(0.002)
            await clock.advance(1)
        assert not await sending
    assert len(box.waiting()) == 1


async def test_answers_leave_at_random_turns_and_one_at_a_time(box):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    for quarter in (1, 2, 3):
        box.keep(SurveyAnswer(f"2026-q{quarter}", {"fun": 2}))
    async with running(post_on(bus, box, clock).run()):
        await turns(clock, 15)
    sent = [m for m in bus.published if m.topic == TOPICS.survey]
    assert 1 <= len(sent) <= 12
    assert all(len(json.loads(m.payload)["marks"]) == 1 for m in sent)


async def test_nothing_is_sent_while_therapy_is_withdrawn(box):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    box.keep(SurveyAnswer(SURVEY, {"fun": 2}))
    async with running(post_on(bus, box, clock, may_send=lambda: False).run()):
        await turns(clock, 15)
    assert bus.published == []


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b'{"token": "x", "survey": "2026-q4", "marks": {"fun": 1}}',
        notice().encode().replace(b'"survey":"2026-q4"', b'"survey":"p-017"'),
        notice().encode().replace(b"}}", b'},"patient":"p-017"}'),
        notice(fun=9).encode(),
        notice(name=1).encode(),
    ],
)
async def test_what_is_no_answer_is_refused_without_repeating_it(payload, archive, caplog):
    bus = LocalBus()
    desk = SurveyDesk(bus, archive)
    async with running(desk.run()):
        await asyncio.sleep(0.01)
        bus.publish(TOPICS.survey, payload, qos=1)
        await asyncio.sleep(0.05)
    assert desk.refused == 1
    assert archive.surveys() == []
    assert "p-017" not in caplog.text


DURING, AFTER = date(2026, 12, 31), date(2027, 1, 1)


def test_below_five_answers_or_before_its_end_nothing_of_a_survey_is_shown(archive):
    for n in range(4):
        archive.add(notice(n, fun=5, use=1))
        text = report(archive, "en", AFTER)
        assert text == f"{SURVEY}: not over, or fewer than 5 answers: nothing is shown"
    archive.add(notice(4, fun=5))
    assert "nothing is shown" in report(archive, "en", DURING)
    text = report(archive, "en", AFTER)
    assert "at least 5 answers" in text
    assert "5  I enjoy playing" in text
    assert "fewer than 5  It seems useful to me" in text, "only four marked it"


def test_a_batch_that_was_released_never_changes_and_later_answers_wait_for_five(archive):
    for n in range(6):
        archive.add(notice(n, fun=1))
    first = archive.released(SURVEY, AFTER)
    for n in range(6, 10):
        archive.add(notice(n, fun=5))
        assert archive.released(SURVEY, AFTER) == first, "two looks cannot be subtracted"
    archive.add(notice(10, fun=5))
    assert archive.released(SURVEY, AFTER) == [*first, SurveyBatch(5, {"fun": 5.0})]
    assert not archive.add(notice(0, fun=1)), "a repeat of a released one counts no more"
    assert json.loads((archive._folder / f"{SURVEY}.json").read_bytes())["marks"] == []


def test_the_command_shows_the_surveys_in_both_languages(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    run = CliRunner().invoke
    assert "Nessuna risposta" in run(app, ["clinic", "surveys"]).output
    archive = SurveyArchive(Folder(tmp_path).survey_answers)
    for n in range(10):
        archive.add(notice(n, **dict.fromkeys(ITEMS, 4)))
    after = ScaledClock(1.0, time.monotonic_ns(), 1_800_000_000_000_000_000)
    monkeypatch.setenv("RIPRESA_CLOCK", after.spec)
    shown = run(app, ["clinic", "surveys"])
    assert "almeno 10 risposte" in shown.output
    assert "Mi piace giocare" in shown.output
    assert "at least 10" in run(app, ["clinic", "surveys", "--language", "en"]).output
    assert run(app, ["clinic", "surveys", "--language", "fr"]).exit_code != 0


def test_a_damaged_file_is_named(archive):
    archive.add(notice())
    (archive._folder / f"{SURVEY}.json").write_text("{")
    with pytest.raises(StoreError, match="2026-q4.json"):
        archive.released(SURVEY, AFTER)


def test_a_notice_holds_a_token_a_survey_and_marks_only():
    with pytest.raises(DecodeError):
        SurveyNotice.decode(notice().encode().replace(b"{", b'{"t_ns":1,', 1))


async def test_over_a_real_broker_that_comes_late(mosquitto, box, archive, tmp_path):
    settings, clock = MqttSettings(port=mosquitto.port), SystemClock()
    box.keep(SurveyAnswer(SURVEY, {"fun": 3}))
    mosquitto.kill()
    post = SurveyPost(box, lambda: anonymous_bus(settings), TOPICS, clock)
    sending = asyncio.create_task(post.send_one())
    await asyncio.sleep(0.2)
    mosquitto.start()
    async with (
        MqttBus(settings, "receiver", manual_ack=True, persistent=True) as bus,
        running(SurveyDesk(bus, archive).run()),
    ):
        await bus.wait_connected()
        await sending
        assert box.waiting() == {} or await post.send_one()
    assert len(archive._read(SURVEY)["marks"]) == 1
    home = Home(
        folder=Folder(tmp_path),
        identity=Identity(),
        broker=settings,
        clinic_broker=settings,
        clock=clock,
    )
    assert survey_post(home) is None, "without a way that tells no name, answers stay"
