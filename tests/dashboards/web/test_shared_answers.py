"""What is asked for again and again is made once for all who see the same, and for nobody else."""

from types import SimpleNamespace

import httpx
import pytest
from pydantic import BaseModel

from dashboards.access.principal import ANYBODY, Principal, Role
from dashboards.views.clinic_state import ClinicState
from dashboards.web.app import create_app
from dashboards.web.shared_answers import SharedAnswers, sight_of


class Told(BaseModel):
    what: str


def request(etag=None):
    return SimpleNamespace(headers={} if etag is None else {"if-none-match": etag})


@pytest.fixture
def made():
    return []


@pytest.fixture
def ask(made):
    answers = SharedAnswers()

    def ask(key="k", stamp=1, *, etag=None, what="a"):
        def make():
            made.append(what)
            return Told(what=what)

        return answers.answer(request(etag), key, stamp, make)

    return ask


def test_an_answer_is_made_once_until_it_may_be_another(ask, made):
    assert [ask().body, ask().body] == [b'{"what":"a"}'] * 2
    assert ask(stamp=2, what="b").body == b'{"what":"b"}'
    assert made == ["a", "b"]


def test_who_has_it_already_is_told_so_and_gets_what_changed(ask):
    first = ask()
    again = ask(etag=first.headers["etag"])
    assert (again.status_code, again.body) == (304, b"")
    changed = ask(stamp=2, what="b", etag=first.headers["etag"])
    assert (changed.status_code, changed.body) == (200, b'{"what":"b"}')
    assert ask(stamp=3, what="b", etag=changed.headers["etag"]).status_code == 304


def test_another_sight_has_another_answer(ask):
    ours = Principal(name="a", roles=frozenset({Role.PHYSIOTHERAPIST}), sites=frozenset({"one"}))
    theirs = Principal(name="b", roles=ours.roles, sites=frozenset({"two"}))
    same = Principal(name="c", roles=ours.roles, sites=ours.sites)
    assert sight_of(ours) == sight_of(same)
    assert len({sight_of(x) for x in (ours, theirs, ANYBODY)}) == 3
    ask(sight_of(ours), what="ours")
    assert ask(sight_of(theirs), what="theirs").body == b'{"what":"theirs"}'


def test_no_more_is_kept_than_is_asked_for(ask, made):
    for n in range(200):
        ask(n)
    ask(0)
    assert len(made) == 201


async def test_pages_that_ask_again_are_told_what_is_wrong_in_few_bytes(pretend):
    looks = []

    def state(_sees):
        looks.append(1)
        return ClinicState(
            well=False,
            troubles_it=("rotto",),
            troubles_en=("broken",),
            lines_it=("x",) * 500,
            lines_en=("x",) * 500,
        )

    app = create_app(pretend.MemoryReader(), state=state)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as page:
        brief = await page.get("/api/clinic?lines=false")
        assert brief.json()["troubles_en"] == ["broken"]
        assert len(brief.content) < 200
        again = await page.get(
            "/api/clinic?lines=false", headers={"If-None-Match": brief.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == "no-store"
        assert len((await page.get("/api/clinic")).json()["lines_en"]) == 500
        for _ in range(50):
            await page.get("/api/clinic?lines=false")
    assert len(looks) < 10
