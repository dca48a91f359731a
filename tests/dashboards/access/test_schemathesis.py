"""What a fuzzer that has read the API's own description sends breaks nothing and learns nothing."""

import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from dashboards.access.guarded_entrance import COOKIE
from dashboards.access.sessions import csrf_token
from refusals import assert_told_in_both

pytestmark = pytest.mark.slow

LEAKS = re.compile(r"Traceback|File \"|site-packages|sqlite3|SELECT |RipresaError|p-roma|argon2")
FUZZED = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations(app):
    schema = schemathesis.openapi.from_dict(app.openapi())
    return [found.ok() for found in schema.get_all_operations()]


def check(case, app, statuses, **more):
    answer = case.call(**more, app=app)
    told = f"{case.method} {case.path}: {answer.status_code}"
    assert answer.status_code < 500, told
    assert statuses is None or answer.status_code in statuses, told
    if answer.status_code >= 400:
        assert_told_in_both(answer)
    assert not LEAKS.search(answer.text), f"{told} {answer.text[:300]}"
    return answer


def fuzz(app, one, statuses=None, **more):
    seen = set()

    @FUZZED
    @given(case=one.as_strategy())
    def send(case):
        seen.add(check(case, app, statuses, **more).status_code)

    send()
    return seen


class NoCodes:
    """Surveys that are kept, of which every code is unknown."""

    def issue(self, _survey, count=1):
        return ["0" * 16] * count

    def opened(self, _code):
        return None

    def take(self, _code, _answers, _words=""):
        return False


NAMES = ("/api/me", "/api/sign-in")
HERE = {"Host": "127.0.0.1", "Origin": "http://127.0.0.1"}


@pytest.fixture(autouse=True)
def _in_the_clear(guarded):
    """The fuzzer's own client speaks no TLS."""
    guarded.entrance._plain_http = True


@pytest.fixture
def signed_in(guarded):
    """Headers of somebody who is in, and an app on which one can be."""
    guarded.add()
    app = guarded.app(surveys=NoCodes())
    session = guarded.sessions.begin("anna")
    return app, HERE | {"Cookie": f"{COOKIE}={session}", "X-CSRF-Token": csrf_token(session)}


def test_whoever_has_not_signed_in_learns_nothing_from_any_operation(guarded):
    guarded.add()
    app = guarded.app(surveys=NoCodes())
    for one in operations(app):
        if one.path in NAMES:
            continue
            # 422 comes before anybody is asked who they are, from a body that is no JSON.
            # A code is tried without signing in: one that opens nothing is none, then let wait.
        of_codes = {404, 429} if one.path.startswith("/api/survey/") else set()
        found = fuzz(app, one, {401, 403, 404, 405, 422} | of_codes, headers=HERE)
        assert found & ({401, 403, 422} | of_codes), one.path


def test_the_way_in_stands_whatever_is_typed(guarded):
    guarded.add()
    app = guarded.app(surveys=NoCodes())
    for one in operations(app):
        if one.path in NAMES:
            fuzz(app, one, {200, 401, 403, 404, 405, 422, 429}, headers=HERE)


def test_whoever_has_signed_in_breaks_nothing_and_sees_no_other_site(signed_in):
    app, headers = signed_in
    for one in operations(app):
        if one.path != "/api/sign-out":
            assert fuzz(app, one, headers=headers) - {401}, one.path


def test_every_operation_is_described_with_what_it_answers(guarded):
    found = operations(guarded.app(surveys=NoCodes()))
    assert len(found) >= 10
    for one in found:
        assert {"200", "204"} & one.definition.raw["responses"].keys(), one.path
