"""What people see, do and are refused on the page stands in the audit log."""

import pytest

from dashboards.access.guarded_entrance import COOKIE, UNKNOWN
from dashboards.access.principal import Role
from dashboards.access.trail import AccessTrail

SEEN = {"kind": "fall", "opened": "2026-01-01", "by": "somebody else", "action": "called"}


@pytest.fixture
def noted(guarded):
    """What is noted, as actor, action and patient."""
    entries = []
    guarded.entrance.trail = AccessTrail(entries.extend, guarded.clock)

    async def read():
        await guarded.entrance.trail.write_held()
        return [(d.actor, d.action, d.patient) for d in entries]

    return read


async def test_looking_and_doing_is_noted_under_the_patient(guarded, visit, noted):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        for _ in range(3):
            await web.get("/api/patients")
            await web.get("/api/patients/p-milano")
            await web.get(f"/api/sessions/{visit.sessions['p-milano']}")
        await web.say("/api/patients/p-milano/seen", SEEN)
        await web.say("/api/sign-out")
    assert await noted() == [
        ("anna", "signed in", None),
        ("anna", "see-worklist", None),
        ("anna", "see-patient", "p-milano"),
        ("anna", "see-session", "p-milano"),
        ("anna", "acknowledge", "p-milano"),
        ("anna", "signed out", None),
    ]


async def test_a_wrong_password_is_noted_and_what_was_typed_is_not(guarded, visit, noted):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in(password="not the right one")
        await web.sign_in("my secret sentence", "x")
    found = await noted()
    assert found == [("anna", "refused sign-in", None), (UNKNOWN, "refused sign-in", None)]


async def test_each_refusal_is_noted(guarded, visit, noted):
    guarded.add()
    guarded.add("rita", Role.RESEARCHER)
    async with visit.Visitor(guarded.app()) as web:
        web.cookies.set(COOKIE, "A" * 43, domain="clinic.example.org")
        await web.get("/api/patients")
        await web.get("/api/patients", headers={"Authorization": "Bearer ripresa_forged"})
        web.cookies.clear()
        await web.sign_in()
        await web.get("/api/patients/p-roma")
        await web.get("/api/patients/p-nobody")
        await web.get(f"/api/sessions/{visit.sessions['p-roma']}")
        await web.say("/api/patients/p-milano/seen", SEEN, **{"X-CSRF-Token": "A"})
        await web.say("/api/patients/p-milano/seen", SEEN, Origin="https://evil.example")
        await web.sign_in("rita")
        await web.say("/api/patients/p-milano/seen", SEEN)
    refused = [entry for entry in await noted() if entry[1].startswith("refused")]
    assert refused == [
        (UNKNOWN, "refused session", None),
        (UNKNOWN, "refused see-worklist", None),
        ("anna", "refused see-patient", "p-roma"),
        ("anna", "refused see-patient", None),
        ("anna", "refused see-session", "p-roma"),
        (UNKNOWN, "refused acknowledge", "p-milano"),
        (UNKNOWN, "refused acknowledge", "p-milano"),
        ("rita", "refused acknowledge", "p-milano"),
    ]


async def test_a_page_that_waits_for_somebody_to_sign_in_fills_no_log(guarded, visit, noted):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        for _ in range(5):
            await web.get("/api/me")
            await web.get("/api/overview")
    assert await noted() == []


async def test_where_there_are_no_users_nobody_is_noted(guarded, visit, noted):
    async with visit.Visitor(guarded.app()) as web:
        await web.get("/api/patients/p-milano")
    assert await noted() == []


async def test_a_name_that_was_typed_counts_for_nothing(guarded, visit, monkeypatch):
    guarded.add()
    monkeypatch.setattr(guarded.care, "acknowledge", guarded.care.seen.append)
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        assert (await web.say("/api/patients/p-milano/seen", SEEN)).status_code == 200
    assert [seen.by for seen in guarded.care.seen] == ["anna"]


async def test_without_users_the_name_has_to_be_typed(guarded, visit, monkeypatch):
    monkeypatch.setattr(guarded.care, "acknowledge", guarded.care.seen.append)
    async with visit.Visitor(guarded.app()) as web:
        nameless = {key: value for key, value in SEEN.items() if key != "by"}
        assert (await web.say("/api/patients/p-milano/seen", nameless)).status_code == 422
        assert (await web.say("/api/patients/p-milano/seen", SEEN)).status_code == 200
    assert [seen.by for seen in guarded.care.seen] == ["somebody else"]


async def test_of_a_draft_its_changes_are_one_entry_and_its_signature_is_its_own(
    guarded, visit, noted
):
    guarded.add()
    guarded.add("rita", Role.RESEARCHER)
    place = "/api/patients/p-milano/plan"
    start = {"source": "template", "template": "stroke-arm", "side": "left"}
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        draft = (await web.say(f"{place}/start", start)).json()["draft"]
        for _ in range(3):
            change = {"revision": draft["revision"], "body": draft["body"]}
            draft = (await web.say(f"{place}/draft", change)).json()["draft"]
        signed = await web.say(f"{place}/sign", {"revision": draft["revision"]})
        assert signed.status_code == 200
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in("rita")
        await web.say(f"{place}/sign", {"revision": 1})
    told = [entry for entry in await noted() if "plan" in entry[1]]
    assert told == [
        ("anna", "edit-plan", "p-milano"),
        ("anna", "sign-plan", "p-milano"),
        ("rita", "refused sign-plan", "p-milano"),
    ]
