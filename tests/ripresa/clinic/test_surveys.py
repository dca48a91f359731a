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
from ingest.rights.audit import AuditKey
from ripresa.cli.main import app
from ripresa.clinic.survey_desk import SurveyArchive, SurveyBatch, SurveyDesk
from ripresa.clinic.survey_report import report
from ripresa.home.home import Home
from ripresa.home.survey_box import SurveyBox
from ripresa.home.survey_post import TURN_S, SurveyPost, anonymous_bus, survey_post
from ripresa.platform.background import running
from ripresa.platform.configuration import Folder, Identity
from ripresa.survey.blind_signature import public_key_text
from ripresa.survey.issuing import SurveyIssuing
from ripresa.survey.quarters import is_over
from ripresa.survey.signing_keys import SigningKeys
from ripresa.survey.wallet import SurveyWallet
from telemetry.clock import ManualClock, ScaledClock, SystemClock
from telemetry.errors import DecodeError, StoreError
from telemetry.messages.surveys import SurveyNotice, SurveyRequest
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics, SiteTopics

pytestmark = pytest.mark.slow

TOPICS = SiteTopics("clinic")
SURVEY = "2026-q4"
T0_NS = 1_792_000_000_000_000_000  # in October 2026
NAMES = AuditKey(b"k" * 32)


def notice(n=0, *, survey=SURVEY, **marks):
    """An answer without a credential that is worth anything: for the archive behind the desk."""
    unsigned = {"prefix": "00" * 32, "signature": "00" * 256}
    marks = marks or {"fun": 1 + n % 5}
    return SurveyNotice(token=f"{n:032x}", survey=survey, marks=marks, **unsigned)


@pytest.fixture
def archive(tmp_path):
    return SurveyArchive(tmp_path / "answers")


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return SigningKeys(tmp_path_factory.mktemp("keys"), NAMES, bits=2048)


def desk_on(bus, archive, keys):
    return SurveyDesk(bus, archive, keys)


def issuing_on(bus, keys, clock, *, barred=lambda _patient: False):
    return SurveyIssuing(bus, keys, clock, site="+", sites=lambda: ["clinic"], barred=barred)


@pytest.fixture
def box(tmp_path):
    return SurveyBox(tmp_path / "surveys")


def post_on(bus, box, clock, *, patient="p-01", **more):
    draw, connect = random.Random(1), contextlib.nullcontext
    wallet = SurveyWallet(box._folder, bus, HomeTopics("clinic", patient), TOPICS)
    return SurveyPost(
        box, wallet, lambda: connect(bus), TOPICS, clock, draw=draw, chance=0.3, **more
    )


async def with_credential(bus, box, clock, keys, **more):
    """A home whose waiting answers have their credentials."""
    post = post_on(bus, box, clock, **more)
    async with running(issuing_on(bus, keys, clock).run()):
        for _ in range(200):
            post.ask()
            await asyncio.sleep(0.01)
            if all(post._wallet.issued(a.survey) for a in box.waiting().values()):
                return post
    raise AssertionError("no credential")


async def turns(clock, n):
    for _ in range(n):
        await clock.advance(TURN_S)
        for _ in range(10):
            await asyncio.sleep(0.005)
            await clock.advance(1)


def bytes_of(folder):
    return b"".join(str(p).encode() + p.read_bytes() for p in folder.rglob("*") if p.is_file())


async def test_answers_that_cannot_be_kept_are_told_until_they_are(archive):
    class AnyKeys:
        def has_signed(self, _notice):
            return True

    bus, told = LocalBus(), []
    place = archive._folder / f"{SURVEY}.json"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"{")
    desk = SurveyDesk(bus, archive, AnyKeys(), shut=told.append)
    async with running(desk.run()):
        for n in range(2):
            bus.publish(TOPICS.survey, notice(n).encode(), qos=1)
            async with asyncio.timeout(10):
                while len(told) <= n:
                    await asyncio.sleep(0.01)
            place.unlink(missing_ok=True)
    assert told == [True, False]


async def test_an_answer_reaches_the_clinic_and_the_home_forgets_its_marks(box, archive, keys):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    box.keep(SurveyAnswer(SURVEY, {"fun": 5, "use": 4}))
    issuing = issuing_on(bus, keys, clock)
    async with running(
        desk_on(bus, archive, keys).run(), issuing.run(), post_on(bus, box, clock).run()
    ):
        await turns(clock, 20)
    assert box.waiting() == {}
    assert box.answered() == {SURVEY}, "it is not asked again"
    assert b"fun" not in bytes_of(box._folder)
    assert not list(box._folder.glob("*.credential")), "nor its token"
    assert json.loads((archive._folder / f"{SURVEY}.json").read_bytes())["marks"] == [
        {"fun": 5, "use": 4}
    ]


async def test_nothing_of_the_home_is_in_what_is_sent_or_stored(box, archive, keys):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    box.keep(SurveyAnswer(SURVEY, {"fun": 5}))
    post = await with_credential(bus, box, clock, keys, patient="p-03")
    credential = post._wallet.issued(SURVEY)
    token = credential.token
    desk = desk_on(bus, archive, keys)
    async with running(desk.run()):
        sending = asyncio.create_task(post.send_one())
        for _ in range(20):
            await asyncio.sleep(0.01)
            await clock.advance(1)
        assert await sending
    (sent,) = [m for m in bus.published if m.topic == TOPICS.survey]
    assert json.loads(sent.payload) == {
        "token": token,
        "survey": SURVEY,
        "marks": {"fun": 5},
        "prefix": credential.prefix,
        "signature": credential.signature,
    }
    named = [m.payload for m in bus.published if "/p-03/" in m.topic]
    for secret in (token, credential.prefix, credential.signature):
        assert not any(secret.encode() in payload for payload in named), "seen with the name"
        assert secret.encode() not in bytes_of(keys._folder)
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


async def test_nothing_is_lost_while_broker_or_clinic_are_away(box, archive, keys):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    box.keep(SurveyAnswer(SURVEY, {"fun": 2}))
    async with running(post_on(bus, box, clock, patient="p-04").run()):
        await turns(clock, 10)
        assert len(box.waiting()) == 1
        desk, issuing = desk_on(bus, archive, keys), issuing_on(bus, keys, clock)
        async with running(desk.run(), issuing.run()):
            await turns(clock, 20)
    assert box.waiting() == {}
    assert len(archive._read(SURVEY)["marks"]) == 1


async def test_a_disk_that_refuses_answers_nobody_and_the_answer_comes_again(tmp_path, box, keys):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    (tmp_path / "file").write_text("in the way")
    archive = SurveyArchive(tmp_path / "file" / "answers")
    box.keep(SurveyAnswer(SURVEY, {"fun": 2}))
    with pytest.raises(StoreError, match="cannot be"):
        archive.add(notice())
    post = await with_credential(bus, box, clock, keys, patient="p-05")
    async with running(desk_on(bus, archive, keys).run()):
        sending = asyncio.create_task(post.send_one())
        for _ in range(60):
            await asyncio.sleep(0.002)
            await clock.advance(1)
        assert not await sending
    assert len(box.waiting()) == 1


async def test_answers_leave_at_random_turns_and_one_at_a_time(box, keys):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    for quarter in (3, 4):  # both are open in October
        box.keep(SurveyAnswer(f"2026-q{quarter}", {"fun": 2}))
    post = await with_credential(bus, box, clock, keys, patient="p-06")
    async with running(post.run()):
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
        notice(fun=3).encode(),
        notice(fun=9).encode(),
        notice(name=1).encode(),
    ],
)
async def test_what_is_no_answer_is_refused_without_repeating_it(payload, archive, keys, caplog):
    bus = LocalBus()
    desk = desk_on(bus, archive, keys)
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


async def answered(bus, clock, keys, archive, folder):
    """A home answers as often as it can; how many marks there were, and are."""
    box, marks = SurveyBox(folder), {"fun": 5}
    box.keep(SurveyAnswer(SURVEY, marks))
    post = await with_credential(bus, box, clock, keys, patient=folder.name)
    credential = post._wallet.issued(SURVEY)
    notice = SurveyNotice(
        token=credential.token,
        survey=SURVEY,
        marks=marks,
        prefix=credential.prefix,
        signature=credential.signature,
    )
    desk = desk_on(bus, archive, keys)
    async with running(desk.run(), issuing_on(bus, keys, clock).run()):
        before = [len(archive._read(SURVEY)["marks"])]
        for altered in (
            {},
            {},  # a repeat
            {"marks": {"fun": 1}},  # other marks
            {"token": "ab" * 16},  # another token
            {"prefix": "ab" * 32},
            {"survey": "2026-q3"},  # signed for another survey
            {"signature": "ab" * 256},
        ):
            bus.publish(TOPICS.survey, notice.model_copy(update=altered).encode(), qos=1)
            await asyncio.sleep(0.05)
        for _ in range(3):  # asks for more credentials
            (folder / f"{SURVEY}.credential").unlink(missing_ok=True)
            post.ask()
            await asyncio.sleep(0.1)
            assert post._wallet.issued(SURVEY) is None
    return before[0], len(archive._read(SURVEY)["marks"])


async def test_who_is_one_home_counts_once_whatever_it_sends(tmp_path, archive, keys):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    for n, patient in enumerate(("p-21", "p-22")):
        counts = await answered(bus, clock, keys, archive, tmp_path / patient)
        assert counts == (n, n + 1)
    assert archive.released("2026-q3", AFTER) == []


async def test_no_credential_is_issued_to_whom_it_should_not(keys, caplog):
    bus, clock = LocalBus(), ManualClock(T0_NS)
    asked = SurveyRequest(patient="p-31", survey=SURVEY, blinded="01" * 256)
    topic = HomeTopics("clinic", "p-31").survey_request
    issuing = issuing_on(bus, keys, clock, barred=lambda patient: patient == "p-32")
    async with running(issuing.run()):
        await asyncio.sleep(0.1)
        for wrong in (
            {"patient": "p-99"},
            {"survey": "2026-q1"},
            {"survey": "2099-q1"},
            {"blinded": "ff" * 256},
            {"blinded": "00" * 256},
        ):
            bus.publish(topic, asked.model_copy(update=wrong).encode(), qos=1)
        bus.publish(topic, b"junk", qos=1)
        barred = HomeTopics("clinic", "p-32")
        other = asked.model_copy(update={"patient": "p-32"})
        bus.publish(barred.survey_request, other.encode(), qos=1)
        await asyncio.sleep(0.5)
    assert issuing.refused == 6
    assert not [m for m in bus.published if m.topic.endswith("survey-issue")]
    assert "p-99" not in caplog.text


def test_what_was_issued_survives_a_restart_and_names_nobody(tmp_path):
    first = SigningKeys(tmp_path, NAMES, bits=2048)
    blinded = bytes.fromhex("01" * 256)
    signature = first.issue("clinic", "p-41", SURVEY, blinded)
    again = SigningKeys(tmp_path, NAMES, bits=2048)
    assert again.issue("clinic", "p-41", SURVEY, blinded) == signature, "the answer may be lost"
    assert again.issue("clinic", "p-41", SURVEY, bytes.fromhex("02" * 256)) is None
    assert again.issue("clinic", "p-42", SURVEY, blinded) is not None
    assert again.public(SURVEY) == first.public(SURVEY)
    assert b"p-4" not in bytes_of(tmp_path)
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_a_survey_that_is_over_keeps_its_public_key_alone(tmp_path):
    keys = SigningKeys(tmp_path, NAMES, bits=2048)
    public = keys.public(SURVEY)
    keys.issue("clinic", "p-41", SURVEY, bytes.fromhex("01" * 256))
    keys.public("2027-q1")
    for day, gone in ((2, []), (3, [SURVEY]), (3, [])):
        today = date(2027, 4, day)
        assert keys.retire(lambda survey, today=today: is_over(survey, today)) == gone
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{SURVEY}.public", "2027-q1.pem"}
    assert b"PRIVATE" not in (tmp_path / f"{SURVEY}.public").read_bytes()
    again = SigningKeys(tmp_path, NAMES, bits=2048)
    for found in (keys, again):
        assert public_key_text(found._public(SURVEY)) == public, "late answers are held against it"
        with pytest.raises(StoreError, match="is over"):
            found.issue("clinic", "p-42", SURVEY, bytes.fromhex("01" * 256))


@pytest.mark.parametrize("wrong", [False, True])
async def test_a_clock_that_is_plainly_wrong_deletes_no_key(tmp_path, wrong):
    keys = SigningKeys(tmp_path, NAMES, bits=2048)
    keys.public(SURVEY)
    ahead = ManualClock(T0_NS + 9 * 365 * 86_400 * 10**9)
    issuing = SurveyIssuing(
        LocalBus(),
        keys,
        ahead,
        site="+",
        sites=lambda: ["clinic"],
        barred=lambda _patient: False,
        clock_wrong=lambda: wrong,
    )
    async with running(issuing.run()):
        async with asyncio.timeout(20):
            while not list(tmp_path.glob("2035-*.pem")):
                await asyncio.sleep(0.05)
    assert (tmp_path / f"{SURVEY}.pem").exists() is wrong


async def test_keys_are_published_as_soon_as_there_is_a_connection(mosquitto, keys):
    settings = MqttSettings(port=mosquitto.port)
    mosquitto.kill()
    async with (
        MqttBus(settings, "receiver", manual_ack=True, persistent=True) as bus,
        running(issuing_on(bus, keys, ManualClock(T0_NS)).run()),
    ):
        await asyncio.sleep(0)
        mosquitto.start()
        async with MqttBus(settings, "home") as home:
            heard = asyncio.Event()
            home.subscribe(TOPICS.survey_key, lambda _message: heard.set(), qos=1)
            async with asyncio.timeout(20):
                await heard.wait()


async def test_over_a_real_broker_that_comes_late(mosquitto, box, archive, keys, tmp_path):
    settings, clock = MqttSettings(port=mosquitto.port), ManualClock(T0_NS)
    real = SystemClock()
    box.keep(SurveyAnswer(SURVEY, {"fun": 3}))
    home_topics = HomeTopics("clinic", "p-51")
    async with (
        MqttBus(settings, "uplink") as own,
        MqttBus(settings, "receiver", manual_ack=True, persistent=True) as bus,
    ):
        await bus.wait_connected()
        wallet = SurveyWallet(box._folder, own, home_topics, TOPICS)
        post = SurveyPost(box, wallet, lambda: anonymous_bus(settings), TOPICS, real)
        async with running(issuing_on(bus, keys, clock).run()):
            async with asyncio.timeout(20):
                while wallet.issued(SURVEY) is None:
                    post.ask()
                    await asyncio.sleep(0.1)
        mosquitto.kill()
        sending = asyncio.create_task(post.send_one())
        await asyncio.sleep(0.2)
        mosquitto.start()
        async with running(desk_on(bus, archive, keys).run()):
            await bus.wait_connected()
            await sending
            assert box.waiting() == {} or await post.send_one()
    assert len(archive._read(SURVEY)["marks"]) == 1
    home = Home(
        folder=Folder(tmp_path),
        identity=Identity(),
        broker=settings,
        clinic_broker=settings,
        clock=real,
    )
    assert survey_post(home, LocalBus()) is None, "without a way that tells no name, answers stay"
