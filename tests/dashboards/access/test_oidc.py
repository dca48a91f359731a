"""Signing in at a provider: an independent one lets people in, and nothing else does."""

import base64
import hashlib
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from dashboards.access import oidc as oidc_module
from dashboards.access.guarded_entrance import COOKIE
from dashboards.access.oidc import OidcProvider, OidcSettings
from dashboards.access.principal import Role
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError, TransportRefused

CLIENT = "ripresa-clinic"
ISSUER = "https://id.example.org"
BROWSER = "__Host-ripresa-oidc"


@pytest.fixture(scope="module")
def real_provider():
    """An independent provider on loopback; any client and any name will do."""
    user = oidc_provider_mock.User(sub="abc-123", claims={"email": "boss@example.org"})
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=[user]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def scene(guarded, real_provider):
    """A page whose users may sign in there, and `anna`, who is known there as `abc-123`."""
    guarded.clock = SystemClock()
    guarded.start_again()
    guarded.accounts.add(
        "anna",
        roles=[Role.PHYSIOTHERAPIST],
        sites=["milano"],
        identity=(real_provider, "abc-123"),
    )
    provider = OidcProvider(
        issuer=real_provider,
        client_id=CLIENT,
        secret="s" * 20,
        name="the hospital",
        clock=guarded.clock,
    )
    return guarded, provider


async def there(web, onward="/patients"):
    """Where the page sends a browser."""
    answer = await web.get(f"/oidc/start?next={onward}")
    assert answer.status_code == 303
    return answer.headers["location"]


def consent(address, subject="abc-123"):
    """Sign in at the provider, as its own page would; the address that it sends back to."""
    answer = httpx.post(address, data={"sub": subject})
    assert answer.status_code == 302
    return answer.headers["location"]


def way(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


async def test_whom_the_provider_vouches_for_comes_in_to_where_they_were_going(scene, visit):
    guarded, provider = scene
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        assert (await web.get("/api/me")).json()["provider"] == "the hospital"
        back = await web.get(way(consent(await there(web))))
        assert (back.status_code, back.headers["location"]) == (303, "/patients")
        assert (await web.get("/api/me")).json()["name"] == "anna"
        assert (await web.get("/api/patients/p-milano")).status_code == 200
        assert (await web.get("/api/patients/p-roma")).status_code == 404
        assert BROWSER not in web.cookies


async def test_the_way_there_carries_challenge_state_and_nonce(scene, visit):
    guarded, provider = scene
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        asked = parse_qs(urlsplit(await there(web)).query)
        again = parse_qs(urlsplit(await there(web)).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid"]
    assert asked["redirect_uri"] == [f"{visit.origin}/oidc/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 43
        assert asked[name] != again[name]


async def test_the_code_is_redeemed_with_the_verifier_of_the_challenge(scene, visit, monkeypatch):
    guarded, provider = scene
    sent = []
    real = oidc_module.OAuth2Session.fetch_token

    def watched(self, *args, **more):
        sent.append(more["code_verifier"])
        return real(self, *args, **more)

    monkeypatch.setattr(oidc_module.OAuth2Session, "fetch_token", watched)
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        address = await there(web)
        await web.get(way(consent(address)))
    digest = hashlib.sha256(sent[0].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert parse_qs(urlsplit(address).query)["code_challenge"] == [challenge]


async def test_whom_the_clinic_does_not_know_is_told_as_whom_to_ask(scene, visit):
    """The e-mail is a colleague's; it counts for nothing."""
    guarded, provider = scene
    guarded.add("boss@example.org".partition("@")[0])
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        back = await web.get(way(consent(await there(web), "boss@example.org")))
        assert back.headers["location"] == "/#unknown=boss%40example.org"
        assert COOKIE not in web.cookies


async def test_who_is_disabled_does_not_come_in_by_the_provider(scene, visit):
    guarded, provider = scene
    guarded.accounts.disable("anna")
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        back = await web.get(way(consent(await there(web))))
        assert back.headers["location"].startswith("/#unknown=")
        assert COOKIE not in web.cookies


async def test_an_answer_counts_once(scene, visit):
    guarded, provider = scene
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        back = way(consent(await there(web)))
        cookie = web.cookies[BROWSER]
        await web.get(back)
        web.cookies.set(BROWSER, cookie, domain="clinic.example.org")
        assert (await web.get(back)).headers["location"] == "/#sign-in-failed"


async def test_nobody_is_led_into_anothers_sign_in(scene, visit):
    """Whoever is sent an address that an attacker got from the provider comes in as nobody."""
    guarded, provider = scene
    app = guarded.app(provider=provider)
    async with visit.Visitor(app) as attacker, visit.Visitor(app) as victim:
        back = way(consent(await there(attacker)))
        await there(victim)
        for _ in range(2):
            answer = await victim.get(back)
            assert answer.headers["location"] == "/#sign-in-failed"
            assert COOKIE not in victim.cookies


@pytest.mark.parametrize(
    "told",
    [
        "",
        "?code=x",
        "?state=x",
        "?code=x&state=x",
        "?error=access_denied&state={state}",
        "?code=x&state={state}",
        "?code={code}&state={state}&iss=https://evil.example",
    ],
)
async def test_a_made_up_answer_lets_nobody_in(scene, visit, told):
    guarded, provider = scene
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        asked = parse_qs(urlsplit(consent(await there(web))).query)
        told = told.format(state=asked["state"][0], code=asked["code"][0])
        answer = await web.get(f"/oidc/callback{told}")
        assert answer.headers["location"] == "/#sign-in-failed"
        assert COOKIE not in web.cookies


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil", "/a?b=//c"]
)
async def test_nobody_is_sent_elsewhere_afterwards(scene, visit, onward):
    guarded, provider = scene
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        answer = await web.get("/oidc/start", params={"next": onward})
        back = await web.get(way(consent(answer.headers["location"])))
    assert back.headers["location"] == "/"


RSA = RSAKey.generate_key(2048, parameters={"kid": "1"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "1"})
SHARED = OctKey.import_key("a secret that two share, long enough", {"kid": "2"})
P256 = ECKey.generate_key("P-256", parameters={"kid": "3"})


@pytest.fixture
def forging(monkeypatch):
    """A provider whose tokens the test makes: claims, algorithm, key."""
    clock = SystemClock()
    provider = OidcProvider(issuer=ISSUER, client_id=CLIENT, secret=None, name="p", clock=clock)
    described = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/a",
        "token_endpoint": f"{ISSUER}/t",
        "jwks_uri": f"{ISSUER}/k",
    }
    keys = KeySet([RSA, P256]).as_dict(private=False)
    monkeypatch.setattr(oidc_module, "_json", lambda a: keys if a.endswith("/k") else described)
    address = provider.begin("browser", "https://clinic/cb", "/")
    state = parse_qs(urlsplit(address).query)["state"][0]
    underway = provider.come_back("browser", {"state": state, "code": "c"})

    def redeem(*, alg="RS256", key=RSA, header=None, raw=None, **changed):
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "abc",
            "exp": now + 300,
            "iat": now,
            "nonce": underway.nonce,
        } | changed
        claims = {k: v for k, v in claims.items() if v is not None}
        token = raw(claims) if raw else None
        if token is None:
            head = {"alg": alg, "kid": key.kid} | (header or {})
            token = jwt.encode(head, claims, key, algorithms=[alg])
        given = {"id_token": token, "access_token": "x"}
        monkeypatch.setattr(oidc_module.OAuth2Session, "fetch_token", lambda *_a, **_k: given)
        return provider.redeem("c", underway)

    return redeem


def test_a_token_that_holds_tells_issuer_and_subject(forging):
    assert forging() == oidc_module.OidcIdentity(ISSUER, "abc")
    assert forging(alg="ES256", key=P256).subject == "abc"
    assert forging(aud=[CLIENT, "another"], azp=CLIENT).subject == "abc"


def unsigned(claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


@pytest.mark.parametrize(
    "how",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"key": OTHER},
        {"alg": "HS256", "key": SHARED},
        {"alg": "RS512"},
        {"raw": unsigned},
        {"raw": lambda _: "not.a.token"},
        {"raw": lambda _: ""},
    ],
    ids="-".join,
)
def test_a_token_that_does_not_hold_is_refused(forging, how):
    with pytest.raises(TransportRefused, match="does not hold"):
        forging(**how)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.example.org/t"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": 7},
    ],
    ids=str,
)
def test_a_provider_that_says_it_is_another_or_leads_into_the_clear_is_not_believed(
    monkeypatch, change
):
    described = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/a",
        "token_endpoint": f"{ISSUER}/t",
        "jwks_uri": f"{ISSUER}/k",
    } | change
    monkeypatch.setattr(oidc_module, "_json", lambda _: described)
    provider = OidcProvider(
        issuer=ISSUER, client_id=CLIENT, secret=None, name="p", clock=SystemClock()
    )
    with pytest.raises(TransportRefused):
        provider.begin("browser", "https://clinic/cb", "/")


async def test_a_provider_that_is_away_leaves_the_password(guarded, visit):
    guarded.add()
    provider = OidcProvider(
        issuer="http://127.0.0.1:9", client_id=CLIENT, secret=None, name="p", clock=guarded.clock
    )
    async with visit.Visitor(guarded.app(provider=provider)) as web:
        answer = await web.get("/oidc/start")
        assert answer.headers["location"] == "/#sign-in-failed"
        assert (await web.sign_in()).status_code == 200


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"RIPRESA_OIDC_ISSUER": ISSUER}, "go together"),
        ({"RIPRESA_OIDC_CLIENT_ID": "x"}, "go together"),
        (
            {"RIPRESA_OIDC_ISSUER": "http://id.example.org", "RIPRESA_OIDC_CLIENT_ID": "x"},
            "https",
        ),
    ],
)
def test_what_is_half_set_is_named(variables, said):
    settings = OidcSettings.read(variables)
    with pytest.raises(ConfigurationError, match=said):
        OidcProvider.from_settings(settings, SystemClock())


def test_without_settings_there_is_no_provider():
    assert OidcProvider.from_settings(OidcSettings.read({}), SystemClock()) is None
