"""Whoever has a code answers without signing in; whoever treats makes codes."""

import httpx
import pytest

from clinic_facts import MONDAY, at
from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.guarded_entrance import COOKIE, CSRF_HEADER, GuardedEntrance
from dashboards.access.passwords import hashed_password
from dashboards.access.principal import Role
from dashboards.access.sessions import SignedInSessions, csrf_token
from dashboards.access.tokens import ApiTokens
from dashboards.surveys.survey_api import ShutSurveys
from dashboards.web.app import LOOPBACK_NAMES, create_app
from ingest.journal.journal import Journal
from refusals import assert_told_in_both
from ripresa.survey.survey_codes import SurveyCodes
from telemetry.clock import ManualClock

ORIGIN = "https://clinic.example.org"
HASH = hashed_password("anna", "a wave that comes back")
ANSWERS = {"use": 4, "barrier": "pain", "change": "shorter"}


class SurveyScene:
    """The page of a clinic with users and surveys by code."""

    def __init__(self, root):
        self.clock = ManualClock(at(MONDAY))
        self.journal = Journal.open(root / "journal.sqlite", self.clock)
        self.codes = SurveyCodes(root / "surveys.sqlite", self.clock)
        self.store = AccessStore(root / "access.sqlite")
        self.accounts = Accounts(self.store, self.clock)
        self.sessions = SignedInSessions(self.store, self.clock, self.accounts.find)
        tokens = ApiTokens(self.store, self.clock)
        entrance = GuardedEntrance(self.accounts, self.sessions, tokens, lambda _: "clinic")
        self.accounts.add(
            "anna",
            roles=frozenset({Role.PHYSIOTHERAPIST}),
            sites=frozenset({"clinic"}),
            password=HASH,
        )
        self.app = create_app(
            self.journal,
            surveys=self.codes,
            clock=self.clock,
            entrance=entrance,
            host_names=(*LOOPBACK_NAMES, "clinic.example.org"),
        )

    def web(self, role=None, *, csrf=True, address="203.0.113.7"):
        headers = {"Origin": ORIGIN}
        if role is not None:
            name = f"of-{role}"
            self.accounts.add(
                name, roles=frozenset({role}), sites=frozenset({"clinic"}), password=HASH
            )
            session = self.sessions.begin(name)
            headers["Cookie"] = f"{COOKIE}={session}"
            if csrf:
                headers[CSRF_HEADER] = csrf_token(session)
        transport = httpx.ASGITransport(app=self.app, client=(address, 1234))
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)

    def close(self):
        for one in (self.store, self.journal, self.codes._db):
            one.close()


@pytest.fixture
def scene(tmp_path):
    found = SurveyScene(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("signed_in", [None, Role.PHYSIOTHERAPIST])
async def test_a_code_opens_its_survey_and_takes_one_answer_from_anybody(scene, signed_in):
    (code,) = scene.codes.issue("discharge")
    # Nothing of a session is used, so its page's own token is not asked for either.
    async with scene.web(signed_in, csrf=False) as web:
        opened = await web.post("/api/survey/open", json={"code": code.lower()})
        assert opened.json()["survey"] == "discharge"
        assert {"it", "en"} == set(opened.json()["title"])
        sent = {"code": code, "answers": ANSWERS, "words": "Fewer cables"}
        assert (await web.post("/api/survey/answer", json=sent)).status_code == 204
        assert (await web.post("/api/survey/answer", json=sent)).status_code == 404
    assert scene.codes.answers("discharge") == [ANSWERS]


async def test_codes_that_never_were_were_used_and_have_ended_are_told_alike(scene):
    used, ended = scene.codes.issue("carer")[0], scene.codes.issue("carer", days=1)[0]
    scene.codes.take(used, {"use": 3})
    await scene.clock.advance(5 * 86_400)
    told = set()
    for n, code in enumerate((used, ended, "0000-0000-0000", "?")):
        async with scene.web(address=f"203.0.113.{n}") as web:
            for path, body in (("open", {}), ("answer", {"answers": {"use": 3}})):
                answer = await web.post(f"/api/survey/{path}", json={"code": code, **body})
                told.add((answer.status_code, answer.text))
    assert len(told) == 1
    status, text = told.pop()
    assert status == 404
    assert "ask the clinic" in text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("open", {"code": "x"}),
        ("answer", {"code": "x", "answers": {}}),
        ("codes", {"survey": "carer"}),
    ],
)
async def test_a_clinic_whose_surveys_cannot_be_kept_says_so_in_both_languages(scene, path, body):
    app = create_app(scene.journal, surveys=ShutSurveys(), clock=scene.clock)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
        web.headers["Origin"] = "http://localhost"
        answer = await web.post(f"/api/survey/{path}", json=body)
    assert answer.status_code == 503
    assert_told_in_both(answer)


async def test_whoever_tries_codes_waits_and_nobody_else_does(scene):
    (code,) = scene.codes.issue("carer")
    async with scene.web() as guessing:
        tries = [
            (await guessing.post("/api/survey/open", json={"code": f"{n:012d}"})).status_code
            for n in range(12)
        ]
        assert tries[:3] == [404] * 3
        assert tries[-1] == 429
        waits = await guessing.post("/api/survey/answer", json={"code": code, "answers": {}})
        assert waits.status_code == 429
        assert int(waits.headers["Retry-After"]) > 0
    async with scene.web(address="198.51.100.9") as other:
        assert (await other.post("/api/survey/open", json={"code": code})).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"answers": {"use": True}},
        {"answers": {"use": 3.5}},
        {"answers": {"burden": 3}},
        {"answers": {"barrier": "nobody"}},
        {"answers": {}, "words": "x" * 301},
        {"answers": {}, "patient": "p-1"},
    ],
)
async def test_what_is_no_answer_is_refused_and_the_code_still_holds(scene, wrong):
    (code,) = scene.codes.issue("discharge")
    async with scene.web() as web:
        sent = await web.post("/api/survey/answer", json={"code": code, **wrong})
    assert sent.status_code == 422
    assert scene.codes.opened(code) is not None


@pytest.mark.parametrize(
    ("role", "csrf", "status"),
    [
        (None, True, 401),
        (Role.RESEARCHER, True, 403),
        (Role.ADMIN, True, 403),
        (Role.PHYSIOTHERAPIST, False, 403),
        (Role.PHYSIOTHERAPIST, True, 200),
    ],
)
async def test_only_who_treats_makes_codes_and_from_the_page_only(scene, role, csrf, status):
    async with scene.web(role, csrf=csrf) as web:
        made = await web.post("/api/survey/codes", json={"survey": "discharge", "count": 3})
        assert made.status_code == status
    if status == 200:
        assert len(set(made.json()["codes"])) == 3
        assert all(scene.codes.opened(code) for code in made.json()["codes"])
    else:
        assert scene.codes.issued() == {}


async def test_a_survey_of_sessions_has_no_codes(scene):
    async with scene.web(Role.PHYSIOTHERAPIST) as web:
        made = await web.post("/api/survey/codes", json={"survey": "session-3"})
    assert made.status_code == 422


async def test_the_pages_open_for_anybody_under_the_strict_policy(scene):
    async with scene.web() as web:
        for address in ("/s", "/survey-codes"):
            page = await web.get(address)
            assert page.status_code == 200
            assert "script-src 'self'" in page.headers["Content-Security-Policy"]
            assert page.headers["Cache-Control"] == "no-store"
            assert "p-1" not in page.text
