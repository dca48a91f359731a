"""The clinic's own authority and its broker's certificate: made, and renewed with overlap."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError
from telemetry.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["hosts_of", "make_certificates", "renew_certificates", "valid_for"]

AUTHORITY_DAYS: Final = "3650"
SERVER_DAYS: Final = "825"
_KEY: Final = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make_certificates(place: Path, broker: Path, hosts: Sequence[str]) -> None:
    """A new authority, whose key lies in `place`, and the broker's certificate for `hosts`.

    Raises:
        ConfigurationError: openssl is missing or fails.
    """
    _make_authority(place / "ca.key", broker / "ca.crt")
    _make_server(place / "ca.key", broker / "ca.crt", broker, hosts)
    for path in (*place.glob("*.*"), *broker.glob("*.*")):
        path.chmod(0o600)


def renew_certificates(folder: Path, *, authority: bool = False) -> list[Path]:
    """Make the broker's certificate anew for the same hosts; tells what it wrote.

    With `authority` a new one signs it, and `ca.crt` holds both: homes that know the old one
    come in as long as the old certificate is what the broker shows. So the broker keeps showing
    the old one, and `ca.crt` gets the new authority beside it; after every home has a new join
    file, the next renewal without `authority` is signed by the new one.

    Raises:
        ConfigurationError: no clinic there, or openssl fails.
    """
    place, broker = folder / "secrets", folder / "secrets" / "broker"
    if not (broker / "server.crt").is_file():
        raise ConfigurationError(f"no clinic in {folder}: run `ripresa clinic init` there first")
    status = broker.stat()
    written: list[Path]
    if authority:
        known = (broker / "ca.crt").read_text(encoding="utf-8")
        _make_authority(place / "ca.key", place / "ca-new.crt")
        fresh = (place / "ca-new.crt").read_text(encoding="utf-8")
        # The newest first: it signs from now on, the others are believed until they end.
        write_atomically(broker / "ca.crt", fresh + known)
        (place / "ca-new.crt").unlink()
        written = [place / "ca.key", broker / "ca.crt"]
    else:
        signer = broker / "ca.crt"
        _make_server(place / "ca.key", signer, broker, hosts_of(broker / "server.crt"))
        written = [broker / "server.key", broker / "server.crt"]
    for path in written:
        path.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(path, status.st_uid, status.st_gid)
    return written


def hosts_of(certificate: Path) -> list[str]:
    """Names and addresses that a certificate is for.

    Raises:
        ConfigurationError: it cannot be read.
    """
    told = _openssl("x509", "-in", str(certificate), "-noout", "-ext", "subjectAltName")
    return re.findall(r"(?:DNS|IP Address):([^,\s]+)", told)


def valid_for(certificate: Path, days: float) -> bool:
    """Whether a certificate is valid for so long from now."""
    program = _program()
    command = [program, "x509", "-in", str(certificate), "-noout", "-checkend"]
    done = subprocess.run(  # noqa: S603 - openssl with arguments of our own
        [*command, str(round(days * 86_400))], capture_output=True, check=False
    )
    return done.returncode == 0


def _make_authority(key: Path, certificate: Path) -> None:
    _openssl(
        *("req", "-x509", *_KEY, "-keyout", str(key), "-out", str(certificate)),
        *("-days", AUTHORITY_DAYS, "-subj", "/CN=Ripresa clinic"),
    )


def _make_server(ca_key: Path, ca: Path, broker: Path, hosts: Sequence[str]) -> None:
    """The broker's key and certificate, together or not at all."""
    names = ",".join(f"{'IP' if _is_address(host) else 'DNS'}:{host}" for host in hosts)
    with tempfile.TemporaryDirectory() as scratch:
        request, extension, key, made = (
            Path(scratch, name) for name in ("server.csr", "server.ext", "server.key", "server.crt")
        )
        extension.write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
        _openssl(
            *("req", *_KEY, "-keyout", str(key), "-out", str(request)),
            *("-subj", f"/CN={hosts[0]}"),
        )
        _openssl(
            *("x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(ca_key)),
            *("-CAserial", str(Path(scratch, "serial")), "-CAcreateserial"),
            *("-out", str(made), "-days", SERVER_DAYS, "-extfile", str(extension)),
        )
        write_atomically(broker / "server.key", key.read_bytes())
        write_atomically(broker / "server.crt", made.read_bytes())


def _openssl(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - openssl with arguments of our own
        [_program(), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigurationError(f"openssl failed: {done.stderr.strip()[-200:]}")
    return done.stdout


def _program() -> str:
    program = shutil.which("openssl")
    if program is None:
        raise ConfigurationError("openssl is not on the PATH: install it, it makes the keys")
    return program


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
