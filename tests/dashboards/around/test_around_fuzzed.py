"""What a fuzzer that has read the description says around a plan breaks nothing."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from dashboards.access.guarded_entrance import COOKIE
from dashboards.access.principal import Role
from dashboards.access.sessions import csrf_token
from refusals import assert_told_in_both

pytestmark = pytest.mark.nightly

HERE = {"Host": "127.0.0.1", "Origin": "http://127.0.0.1"}
FUZZED = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_nothing_that_is_said_around_a_plan_ends_in_a_fault(scene):
    roles, sites = frozenset({Role.PHYSIOTHERAPIST}), frozenset({"clinic"})
    scene.accounts.add("anna", roles=roles, sites=sites)
    session = scene.sessions.begin("anna")
    headers = HERE | {"Cookie": f"{COOKIE}={session}", "X-CSRF-Token": csrf_token(session)}
    app = scene.app()
    app.state.entrance._plain_http = True  # the fuzzer's own client speaks no TLS
    schema = schemathesis.openapi.from_dict(app.openapi())
    found = [one.ok() for one in schema.get_all_operations() if "/around" in one.ok().path]
    assert len(found) >= 17
    answers = set()
    for one in found:

        @FUZZED
        @given(case=one.as_strategy())
        def send(case):
            case.path_parameters["patient"] = "p-1"
            answer = case.call(app=app, headers=headers)
            answers.add(answer.status_code)
            if answer.status_code >= 400:
                assert_told_in_both(answer)
            assert answer.status_code < 500, f"{case.method} {case.path}: {answer.text[:200]}"

        send()
    assert {200, 409, 422} <= answers
