"""Coming in, staying and going; and everybody who tries otherwise."""

import asyncio
import stat

import pytest
import websockets

from dashboards.access import sessions as sessions_module
from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.guarded_entrance import COOKIE, SOCKET_PROTOCOL
from dashboards.access.principal import Role
from dashboards.access.sessions import ABSOLUTE_S, IDLE_S
from dashboards.web.serving import serve
from telemetry.errors import StoreBusy, StoreFull
from telemetry.messages.notices import LiveRequest, Receipt
from telemetry.transport.topics import HomeTopics

SESSION_OF_MILANO = "01J00000000000000000000001"
SEEN = {"kind": "fall", "opened": "2026-01-01", "by": "anna", "action": "called"}


async def test_without_a_user_whoever_is_at_the_machine_sees_all(guarded, visit):
    async with visit.Visitor(guarded.app()) as web:
        assert (await web.get("/api/me")).json()["signs_in"] is False
        assert (await web.get("/api/patients/p-roma")).status_code == 200


async def test_from_the_first_user_on_everybody_signs_in(guarded, visit):
    app = guarded.app()
    async with visit.Visitor(app) as web:
        assert (await web.get("/api/patients")).status_code == 200
        guarded.add()
        assert (await web.get("/api/me")).json()["signs_in"] is True
        assert (await web.get("/api/patients")).status_code == 401
        assert (await web.get("/")).status_code == 200, "the page itself, to sign in on"
        assert (await web.sign_in()).status_code == 200
        assert (await web.get("/api/patients")).status_code == 200
        me = (await web.get("/api/me")).json()
        assert (me["name"], me["roles"]) == ("anna", ["physiotherapist"])


async def test_the_cookie_is_for_this_host_alone_and_for_no_script(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        told = (await web.sign_in()).headers["set-cookie"].lower()
    assert told.startswith("__host-")
    for word in ("secure", "httponly", "samesite=lax", "path=/"):
        assert word in told
    assert "domain" not in told
    assert "expires" not in told, "it goes with the browser"


async def test_no_secret_stands_in_the_file(guarded, visit):
    guarded.add()
    token = guarded.tokens.add("lab", scope=["see-session"], sites=["milano"], days=3)
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        session = web.cookies[COOKIE]
    guarded.store.close()
    kept = b"".join(p.read_bytes() for p in guarded.path.parent.iterdir())
    for secret in (session, token, visit.password):
        assert secret.encode() not in kept
    assert stat.S_IMODE(guarded.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", "a wave that comes back!"), ("nobody", "a wave that comes back"), ("bruno", None)],
)
async def test_who_is_wrong_is_told_the_same_whoever_it_is(guarded, visit, name, password):
    guarded.add()
    guarded.add("bruno")
    guarded.accounts.disable("bruno")
    async with visit.Visitor(guarded.app()) as web:
        answer = await web.sign_in(name, password or visit.password)
        assert (answer.status_code, answer.json()["detail"]) == (
            401,
            {"it": "nome o password sbagliati", "en": "name or password is wrong"},
        )
        assert COOKIE not in web.cookies


async def test_who_guesses_waits_longer_and_who_works_there_does_not(guarded, visit):
    guarded.add()
    app = guarded.app()
    async with visit.Visitor(app) as own, visit.Visitor(app, "198.51.100.9") as guesser:
        assert (await own.sign_in()).status_code == 200
        waits = []
        for _ in range(40):
            answer = await guesser.sign_in(password="guess after guess")
            if answer.status_code == 429:
                waits.append(int(answer.headers["retry-after"]))
                await guarded.clock.advance(waits[-1])
        assert waits[0] < waits[-1] <= 60, "it never locks anybody out for good"
        assert (await guesser.sign_in()).status_code in (200, 429)
        assert (await own.sign_in()).status_code == 200


async def test_many_guesses_at_once_do_not_slip_through(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        answers = await asyncio.gather(*(web.sign_in(password=f"guess {n}") for n in range(12)))
    assert [a.status_code for a in answers].count(401) <= 4


async def test_a_session_that_nobody_uses_ends_and_a_page_by_itself_is_no_use(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        await guarded.clock.advance(IDLE_S - 10)
        assert 0 < (await web.get("/api/me")).json()["idle_left_s"] <= 10
        for path in ("/api/clinic", "/api/overview", "/api/patients"):
            assert (await web.get(path)).status_code == 200
        await guarded.clock.advance(11)
        assert (await web.get("/api/patients")).status_code == 401


async def test_a_session_that_is_used_lasts_and_ends_in_any_case(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        for _ in range(int(ABSOLUTE_S / (IDLE_S - 60)) - 1):
            await guarded.clock.advance(IDLE_S - 60)
            assert (await web.say("/api/active")).status_code == 200
        await guarded.clock.advance(IDLE_S - 60)
        await web.say("/api/active")
        await guarded.clock.advance(IDLE_S - 60)
        assert (await web.get("/api/patients")).status_code == 401


async def test_a_session_lasts_over_a_restart(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        guarded.start_again()
        web._transport.app = guarded.app()
        assert (await web.get("/api/patients")).status_code == 200


async def test_signing_out_ends_the_session_itself(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        stolen = web.cookies[COOKIE]
        assert (await web.say("/api/sign-out")).status_code == 200
        web.cookies.set(COOKIE, stolen, domain="clinic.example.org")
        assert (await web.get("/api/patients")).status_code == 401


async def test_a_name_that_was_planted_before_signing_in_is_worth_nothing(guarded, visit):
    """Fixation: whoever knows a session's name before must not know it after."""
    guarded.add()
    app = guarded.app()
    async with visit.Visitor(app) as attacker, visit.Visitor(app) as victim:
        await attacker.sign_in()
        planted = attacker.cookies[COOKIE]
        victim.cookies.set(COOKIE, planted, domain="clinic.example.org")
        await victim.sign_in()
        assert (await attacker.get("/api/patients")).status_code == 401, "the old one is over"
        made_up = "A" * 43
        victim.cookies.clear()
        victim.cookies.set(COOKIE, made_up, domain="clinic.example.org")
        assert (await victim.get("/api/patients")).status_code == 401


@pytest.mark.parametrize("change", ["disable", "change", "set_password"])
async def test_what_is_done_to_a_user_ends_their_sessions(guarded, visit, change):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        with AccessStore(guarded.path) as other:  # the command line, beside the running clinic
            accounts = Accounts(other, guarded.clock)
            if change == "disable":
                accounts.disable("anna")
            elif change == "change":
                accounts.change("anna", roles=[Role.RESEARCHER], sites=["roma"])
            else:
                accounts.set_password("anna", guarded.password_hash)
        assert (await web.get("/api/patients")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "A" * 43},
        {"Origin": "https://evil.example"},
        {"Origin": "http://clinic.example.org"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
async def test_a_page_of_elsewhere_changes_nothing(guarded, visit, headers):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        for path in ("/api/patients/p-milano/seen", "/api/sign-out"):
            assert (await web.say(path, SEEN, **headers)).status_code == 403
        assert (await web.get("/api/patients")).status_code == 200, "still signed in"
        assert guarded.care.seen == []


async def test_another_sessions_token_is_none(guarded, visit):
    guarded.add()
    app = guarded.app()
    async with visit.Visitor(app) as one, visit.Visitor(app) as two:
        await one.sign_in()
        await two.sign_in()
        answer = await one.say("/api/sign-out", **{"X-CSRF-Token": two.csrf})
        assert answer.status_code == 403


async def test_nobody_is_signed_in_by_a_page_of_elsewhere(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        body = {"name": "anna", "password": visit.password}
        answer = await web.say("/api/sign-in", body, Origin="https://evil.example")
        assert answer.status_code == 403
        assert COOKIE not in web.cookies


async def test_in_the_clear_only_this_machine_comes_in(guarded, visit):
    guarded.add()
    app, plain = guarded.app(), "http://clinic.example.org"
    async with visit.Visitor(app, "192.0.2.1", plain) as web:
        for path in ("/", "/api/me", "/api/patients"):
            assert (await web.get(path)).status_code == 403
        assert (await web.sign_in()).status_code == 403
    async with visit.Visitor(app, "127.0.0.1", plain) as web:
        for path in ("/", "/api/me"):
            answer = await web.get(path)
            assert answer.status_code == 403, "a proxy on this machine that says nothing of TLS"
    async with visit.Visitor(app, "127.0.0.1", "http://127.0.0.1") as web:
        assert (await web.sign_in()).status_code == 200


async def test_where_a_port_is_published_to_this_machine_its_own_names_do(guarded, visit):
    guarded.add()
    guarded.entrance._plain_http = True
    app, gateway = guarded.app(), "172.18.0.1"
    async with visit.Visitor(app, gateway, "http://localhost") as web:
        assert (await web.sign_in()).status_code == 200
    async with visit.Visitor(app, gateway, "http://clinic.example.org") as web:
        assert (await web.sign_in()).status_code == 403


async def test_a_full_disk_shuts_nobody_out(guarded, visit, monkeypatch):
    guarded.add()
    app = guarded.app()

    def full(*_):
        raise StoreFull("no room")

    monkeypatch.setattr(guarded.sessions._store, "writing", full)
    async with visit.Visitor(app) as web:
        assert (await web.sign_in()).status_code == 200
        await guarded.clock.advance(IDLE_S - 1)
        assert (await web.say("/api/active")).status_code == 200
        await guarded.clock.advance(IDLE_S - 1)
        assert (await web.get("/api/patients")).status_code == 200
        stolen = web.cookies[COOKIE]
        await web.say("/api/sign-out")
        web.cookies.set(COOKIE, stolen, domain="clinic.example.org")
        assert (await web.get("/api/patients")).status_code == 401


async def test_a_file_of_users_that_cannot_be_read_lets_nobody_in_and_names_no_path(
    guarded, visit, monkeypatch
):
    guarded.add()

    def busy(*_):
        raise StoreBusy("the users' file /secret/place is locked")

    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        monkeypatch.setattr(guarded.store, "rows", busy)
        for path in ("/api/patients", "/api/me", "/api/overview"):
            answer = await web.get(path)
            assert answer.status_code == 503
            assert "/secret/place" not in answer.text


async def test_a_clock_that_is_set_back_makes_no_session_longer(guarded, visit):
    guarded.add()
    async with visit.Visitor(guarded.app()) as web:
        await web.sign_in()
        guarded.clock._now_ns -= 3600 * 10**9
        assert (await web.get("/api/patients")).status_code == 401


class Served:
    """A page on a port, with one browser signed in."""

    def __init__(self, page, web):
        self.page, self.web = page, web

    def open(self, *, patient="p-milano", protocols=None, origin="own", cookie=True):
        headers = {"Cookie": f"{COOKIE}={self.web.cookies[COOKIE]}"} if cookie else {}
        base = f"127.0.0.1:{self.page.port}"
        return websockets.connect(
            f"ws://{base}/api/live/{patient}",
            additional_headers=headers,
            subprotocols=[SOCKET_PROTOCOL, self.web.csrf] if protocols is None else protocols,
            origin=f"http://{base}" if origin == "own" else origin,
        )


@pytest.fixture
async def served(guarded, visit):
    guarded.add()
    app = guarded.app()
    async with serve(app, port=0) as page:
        origin = f"http://127.0.0.1:{page.port}"
        async with visit.Visitor(app, "127.0.0.1", origin) as web:
            assert (await web.sign_in()).status_code == 200
            yield Served(page, web)


async def test_a_socket_opens_for_the_page_of_its_session(served):
    async with served.open() as line:
        assert line.subprotocol == SOCKET_PROTOCOL


@pytest.mark.parametrize(
    "how",
    [
        {"cookie": False},
        {"protocols": [SOCKET_PROTOCOL]},
        {"protocols": [SOCKET_PROTOCOL, "A" * 43]},
        {"origin": "https://evil.example"},
        {"origin": None, "protocols": [SOCKET_PROTOCOL]},
        {"patient": "p-roma"},
    ],
    ids=str,
)
async def test_no_other_socket_opens(served, how):
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with served.open(**how):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("how", ["disabled", "signed out", "unused"])
async def test_an_open_socket_is_shut_when_its_session_is_over(served, guarded, how):
    async with served.open() as line:
        if how == "disabled":
            guarded.accounts.disable("anna")
        elif how == "signed out":
            cookie = f"{COOKIE}={served.web.cookies[COOKIE]}"  # sent by no library in the clear
            assert (await served.web.say("/api/sign-out", Cookie=cookie)).status_code == 200
        else:
            await guarded.clock.advance(sessions_module.IDLE_S + 1)
        async with asyncio.timeout(10):
            await line.wait_closed()
        assert line.close_code == 1008


@pytest.mark.parametrize("how", ["disabled", "signed out", "gone"])
async def test_who_is_out_or_away_holds_no_lease_of_a_home_any_more(guarded, visit, how):
    guarded.add()
    now_ns = guarded.clock.now_ns()
    opened = guarded.reader.kept_events[SESSION_OF_MILANO][0].model_copy(update={"t_ns": now_ns})
    guarded.reader.kept_events[SESSION_OF_MILANO] = [opened]
    wishes = []

    def hear(message):
        wish = LiveRequest.decode(message.payload)
        wishes.append((wish.what, wish.watcher))
        if wish.what == "ask":
            answer = Receipt(
                patient=wish.patient, what="live", id=wish.lease, state="taken", t_ns=now_ns
            )
            guarded.bus.publish(HomeTopics("milano", wish.patient).receipt, answer.encode())

    guarded.bus.subscribe(HomeTopics("milano", "+").live_request, hear)
    app = guarded.app(site_of=lambda _patient: "milano")
    async with serve(app, port=0) as page:
        origin = f"http://127.0.0.1:{page.port}"
        async with visit.Visitor(app, "127.0.0.1", origin) as web:
            assert (await web.sign_in()).status_code == 200
            served = Served(page, web)
            async with asyncio.timeout(20), served.open() as line:
                await line.send("ask")
                while '"given"' not in await line.recv():
                    pass
                if how == "disabled":
                    guarded.accounts.disable("anna")
                    await line.wait_closed()
                elif how == "signed out":
                    cookie = f"{COOKIE}={web.cookies[COOKIE]}"
                    assert (await web.say("/api/sign-out", Cookie=cookie)).status_code == 200
                    await line.wait_closed()
            async with asyncio.timeout(10):
                while wishes[-1][0] != "end":
                    await asyncio.sleep(0.02)
    assert wishes[0] == ("ask", "physiotherapist")


@pytest.mark.parametrize("scope", ["see-session", "see-worklist"])
async def test_a_token_opens_what_it_is_for_and_nothing_else(guarded, visit, scope):
    guarded.add()
    token = guarded.tokens.add("lab", scope=[scope], sites=["milano"], days=30)
    bearer = {"Authorization": f"Bearer {token}"}
    async with visit.Visitor(guarded.app()) as web:
        session = await web.get(f"/api/sessions/{visit.sessions['p-milano']}", headers=bearer)
        other = await web.get(f"/api/sessions/{visit.sessions['p-roma']}", headers=bearer)
        listed = await web.get("/api/patients", headers=bearer)
        assert session.status_code == (200 if scope == "see-session" else 403)
        assert other.status_code == (404 if scope == "see-session" else 403)
        assert listed.status_code == (200 if scope == "see-worklist" else 403)
        assert "p-roma" not in listed.text
        answer = await web.say("/api/patients/p-milano/seen", SEEN, **bearer)
        assert answer.status_code == 403, "a program answers for nothing"
        assert (await web.say("/api/sign-out", **bearer)).status_code == 403


async def test_a_token_counts_in_the_header_alone_and_beats_a_cookie(guarded, visit):
    guarded.add()
    token = guarded.tokens.add("lab", scope=["see-worklist"], sites=["milano"], days=30)
    async with visit.Visitor(guarded.app()) as web:
        assert (await web.get(f"/api/patients?token={token}")).status_code == 401
        web.cookies.set(COOKIE, token, domain="clinic.example.org")
        assert (await web.get("/api/patients")).status_code == 401
        web.cookies.clear()
        await web.sign_in()
        forged = {"Authorization": "Bearer ripresa_" + "A" * 43}
        assert (await web.get("/api/patients", headers=forged)).status_code == 401


@pytest.mark.parametrize("how", ["forged", "empty", "basic", "over", "revoked", "before"])
async def test_a_token_that_does_not_hold_is_refused(guarded, visit, how):
    guarded.add()
    token = guarded.tokens.add("lab", scope=["see-worklist"], sites=["milano"], days=30)
    header = f"Bearer {token}"
    if how == "forged":
        header = header[:-1] + ("A" if header[-1] != "A" else "B")
    elif how == "empty":
        header = "Bearer "
    elif how == "basic":
        header = f"Basic {token}"
    elif how == "over":
        await guarded.clock.advance(30 * 86400 + 1)
    elif how == "revoked":
        guarded.tokens.revoke("lab")
    elif how == "before":
        guarded.clock._now_ns -= 10**9
    async with visit.Visitor(guarded.app()) as web:
        answer = await web.get("/api/patients", headers={"Authorization": header})
        assert answer.status_code == 401


async def test_a_forged_token_is_refused_where_there_are_no_users_too(guarded, visit):
    async with visit.Visitor(guarded.app()) as web:
        answer = await web.get("/api/patients", headers={"Authorization": "Bearer x"})
        assert answer.status_code == 401
