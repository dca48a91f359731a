"""RSA blind signatures: who signs does not see what, and cannot tell later when it was.

Source: RFC 9474, the variant RSABSSA-SHA384-PSS-Randomized; names are the RFC's. No library that
is kept offers it. Keys, and the check of a signature, which is plain RSASSA-PSS (RFC 8017), are
`cryptography`'s; here are the encoding and the three operations on whole numbers.

    home      prepare, blind      ->  blinded message
    clinic    blind_sign          ->  blind signature
    home      finalize            ->  signature, which anybody checks by `is_signed`

One departure: `blind_sign` multiplies by a random factor before it uses the private key and
divides by it afterwards, so that the time it takes says nothing of the key; the result is the
same number.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from telemetry.errors import DecodeError

__all__ = [
    "Blinded",
    "blind",
    "blind_sign",
    "finalize",
    "is_signed",
    "new_key",
    "prepare",
    "public_key_from",
    "public_key_text",
]

PREFIX_BYTES: Final = 32
SALT_BYTES: Final = 48
KEY_BITS: Final = 3072
LEAST_KEY_BITS: Final = 2048
EXPONENT: Final = 65537


@dataclass(frozen=True, slots=True)
class Blinded:
    """What goes to the signer, and the factor that takes the blinding off again."""

    message: bytes
    inverse: int


def new_key(bits: int = KEY_BITS) -> rsa.RSAPrivateKey:
    """A signer's key; it signs nothing else, ever."""
    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=bits)


def public_key_text(key: rsa.RSAPublicKey) -> str:
    """A public key as hexadecimal DER (SubjectPublicKeyInfo)."""
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    ).hex()


def public_key_from(text: str) -> rsa.RSAPublicKey:
    """Read what `public_key_text` wrote.

    Raises:
        DecodeError: no RSA key, or one that is too weak.
    """
    try:
        key = serialization.load_der_public_key(bytes.fromhex(text))
    except (ValueError, TypeError) as e:
        raise DecodeError("survey key", "is no public key") from e
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < LEAST_KEY_BITS:
        raise DecodeError("survey key", f"is no RSA key of {LEAST_KEY_BITS} bits or more")
    if key.public_numbers().e != EXPONENT:
        raise DecodeError("survey key", f"its exponent is not {EXPONENT}")
    return key


def prepare(message: bytes, prefix: bytes | None = None) -> bytes:
    """A message with a random prefix before it, so that no signer can guess it (section 4.1)."""
    return (secrets.token_bytes(PREFIX_BYTES) if prefix is None else prefix) + message


def blind(
    key: rsa.RSAPublicKey, prepared: bytes, *, salt: bytes | None = None, factor: int | None = None
) -> Blinded:
    """Hide a prepared message from its signer (section 4.2).

    1. Encode the message by EMSA-PSS; the number must have no factor in common with the modulus.
    2. Draw r between 1 and n that has an inverse; only its e-th power leaves this place.
    3. The blinded message is m * r^e mod n.

    Args:
        key: the signer's.
        prepared: see `prepare`.
        salt: of the encoding; drawn, except for test vectors.
        factor: r; drawn, except for test vectors.

    Raises:
        ValueError: the message has a factor in common with the modulus, which finds the key.
    """
    n, size = key.public_numbers().n, _size(key)
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    m = int.from_bytes(_pss_encoded(prepared, n.bit_length() - 1, salt))
    if math.gcd(m, n) != 1:
        raise ValueError("the message has a factor in common with the modulus")
    r = secrets.randbelow(n - 1) + 1 if factor is None else factor
    while math.gcd(r, n) != 1:
        r = secrets.randbelow(n - 1) + 1
    z = m * pow(r, EXPONENT, n) % n
    return Blinded(z.to_bytes(size), pow(r, -1, n))


def blind_sign(key: rsa.RSAPrivateKey, blinded: bytes) -> bytes:
    """Sign what cannot be seen (section 4.3).

    Raises:
        DecodeError: no blinded message for this key.
    """
    numbers = key.private_numbers()
    n, size = numbers.public_numbers.n, _size(key.public_key())
    m = int.from_bytes(blinded)
    if len(blinded) != size or not 0 < m < n or math.gcd(m, n) != 1:
        raise DecodeError("survey request", "its blinded message is none for this key")
    r = secrets.randbelow(n - 1) + 1
    while math.gcd(r, n) != 1:
        r = secrets.randbelow(n - 1) + 1
    s = pow(m * pow(r, EXPONENT, n) % n, numbers.d, n) * pow(r, -1, n) % n
    # A fault in the calculation would give the key away (section 4.3, step 4).
    if pow(s, EXPONENT, n) != m:
        raise DecodeError("survey request", "could not be signed: the machine miscalculates")
    return s.to_bytes(size)


def finalize(key: rsa.RSAPublicKey, prepared: bytes, blind_signature: bytes, inverse: int) -> bytes:
    """Take the blinding off, and check what comes out (section 4.4).

    Raises:
        DecodeError: it is no signature of this message.
    """
    n, size = key.public_numbers().n, _size(key)
    if len(blind_signature) != size:
        raise DecodeError("survey issue", "its signature has another length than its key")
    signature = (int.from_bytes(blind_signature) * inverse % n).to_bytes(size)
    if not is_signed(key, prepared, signature):
        raise DecodeError("survey issue", "is no signature of what was asked for")
    return signature


def is_signed(key: rsa.RSAPublicKey, prepared: bytes, signature: bytes) -> bool:
    """Whether a signature is this key's on this prepared message."""
    try:
        key.verify(
            signature,
            prepared,
            padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES),
            hashes.SHA384(),
        )
    except InvalidSignature:
        return False
    return True


def _pss_encoded(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384 and MGF1 (RFC 8017, section 9.1.1)."""
    size = (bits + 7) // 8
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(size - len(salt) - len(digest) - 2) + b"\x01" + salt
    mask = _mgf1(digest, len(block))
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, size: int) -> bytes:
    """MGF1 with SHA-384 (RFC 8017, appendix B.2.1)."""
    blocks = -(-size // SALT_BYTES)
    hashed = (hashlib.sha384(seed + i.to_bytes(4)).digest() for i in range(blocks))
    return b"".join(hashed)[:size]


def _size(key: rsa.RSAPublicKey) -> int:
    return (key.key_size + 7) // 8
