"""A clinic's broker lets each home say and hear its own things, and nobody else anything."""

import asyncio
import signal
import stat

import pytest

from clinic_broker import ClinicBroker
from ingest.enrolment.broker_access import home_user, password_line
from ingest.enrolment.enrolment import (
    dismiss_home,
    enrol_home,
    init_clinic,
    join_home,
    joined,
    write_join_file,
)
from ingest.journal.journal import Journal
from needs import need_program
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.messages.surveys import SurveyNotice
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import GatewayTopics, HomeTopics, SiteTopics

pytestmark = pytest.mark.slow

OWN = HomeTopics("clinic", "p-01")
OTHER = HomeTopics("clinic", "p-02")
SITE = SiteTopics("clinic")


@pytest.fixture
def folder(tmp_path):
    need_program("openssl")
    init_clinic(tmp_path, site="clinic", hosts=["localhost", "127.0.0.1"])
    return tmp_path


async def settle():
    await asyncio.sleep(0.3)


async def until(condition, timeout_s=10):
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_home_writes_its_own_records_only(folder, tmp_path):
    first, second = enrol_home(folder, "p-01"), enrol_home(folder, "p-02")
    assert first.password != second.password
    box = GatewayTopics("clinic", first.gateway)
    allowed = [OWN.record, box.state, OWN.ledger]
    forbidden = (
        OTHER.record,
        OWN.ack,
        OWN.command,
        GatewayTopics("clinic", second.gateway).state,
        HomeTopics("elsewhere", "p-01").record,
    )
    with ClinicBroker(folder) as broker:
        async with broker.clinic() as clinic:
            heard = []
            clinic.subscribe("#", lambda m: heard.append(m.topic), qos=1)
            await clinic.wait_connected()
            await settle()
            for topic in forbidden:  # a connection each: mosquitto hangs up on them
                async with broker.home(first, tmp_path / "h1") as home:
                    await home.wait_connected()
                    home.publish(topic, b"x", qos=1)
                    await asyncio.sleep(0.1)
            async with broker.home(first, tmp_path / "h1") as home:
                await home.wait_connected()
                for topic in allowed:
                    home.publish(topic, b"x", qos=1)
                await until(lambda: len(heard) >= len(allowed))
            assert sorted(heard) == sorted(allowed)


async def test_a_home_hears_what_is_meant_for_it_only(folder, tmp_path):
    first, second = enrol_home(folder, "p-01"), enrol_home(folder, "p-02")
    with ClinicBroker(folder) as broker:
        async with (
            broker.clinic() as clinic,
            broker.home(first, tmp_path / "h1") as home,
            broker.home(second, tmp_path / "h2") as other,
        ):
            heard = []
            for topic_filter in ("#", "ripresa/+/+/#", OTHER.plan, OWN.ack, OWN.plan, OWN.command):
                home.subscribe(topic_filter, lambda m: heard.append(m.topic), qos=1)
            for bus in (clinic, home, other):
                await bus.wait_connected()
            await settle()
            for topics in (OWN, OTHER):
                for topic in (topics.ack, topics.plan, topics.message, topics.command):
                    clinic.publish(topic, b"x", qos=1)
            other.publish(OTHER.record, b"secret", qos=1)
            await settle()
            assert heard
            assert all(topic.startswith("ripresa/clinic/p-01/") for topic in heard)
            assert {OWN.ack, OWN.plan, OWN.command} <= set(heard)


async def test_strangers_and_wrong_passwords_stay_outside(folder, tmp_path):
    join = enrol_home(folder, "p-01")
    with ClinicBroker(folder) as broker:
        wrong = join.model_copy(update={"password": "guess"})
        for bus in (
            MqttBus(MqttSettings(port=broker.plain), "anonymous"),
            broker.home(wrong, tmp_path / "h1"),
        ):
            async with bus:
                with pytest.raises(TransportError):
                    await bus.wait_connected(1)


async def test_a_home_that_does_not_know_the_clinics_authority_does_not_connect(folder, tmp_path):
    join = enrol_home(folder, "p-01")
    init_clinic(tmp_path / "impostor", site="clinic", hosts=["localhost"])
    foreign = (tmp_path / "impostor" / "secrets" / "broker" / "ca.crt").read_text()
    with ClinicBroker(folder) as broker:
        trusting_another = join.model_copy(update={"ca_certificate": foreign})
        async with broker.home(trusting_another, tmp_path / "h1") as bus:
            with pytest.raises(TransportError):
                await bus.wait_connected(1)


async def test_a_home_cannot_take_over_the_clinics_session(folder, tmp_path):
    join = enrol_home(folder, "p-01")
    with ClinicBroker(folder) as broker:
        async with broker.clinic("receiver") as clinic:
            await clinic.wait_connected()
            async with broker.home(join, tmp_path / "h1", client="receiver") as thief:
                await thief.wait_connected()
                await settle()
                assert clinic.connected


async def test_a_home_enrolled_while_the_broker_runs_comes_in_after_its_signal(folder, tmp_path):
    with ClinicBroker(folder) as broker:
        join = enrol_home(folder, "p-01")
        broker.process.send_signal(signal.SIGHUP)
        await settle()
        async with broker.home(join, tmp_path / "h1") as home:
            await home.wait_connected()


async def test_anonymous_answers_come_in_under_names_that_nothing_ties_to_a_home(folder, tmp_path):
    joins = [enrol_home(folder, f"p-0{n}") for n in range(1, 9)]
    first, second = joins[:2]
    names = [join.survey_username for join in joins]
    for file in ("passwd", "acl"):
        text = (folder / "secrets" / "broker" / file).read_text()
        places = [text.index(name) for name in sorted(names)]
        assert places == sorted(places), "in the order of names, not of enrolment"
    assert not any(join.patient in name for join, name in zip(joins, names, strict=True))
    with ClinicBroker(folder) as broker:
        async with broker.clinic() as clinic:
            heard, overheard = [], []
            clinic.subscribe("#", lambda m: heard.append(m.topic), qos=1)
            await clinic.wait_connected()
            await settle()
            for topic in (OWN.record, SITE.survey_taken, "ripresa/clinic/p-01/receipt"):
                async with broker.anonymous(first, tmp_path / "h1") as bus:
                    await bus.wait_connected()
                    bus.publish(topic, b"x", qos=1)
                    await asyncio.sleep(0.1)
            async with broker.home(second, tmp_path / "h2") as home:
                await home.wait_connected()
                home.publish(SITE.survey, b"under its own name", qos=1)
                await asyncio.sleep(0.1)
            async with broker.anonymous(first, tmp_path / "h1") as bus:
                bus.subscribe("#", lambda m: overheard.append(m.topic), qos=1)
                bus.subscribe(SITE.survey_taken, lambda m: overheard.append(m.topic), qos=1)
                await bus.wait_connected()
                await settle()
                bus.publish(SITE.survey, b"x", qos=1)
                await until(lambda: heard)
                clinic.publish(SITE.survey_taken, b"y", qos=1)
                clinic.publish(OWN.plan, b"y", qos=1)
                await until(lambda: overheard)
                await settle()
            assert [t for t in heard if t.startswith(SITE.survey)] == [
                SITE.survey,
                SITE.survey_taken,
            ]
            assert OWN.record not in heard
            assert set(overheard) == {SITE.survey_taken}


async def test_the_brokers_store_holds_no_name_beside_an_answer(folder, tmp_path):
    join = enrol_home(folder, "p-017")
    unsigned = {"prefix": "00" * 32, "signature": "00" * 256}
    notice = SurveyNotice(token="0f" * 16, survey="2026-q4", marks={"fun": 5}, **unsigned)
    with ClinicBroker(folder) as broker:
        async with broker.clinic(manual_ack=True, persistent=True) as clinic:
            clinic.subscribe(SITE.survey, lambda _: None, qos=1)
            await clinic.wait_connected()
            await settle()
        async with broker.anonymous(join, tmp_path / "h1") as bus:
            await bus.wait_connected()
            bus.publish(SITE.survey, notice.encode(), qos=1)
            await settle()
        broker.process.send_signal(signal.SIGUSR1)
        stored = folder / "state" / "mosquitto" / "mosquitto.db"
        await until(lambda: stored.exists() and b"2026-q4" in stored.read_bytes())
        assert b"p-017" not in stored.read_bytes()


def test_the_user_that_all_homes_shared_goes_with_the_next_home(folder):
    place, old = folder / "secrets" / "broker", folder / "secrets" / "survey.password"
    old.write_text("shared\n")
    acl = (place / "acl").read_text()
    older = acl.replace("topic write ripresa/+/survey-key\n", "")
    (place / "acl").write_text(older + "\nuser survey\n")
    (place / "passwd").write_text((place / "passwd").read_text() + "survey:$7$1$a$b\n")
    enrol_home(folder, "p-01")
    enrol_home(folder, "p-02")
    acl = (place / "acl").read_text()
    assert "user survey\n" not in acl
    assert "survey:" not in (place / "passwd").read_text()
    assert not old.exists()
    assert acl.count("topic write ripresa/+/survey-key\n") == 1
    assert acl.count("user survey-") == 2
    dismiss_home(folder, "p-01")
    assert (place / "acl").read_text().count("user survey-") == 2, "nobody knows whose it was"


async def test_two_homes_answer_at_one_moment_and_neither_throws_the_other_off(folder, tmp_path):
    joins = [enrol_home(folder, "p-01"), enrol_home(folder, "p-02")]
    with ClinicBroker(folder) as broker:
        first, second = (broker.anonymous(j, tmp_path / j.patient) for j in joins)
        lost = []
        async with first, second:
            for bus in (first, second):
                await bus.wait_connected()
            for _ in range(20):
                lost += [bus for bus in (first, second) if not bus.connected]
                await asyncio.sleep(0.05)
        assert lost == []


def test_enrolling_again_replaces_the_password_and_doubles_nothing(folder):
    first, again = enrol_home(folder, "p-01"), enrol_home(folder, "p-01")
    enrol_home(folder, "p-1")
    assert first.password != again.password
    passwords = (folder / "secrets" / "broker" / "passwd").read_text()
    assert passwords.count(f"{home_user('clinic', 'p-01')}:") == 1
    acl = (folder / "secrets" / "broker" / "acl").read_text()
    assert acl.count("user clinic.p-01\n") == 1
    assert acl.count(f"topic write {OWN.record}\n") == 1
    assert "user clinic.p-1\n" in acl


def test_a_home_that_is_dismissed_has_no_user_and_the_others_stay(folder):
    enrol_home(folder, "p-01")
    acl = folder / "secrets" / "broker" / "acl"
    before = acl.read_text()
    join = enrol_home(folder, "p-02")
    assert dismiss_home(folder, "p-02")
    assert not dismiss_home(folder, "p-02")
    named = {f"user {join.survey_username}"}  # nobody but its home knows that it is p-02's
    blocks = acl.read_text().split("\n\n"), before.split("\n\n")
    after = {block.strip() for block in blocks[0] if block.split("\n")[0] not in named}
    assert after == {block.strip() for block in blocks[1]}
    assert "p-02" not in (folder / "secrets" / "broker" / "passwd").read_text()


def test_a_gateway_cannot_be_named_as_another_or_as_a_patient(folder):
    enrol_home(folder, "p-01", gateway="box")
    with pytest.raises(ConfigurationError, match="give another name"):
        enrol_home(folder, "p-02", gateway="box")
    with pytest.raises(ConfigurationError, match="give another name"):
        enrol_home(folder, "p-03", gateway="p-03")
    with pytest.raises(ConfigurationError, match="p/4"):
        enrol_home(folder, "p/4")


def test_secrets_are_readable_by_their_owner_only_and_a_clinic_is_not_made_twice(folder):
    made = [path for path in (folder / "secrets").rglob("*") if path.is_file()]
    assert {path.name for path in made} >= {"ca.key", "audit.key", "server.key", "passwd"}
    assert not (folder / "secrets" / "broker" / "ca.key").exists()
    for path in [folder / ".env", *made]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    with pytest.raises(ConfigurationError, match="already"):
        init_clinic(folder, site="clinic", hosts=["localhost"])
    with pytest.raises(ConfigurationError, match="clinic init"):
        enrol_home(folder / "nowhere", "p-01")


def test_a_join_file_never_shows_its_password(folder):
    join = enrol_home(folder, "p-01")
    assert join.password not in repr(join)


def test_a_box_that_joins_for_another_patient_starts_a_new_journal(folder, tmp_path):
    place, file = tmp_path / "home", tmp_path / "join.json"
    homes = []
    for patient in ("p-01", "p-01", "p-02"):
        write_join_file(enrol_home(folder, patient), file)
        assert join_home(file, place).patient == patient
        with Journal.open(place / "journal.sqlite", ManualClock(10**18 + len(homes))) as journal:
            homes.append(journal.home)
    assert homes[0] == homes[1] != homes[2]
    assert (place / "journal-p-01.sqlite").exists()


def test_what_a_box_held_of_one_patient_reaches_no_other_and_nothing_of_it_is_lost(
    folder, tmp_path
):
    place, file, takes = tmp_path / "home", tmp_path / "join.json", tmp_path / "takes"
    held = ("message.json", "unlocking.json", "live_view.json", "withdrawn", "postcards/a.json")
    for n, patient in enumerate(("p-01", "p-02", "p-01", "p-02", "p-02")):
        write_join_file(enrol_home(folder, patient), file)
        join_home(file, place, (takes,))
        left = [name for name in held if (place / name).exists()]
        assert (left == []) == (n < 4), "one that joins again for the same patient keeps all"
        assert takes.exists() == (n == 4)
        for path in (*(place / name for name in held), takes / "pendulum.json"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{patient} {n}")
        (place / "journal.sqlite").write_text(f"{patient} {n}")
    kept = {path.read_text() for path in place.rglob("message.json")}
    assert kept == {path.read_text() for path in place.glob("journal*.sqlite")}
    assert kept == {"p-01 0", "p-02 1", "p-01 2", "p-02 4"}
    assert {p.parent.parent.name for p in place.rglob("pendulum.json")} == {
        "of-p-01",
        "of-p-02",
        "of-p-01-1",
    }


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2}', "\x00"])
def test_a_file_that_is_no_join_file_is_named(tmp_path, text):
    path = tmp_path / "join.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="no join file"):
        join_home(path, tmp_path / "home")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        join_home(tmp_path / "absent", tmp_path / "home")
    assert joined(tmp_path / "home") is None


async def test_the_clinic_reads_what_a_home_shows_live_and_motion_of_nobody(folder, tmp_path):
    motion, secret = OWN.motion("01J00000000000000000000001"), "x"
    first, second = enrol_home(folder, "p-01"), enrol_home(folder, "p-02")
    acl, passwd = (folder / "secrets" / "broker" / name for name in ("acl", "passwd"))
    acl.write_text(acl.read_text() + "\nuser anything\ntopic readwrite #\n")
    passwd.write_text(passwd.read_text() + password_line("anything", secret, b"0" * 12))
    with ClinicBroker(folder) as broker:
        settings = MqttSettings(port=broker.plain, username="anything", password=secret)
        async with (
            broker.clinic() as clinic,
            broker.home(second, tmp_path / "h2") as other,
            MqttBus(settings, "anything") as anything,
        ):
            heard, overheard = [], []
            for topic_filter in ("#", "ripresa/#", HomeTopics("+", "+").motion("#"), motion):
                clinic.subscribe(topic_filter, lambda m: heard.append(m.topic))
            for topic_filter in ("#", OWN.control, OWN.event, OWN.live_request, motion):
                other.subscribe(topic_filter, lambda m: overheard.append(m.topic))
            for bus in (clinic, other, anything):
                await bus.wait_connected()
            await settle()
            async with broker.home(first, tmp_path / "h1") as home:
                await home.wait_connected()
                home.publish(motion, b"x", qos=1)
                await settle()
            async with broker.home(first, tmp_path / "h1") as home:
                await home.wait_connected()
                home.publish(OWN.control, b"x")
                home.publish(OWN.event, b"x")
                home.publish(OTHER.control, b"x")
                anything.publish(motion, b"x", qos=1)
                await anything.drain()
                await until(lambda: OWN.event in heard)
                await settle()
            assert set(heard) == {OWN.control, OWN.event}
            assert overheard == []


async def test_only_its_own_clinic_asks_a_home_to_be_seen(folder, tmp_path):
    first, second = enrol_home(folder, "p-01"), enrol_home(folder, "p-02")
    with ClinicBroker(folder) as broker:
        async with broker.clinic() as clinic, broker.home(first, tmp_path / "h1") as home:
            asked = []
            home.subscribe(OWN.live_request, lambda m: asked.append(m.payload))
            for bus in (clinic, home):
                await bus.wait_connected()
            await settle()
            async with broker.home(second, tmp_path / "h2") as other:
                await other.wait_connected()
                other.publish(OWN.live_request, b"another home")
                await settle()
            clinic.publish(OWN.live_request, b"the clinic")
            await until(lambda: asked)
            assert asked == [b"the clinic"]


def test_a_home_that_was_let_in_earlier_may_be_seen_after_the_next_one(folder):
    enrol_home(folder, "p-01")
    acl = folder / "secrets" / "broker" / "acl"
    today = acl.read_text()
    acl.write_text("".join(f"{line}\n" for line in today.splitlines() if "/live/" not in line))
    enrol_home(folder, "p-02")
    for rule in (f"write {OWN.control}", f"write {OWN.event}", f"read {OWN.live_request}"):
        assert acl.read_text().count(f"topic {rule}\n") == 1
    assert acl.read_text().count("topic write ripresa/+/+/live/request\n") == 1
    assert acl.read_text().count("topic deny ripresa/+/+/live/motion/#\n") == 1
