"""Whatever is refused is told in both languages, by whichever route, and by none."""

import ast
from pathlib import Path

import pytest

import dashboards
from dashboards.access import refused
from dashboards.access.refused import refused_by
from dashboards.views import care_record
from dashboards.web import patient_api
from refusals import assert_told_in_both
from ripresa.clinic import care_desk
from ripresa.clinic.around import treatment
from ripresa.plans import clinic_plans
from telemetry.errors import (
    ConfigurationError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreVersion,
    TransportError,
)
from therapy.questionnaires import instruments
from therapy.wording import WordedError

ROOM = Path(dashboards.__file__).parent


def test_no_route_words_a_refusal_in_one_language():
    alone = {
        f"{path.relative_to(ROOM)}:{node.lineno}"
        for path in ROOM.rglob("*.py")
        if path != Path(refused.__file__)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "HTTPException"
    }
    assert alone == set()


@pytest.mark.parametrize(
    "deeds", [treatment, care_desk, instruments, clinic_plans, care_record, patient_api]
)
def test_no_deed_behind_a_page_words_its_refusal_in_one_language(deeds):
    alone = [
        node.lineno
        for node in ast.walk(ast.parse(Path(deeds.__file__).read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "ConfigurationError"
    ]
    assert alone == []


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/patients/p-roma", 404),
        ("GET", "/api/no-such-thing", 404),
        ("DELETE", "/api/overview", 405),
        ("GET", "/api/sessions?after=nowhere", 422),
        ("GET", "/api/sessions?limit=many", 422),
        ("GET", "/api/sessions/not-a-ulid", 422),
        ("GET", "/api/sessions/01ARZ3NDEKTSV4RRFFQ69G5FAV", 404),
        ("POST", "/api/patients/p-1/seen", 403),
    ],
)
async def test_each_kind_of_refusal_is_told_in_both(guarded, visit, method, address, status):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in("anna", visit.password)
        answer = await web.request(method, address)
    assert answer.status_code == status, answer.text
    assert_told_in_both(answer)


async def test_who_has_not_signed_in_is_told_so_in_both(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        answer = await web.get("/api/overview")
        assert_told_in_both(await web.sign_in("anna", "another"))
    assert answer.status_code == 401
    assert_told_in_both(answer)


@pytest.mark.parametrize(
    "fault", [StoreFull, StoreBusy, StoreDamaged, StoreVersion, StoreError, TransportError]
)
async def test_a_store_at_fault_is_told_in_both_and_its_own_words_only_in_the_log(
    guarded, visit, monkeypatch, caplog, fault
):
    guarded.add()

    def busy(*_args, **_more):
        raise fault("journal /srv/x.db: secret words")

    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in("anna", visit.password)
        monkeypatch.setattr(type(guarded.entrance), "note", busy)
        answer = await web.get("/api/overview")
    assert answer.status_code == 503
    assert_told_in_both(answer)
    assert "secret words" not in answer.text
    assert "secret words" in caplog.text


async def test_what_was_written_wrong_is_named_and_not_told_back(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        answer = await web.post(
            "/api/sign-in", json={"name": ["x-secret-x"]}, headers={"Origin": visit.origin}
        )
    assert answer.status_code == 422
    assert_told_in_both(answer)
    assert "name" in answer.json()["detail"]["en"]
    assert "x-secret-x" not in answer.text


def test_an_errors_own_italian_is_kept_and_a_bare_one_gets_some():
    worded = refused_by(409, WordedError("non si può", "it cannot be"))
    assert worded.detail == {"it": "non si può", "en": "it cannot be"}
    bare = refused_by(409, ConfigurationError("it cannot be"))
    assert bare.detail["en"] == "it cannot be"
    assert bare.detail["it"] != bare.detail["en"]
