"""Signing in at an OpenID Connect provider: the code flow with PKCE, state and nonce, by authlib.

Steps, after OpenID Connect Core 1.0, 3.1 and 3.1.3.7, RFC 7636 and RFC 9207:

1. The provider's own description says where to go; it must name the issuer that was configured.
2. The browser is sent there with a challenge, a state and a nonce, each of 256 bits, which are
   kept here and bound to that browser by a cookie of its own.
3. It comes back with a code; the state must be one that was given to this very browser, once, not
   longer ago than ten minutes, and the issuer, where the answer names it, ours.
4. The code is redeemed with the verifier, from here.
5. The identity's signature is held to the provider's keys and to algorithms that are fixed here;
   issuer, audience, expiry, nonce and subject are checked.

Who that is at the clinic, issuer and subject say, never the e-mail. Roles are the clinic's own.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from telemetry.errors import ConfigurationError, TransportRefused
from telemetry.settings import EnvironmentSettings, SecretFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import KeySetSerialization

    from telemetry.clock import Clock

__all__ = ["OidcIdentity", "OidcProvider", "OidcSettings", "Underway"]

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by the provider's private key; never `none`, never a secret that two share."""
PATIENCE_S: Final = 10.0
LEEWAY_S: Final = 60
WITHIN_NS: Final = 600 * 1_000_000_000
MOST_UNDERWAY: Final = 1000


class OidcSettings(EnvironmentSettings):
    """A provider, as `RIPRESA_OIDC_*` names it: `ISSUER`, `CLIENT_ID`, `CLIENT_SECRET`, `NAME`."""

    model_config = SettingsConfigDict(env_prefix="RIPRESA_OIDC_")

    issuer: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    client_secret_file: SecretFile | None = None
    name: str = "OpenID Connect"

    def secret(self) -> str | None:
        """The client's secret; None: it has none, and PKCE alone guards the code."""
        if self.client_secret_file is not None:
            return self.client_secret_file.read_text(encoding="utf-8").strip()
        return self.client_secret.get_secret_value() if self.client_secret else None


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """Somebody, as a provider knows them."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """One browser that was sent to the provider."""

    nonce: str
    verifier: str
    browser: str
    redirect: str
    onward: str
    began_ns: int


class OidcProvider:
    """One provider; its methods wait for it and are called in worker threads.

    Args:
        issuer: its address, as it names itself.
        client_id: of the clinic there.
        secret: of the clinic there; None: it has none.
        name: as the page calls it.
        clock: says whether something is over.

    Raises:
        ConfigurationError: its address is not https, nor on this machine.
    """

    def __init__(
        self, *, issuer: str, client_id: str, secret: str | None, name: str, clock: Clock
    ) -> None:
        if not _is_safe(issuer):
            raise ConfigurationError(f"RIPRESA_OIDC_ISSUER {issuer!r}: it begins with https://")
        self.issuer = issuer
        self.name = name
        self._client_id = client_id
        self._secret = secret
        self._clock = clock
        self._description: tuple[int, dict[str, Any]] | None = None
        self._underway: OrderedDict[str, Underway] = OrderedDict()

    @classmethod
    def from_settings(cls, settings: OidcSettings, clock: Clock) -> OidcProvider | None:
        """The provider that is configured; None where none is.

        Raises:
            ConfigurationError: half of it is.
        """
        if settings.issuer is None and settings.client_id is None:
            return None
        if settings.issuer is None or settings.client_id is None:
            raise ConfigurationError("RIPRESA_OIDC_ISSUER and RIPRESA_OIDC_CLIENT_ID go together")
        return cls(
            issuer=settings.issuer.rstrip("/"),
            client_id=settings.client_id,
            secret=settings.secret(),
            name=settings.name,
            clock=clock,
        )

    def begin(self, browser: str, redirect: str, onward: str) -> str:
        """The address to which a browser is sent.

        Args:
            browser: what its cookie says.
            redirect: where it comes back to.
            onward: where it was going.

        Raises:
            TransportRefused: the provider does not say where, or says it of another.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._session(redirect) as session:
            address, _ = session.create_authorization_url(
                self._described()["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        self._underway[state] = Underway(
            nonce=nonce,
            verifier=verifier,
            browser=browser,
            redirect=redirect,
            onward=onward,
            began_ns=self._clock.now_ns(),
        )
        while len(self._underway) > MOST_UNDERWAY:
            self._underway.popitem(last=False)
        return str(address)

    def come_back(self, browser: str, told: Mapping[str, str]) -> Underway:
        """What a browser that comes back was sent with; it counts once.

        Raises:
            TransportRefused: it was not sent from here, or too long ago, or comes from another.
        """
        underway = self._underway.pop(told.get("state", ""), None)
        if underway is None:
            raise TransportRefused("nobody was sent to the provider with that state")
        if not browser or not hmac.compare_digest(underway.browser.encode(), browser.encode()):
            raise TransportRefused("another browser was sent to the provider")
        if not 0 <= self._clock.now_ns() - underway.began_ns <= WITHIN_NS:
            raise TransportRefused("that was too long ago")
        if told.get("iss", self.issuer) != self.issuer:
            raise TransportRefused("the answer is another provider's")
        if "code" not in told:
            raise TransportRefused("the provider did not let them in")
        return underway

    def redeem(self, code: str, underway: Underway) -> OidcIdentity:
        """Who it is.

        Raises:
            TransportRefused: the provider gives nothing for the code, or what it gives does not
                hold.
        """
        described = self._described()
        try:
            with self._session(underway.redirect) as session:
                given = session.fetch_token(
                    described["token_endpoint"],
                    code=code,
                    code_verifier=underway.verifier,
                    timeout=PATIENCE_S,
                )
            keys = KeySet.import_key_set(cast("KeySetSerialization", _json(described["jwks_uri"])))
            token = jwt.decode(str(given.get("id_token", "")), keys, algorithms=ALGORITHMS)
            self._hold(token.claims, underway)
        except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError) as e:
            # Its words may hold the code or the token: they go nowhere.
            raise TransportRefused(
                f"the provider's answer does not hold ({type(e).__name__})"
            ) from e
        return OidcIdentity(self.issuer, str(token.claims["sub"]))

    def _hold(self, claims: dict[str, Any], underway: Underway) -> None:
        now_s = self._clock.now_ns() // 1_000_000_000
        needed: dict[str, Any] = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._client_id},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": underway.nonce},
        }
        audience = claims.get("aud")
        if "azp" in claims or (isinstance(audience, list) and len(audience) > 1):
            needed["azp"] = {"essential": True, "value": self._client_id}
        jwt.JWTClaimsRegistry(now=now_s, leeway=LEEWAY_S, **needed).validate(claims)

    def _described(self) -> dict[str, Any]:
        """The provider's description of itself, asked for at most once in ten minutes.

        Raises:
            TransportRefused: it gives none, names another issuer, or leads into the clear.
        """
        now_ns = self._clock.now_ns()
        if self._description is not None:
            asked_ns, kept = self._description
            if 0 <= now_ns - asked_ns < WITHIN_NS:
                return kept
        try:
            found = _json(f"{self.issuer}/.well-known/openid-configuration")
            ways = [found[w] for w in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        except (requests.RequestException, ValueError, KeyError, TypeError) as e:
            raise TransportRefused(f"the provider does not answer ({type(e).__name__})") from e
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise TransportRefused("the provider says it is another")
        if not all(isinstance(way, str) and _is_safe(way) for way in ways):
            raise TransportRefused("the provider leads into the clear")
        self._description = (now_ns, found)
        return found

    def _session(self, redirect: str) -> Any:
        return OAuth2Session(
            self._client_id,
            self._secret,
            scope="openid",
            redirect_uri=redirect,
            code_challenge_method="S256",
        )


def _json(address: str) -> dict[str, Any]:
    answer = requests.get(address, timeout=PATIENCE_S, allow_redirects=False)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _is_safe(address: str) -> bool:
    """Whether an address is https, or on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
