"""Who writes plans: physiotherapists of the patient's site, from the clinic's own page, audited."""

import pytest

from dashboards.access.entrance import declared_actions
from dashboards.access.guarded_entrance import COOKIE
from dashboards.access.principal import Action, Role
from dashboards.access.sessions import csrf_token

EDITOR = {
    "start": {"source": "empty"},
    "draft": {"revision": 1, "body": {}},
    "look": {"revision": 1, "newest": 1},
    "discard": {"revision": 1},
    "sign": {"revision": 1},
    "send": {"version": 1},
}


def come_in(web, guarded):
    """As somebody who has signed in before."""
    session = guarded.sessions.begin("anna")
    web.cookies.set(COOKIE, session, domain="clinic.example.org")
    web.csrf = csrf_token(session)


def place(patient, what=""):
    return f"/api/patients/{patient}/plan{what and '/' + what}"


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.ADMIN])
async def test_nobody_but_a_physiotherapist_reads_or_writes_a_draft(guarded, visit, role):
    guarded.add("anna", role)
    async with visit.Visitor(guarded.app()) as web:
        come_in(web, guarded)
        assert (await web.get(place("p-milano"))).status_code == 403
        assert (await web.get("/api/plan-library")).status_code == 403
        for what, body in EDITOR.items():
            assert (await web.say(place("p-milano", what), body)).status_code == 403, what


async def test_another_sites_patient_is_nobodys(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        come_in(web, guarded)
        assert (await web.get(place("p-roma"))).status_code == 404
        for what, body in EDITOR.items():
            answer = await web.say(place("p-roma", what), body)
            assert answer.status_code == 404, what
            nobody = await web.say(place("p-nobody", what), body)
            assert answer.text.replace("p-roma", "x") == nobody.text.replace("p-nobody", "x")


async def test_only_the_clinics_own_page_writes_plans(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        come_in(web, guarded)
        for what, body in EDITOR.items():
            for headers in ({"Origin": "https://evil.example"}, {"X-CSRF-Token": "0"}):
                answer = await web.say(place("p-milano", what), body, **headers)
                assert answer.status_code == 403, (what, headers)


async def test_a_token_writes_no_plan(guarded, visit):
    scope = frozenset({Action.SEE_PATIENT})
    token = guarded.tokens.add("lab", scope=scope, sites=frozenset({"+"}), days=1)
    async with visit.Visitor(guarded.app()) as web:
        for what, body in EDITOR.items():
            answer = await web.say(place("p-milano", what), body, Authorization=f"Bearer {token}")
            assert answer.status_code == 403, what


async def test_whoever_signs_signs_with_the_name_of_the_account(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        come_in(web, guarded)
        body = {"source": "template", "template": "stroke-arm", "side": "left", "by": "bruno"}
        view = (await web.say(place("p-milano", "start"), body)).json()
        assert view["draft"]["by"] == "anna"


def test_each_deed_of_the_editor_declares_its_own_action(guarded):
    declared = dict(declared_actions(guarded.app().routes))
    of = {path.rpartition("/")[2]: action for path, action in declared.items() if "/plan" in path}
    assert of["sign"] is Action.SIGN_PLAN
    assert of["send"] is Action.SEND_PLAN
    assert {of[name] for name in ("plan", "start", "draft", "look", "discard")} == {
        Action.EDIT_PLAN
    }
