"""The clinic's keys of its surveys: one each, which sign nothing but credentials for it.

A key of its own for each survey is what makes a credential good for that survey only: the
message that is signed cannot be seen, so it cannot say it.

Once no more credentials are issued, private key and notes of what was issued are deleted: nobody
can make one any more, nor see who had asked. The public key is kept, and late answers count.
"""

from __future__ import annotations

import json
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from telemetry.errors import StoreError
from telemetry.files import write_atomically

from .blind_signature import (
    KEY_BITS,
    blind_sign,
    is_signed,
    new_key,
    prepare,
    public_key_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.rights.audit import AuditKey
    from telemetry.messages.surveys import SurveyNotice

__all__ = ["SigningKeys"]


class SigningKeys:
    """A folder with each survey's key, and what was issued under it; used from any thread.

    Args:
        folder: made where it is missing.
        names: makes the keyed hashes that stand for homes: what was issued names nobody.
        bits: of a key that has yet to be made.
    """

    def __init__(self, folder: Path, names: AuditKey, *, bits: int = KEY_BITS) -> None:
        self._folder = folder
        self._names = names
        self._bits = bits
        self._lock = threading.Lock()
        self._known: dict[str, rsa.RSAPrivateKey] = {}

    def public(self, survey: str) -> str:
        """A survey's public key as it is published; made with its first use.

        Raises:
            StoreError: it cannot be read, or written.
        """
        with self._lock:
            return public_key_text(self._key(survey, make=True).public_key())

    def issue(self, site: str, patient: str, survey: str, blinded: bytes) -> bytes | None:
        """Sign a home's blinded message: one a home and survey, the same again for the same.

        Returns:
            The blind signature; None where the home has had another.

        Raises:
            DecodeError: no blinded message for the survey's key.
            StoreError: what was issued cannot be written down; then nothing is.
        """
        whose = self._names.hash("survey", f"{site}/{patient}").hex()
        asked = sha256(blinded).hexdigest()
        with self._lock:
            issued = self._issued(survey)
            if whose in issued:
                before, signature = issued[whose]
                return bytes.fromhex(signature) if before == asked else None
            found = blind_sign(self._key(survey, make=True), blinded)
            issued[whose] = [asked, found.hex()]
            write_atomically(self._path(survey, "issued.json"), json.dumps(issued, sort_keys=True))
            return found

    def has_signed(self, notice: SurveyNotice) -> bool:
        """Whether an answer's credential is this clinic's, for the survey that it names.

        Raises:
            StoreError: the key cannot be read.
        """
        with self._lock:
            try:
                key = self._public(notice.survey)
            except FileNotFoundError:
                return False
        prepared = prepare(bytes.fromhex(notice.token), bytes.fromhex(notice.prefix))
        return is_signed(key, prepared, bytes.fromhex(notice.signature))

    def retire(self, over: Callable[[str], bool]) -> list[str]:
        """Keep of surveys that are over the public key alone; tells which changed.

        Raises:
            StoreError: one cannot be read, or written: it stays as it was.
        """
        retired = []
        with self._lock:
            for survey in sorted(path.stem for path in self._folder.glob("*.pem")):
                if not over(survey):
                    continue
                public = self._key(survey, make=False).public_key()
                pem = public.public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
                write_atomically(self._path(survey, "public"), pem)
                try:
                    for ending in ("issued.json", "pem"):
                        self._path(survey, ending).unlink(missing_ok=True)
                except OSError as e:
                    raise StoreError(f"survey key {survey} cannot be deleted: {e}") from e
                self._known.pop(survey, None)
                retired.append(survey)
        return retired

    def _public(self, survey: str) -> rsa.RSAPublicKey:
        path = self._path(survey, "public")
        try:
            key = serialization.load_pem_public_key(path.read_bytes())
        except FileNotFoundError:
            return self._key(survey, make=False).public_key()
        except (OSError, ValueError) as e:
            raise StoreError(f"survey key {path} cannot be read: restore it") from e
        if not isinstance(key, rsa.RSAPublicKey):
            raise StoreError(f"survey key {path} is none: restore it from a back-up")
        return key

    def _key(self, survey: str, *, make: bool) -> rsa.RSAPrivateKey:
        if survey in self._known:
            return self._known[survey]
        path = self._path(survey, "pem")
        if make and self._path(survey, "public").exists():
            raise StoreError(f"survey {survey} is over: its private key is gone")
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), None)
        except FileNotFoundError:
            if not make:
                raise
            key = new_key(self._bits)
            pem = key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            write_atomically(path, pem)
        except (OSError, ValueError, TypeError) as e:
            raise StoreError(f"survey key {path} cannot be read: restore it") from e
        if not isinstance(key, rsa.RSAPrivateKey):
            raise StoreError(f"survey key {path} is none: restore it from a back-up")
        self._known[survey] = key
        return key

    def _issued(self, survey: str) -> dict[str, list[str]]:
        path = self._path(survey, "issued.json")
        try:
            return dict(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as e:
            raise StoreError(f"{path} cannot be read ({e}): restore it from a back-up") from e

    def _path(self, survey: str, ending: str) -> Path:
        return self._folder / f"{survey}.{ending}"
