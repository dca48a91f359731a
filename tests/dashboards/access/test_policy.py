"""Who may do what: by role, by site, by a token's scope."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.access.policy import PUBLIC, TOKEN_SCOPES, may
from dashboards.access.principal import ANYBODY, NOBODY, Action, Principal, Role

ABOUT_PATIENTS = (
    Action.SEE_PATIENT,
    Action.SEE_SESSION,
    Action.SEE_WORKLIST,
    Action.WATCH_LIVE,
    Action.ACKNOWLEDGE,
    Action.EDIT_PLAN,
    Action.SIGN_PLAN,
    Action.SEND_PLAN,
)


def somebody(*roles, sites=("milano",), scope=None):
    return Principal(
        name="anna",
        roles=frozenset(roles),
        sites=frozenset(sites),
        scope=scope and frozenset(scope),
    )


@pytest.mark.parametrize("action", Action)
def test_who_has_not_signed_in_gets_the_empty_page_and_the_way_in(action):
    assert may(NOBODY, action) is (
        action in {Action.OPEN_PAGE, Action.SIGN_IN, Action.ANSWER_SURVEY}
    )


@pytest.mark.parametrize("action", ABOUT_PATIENTS)
def test_who_keeps_the_machine_sees_no_patient(action):
    assert not may(somebody(Role.ADMIN, sites=["+"]), action, "milano", "p-1")


def test_a_researcher_looks_and_changes_nothing():
    anna = somebody(Role.RESEARCHER)
    assert may(anna, Action.SEE_SESSION, "milano", "p-1")
    assert not may(anna, Action.ACKNOWLEDGE, "milano", "p-1")
    assert not may(anna, Action.WATCH_LIVE, "milano", "p-1")
    for deed in (Action.EDIT_PLAN, Action.SIGN_PLAN, Action.SEND_PLAN):
        assert not may(anna, deed, "milano", "p-1")


@pytest.mark.parametrize(("action", "role"), list(product(ABOUT_PATIENTS, Role)))
def test_another_sites_patient_is_nobodys_business(action, role):
    assert not may(somebody(role), action, "roma", "p-1")
    assert not may(somebody(role), action, None, "p-1"), "whose site nobody knows"


names = st.sampled_from(["milano", "roma", "bari"])
people = st.builds(
    Principal,
    name=st.just("anna"),
    roles=st.frozensets(st.sampled_from(Role)),
    sites=st.frozensets(names),
    scope=st.none() | st.frozensets(st.sampled_from(sorted(TOKEN_SCOPES))),
)


@given(people, st.sampled_from(Action), st.none() | names)
def test_nobody_may_more_of_a_patient_than_in_general(principal, action, site):
    if action in PUBLIC or action is Action.OWN_SESSION:
        return
    if may(principal, action, site, "p-1"):
        assert may(principal, action)
        assert site in principal.sites


@given(people, st.sampled_from(Action))
def test_a_token_does_what_it_is_for_and_nothing_else(principal, action):
    if principal.scope is not None and action not in PUBLIC:
        assert may(principal, action) is (action in principal.scope)


@pytest.mark.parametrize("action", sorted(set(Action) - {Action.OWN_SESSION}))
def test_where_there_are_no_users_whoever_is_at_the_machine_may_everything(action):
    assert may(ANYBODY, action, None, "p-1")
