"""A home's credentials: asked for under its name, blinded; used later, when nobody can tell.

Of each survey one file: the token, its prefix and what takes the blinding off, before the clinic
is asked, so that a crash in between costs nothing; then the signature. It goes with the answer.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telemetry.errors import DecodeError, StoreError
from telemetry.files import replacing
from telemetry.messages.surveys import SurveyIssue, SurveyKeys, SurveyRequest

from .blind_signature import PREFIX_BYTES, blind, finalize, prepare, public_key_from

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics, SiteTopics

__all__ = ["SurveyCredential", "SurveyWallet"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SurveyCredential:
    """What lets a home answer a survey once; hexadecimal. Empty signature: not issued yet."""

    token: str
    prefix: str
    key: str
    blinded: str
    inverse: str
    signature: str = ""

    @property
    def prepared(self) -> bytes:
        """What is signed."""
        return prepare(bytes.fromhex(self.token), bytes.fromhex(self.prefix))


class SurveyWallet:
    """The credentials in a folder.

    Args:
        folder: where the answers wait, too.
        bus: the home's own connection to the clinic.
        home: the home's topics.
        site: its site's.
    """

    def __init__(self, folder: Path, bus: Bus, home: HomeTopics, site: SiteTopics) -> None:
        self._folder = folder
        self._bus = bus
        self._home = home
        self._keys: dict[str, str] = {}
        bus.subscribe(site.survey_key, self._on_keys, qos=1)
        bus.subscribe(home.survey_issue, self._on_issue, qos=1)

    def ask(self, surveys: Collection[str]) -> None:
        """Ask for those of the surveys that are not issued yet; again is harmless.

        A disk that refuses costs another try.
        """
        for survey in surveys:
            credential = self._read(survey)
            if survey not in self._keys or (credential is not None and credential.signature):
                continue
            if credential is None or credential.key != self._keys[survey]:
                credential = _new_credential(self._keys[survey])
                if not self._write(survey, credential):
                    continue
            request = SurveyRequest(
                patient=self._home.patient, survey=survey, blinded=credential.blinded
            )
            self._bus.publish(self._home.survey_request, request.encode(), qos=1)

    def issued(self, survey: str) -> SurveyCredential | None:
        """The credential for a survey; None where the clinic has not signed it."""
        credential = self._read(survey)
        return credential if credential is not None and credential.signature else None

    def spent(self, survey: str) -> None:
        """Forget a credential whose answer is at the clinic."""
        try:
            self._path(survey).unlink(missing_ok=True)
        except OSError as e:
            log.warning("a spent credential cannot be deleted: %s", e)

    def _on_keys(self, message: Message) -> None:
        try:
            keys = SurveyKeys.decode(message.payload).keys
            for key in keys.values():
                public_key_from(key)
        except DecodeError as e:
            log.warning("refused: %s", e)
            return
        self._keys = dict(keys)

    def _on_issue(self, message: Message) -> None:
        try:
            issue = SurveyIssue.decode(message.payload)
            credential = self._read(issue.survey)
            if credential is None or credential.signature:
                return
            signature = finalize(
                public_key_from(credential.key),
                credential.prepared,
                bytes.fromhex(issue.blind_signature),
                int(credential.inverse, 16),
            )
        except DecodeError as e:
            log.warning("refused: %s", e)
            return
        self._write(issue.survey, replace(credential, signature=signature.hex()))

    def _read(self, survey: str) -> SurveyCredential | None:
        try:
            body = json.loads(self._path(survey).read_bytes())
            return SurveyCredential(**body)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as e:
            log.warning("a survey's credential is left out: %s", type(e).__name__)
            return None

    def _write(self, survey: str, credential: SurveyCredential) -> bool:
        body = {name: getattr(credential, name) for name in credential.__slots__}
        try:
            with replacing(self._path(survey)) as scratch:
                scratch.write_text(json.dumps(body), encoding="utf-8")
                # The file's own time would tell when the credential was asked for.
                os.utime(scratch, (0, 0))
        except StoreError as e:
            log.warning("a survey's credential is not kept: %s", e)
            return False
        return True

    def _path(self, survey: str) -> Path:
        return self._folder / f"{survey}.credential"


def _new_credential(key: str) -> SurveyCredential:
    token, prefix = secrets.token_bytes(16), secrets.token_bytes(PREFIX_BYTES)
    found = blind(public_key_from(key), prepare(token, prefix))
    return SurveyCredential(
        token=token.hex(),
        prefix=prefix.hex(),
        key=key,
        blinded=found.message.hex(),
        inverse=f"{found.inverse:x}",
    )
