"""Blind signatures as RFC 9474 has them: held to its vector, and to what they are for."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from ripresa.survey.blind_signature import (
    blind,
    blind_sign,
    finalize,
    is_signed,
    new_key,
    prepare,
    public_key_from,
    public_key_text,
)
from telemetry.errors import DecodeError

VECTOR = json.loads(Path(__file__).with_name("rfc9474_vector.json").read_text())
KEY = new_key(2048)
OTHER = new_key(2048)


def of(name):
    return bytes.fromhex(VECTOR[name])


def number(name):
    return int(VECTOR[name], 16)


def vector_key():
    p, q, d, e = (number(name) for name in "pqde")
    public = rsa.RSAPublicNumbers(e, number("n"))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=public,
    ).private_key()


def test_each_step_gives_the_bytes_of_the_rfcs_vector():
    key, n = vector_key(), number("n")
    public = key.public_key()
    prepared = prepare(of("msg"), of("msg_prefix"))
    assert prepared == of("prepared_msg")
    blinded = blind(public, prepared, salt=of("salt"), factor=pow(number("inv"), -1, n))
    assert blinded.message == of("blinded_msg")
    assert blinded.inverse == number("inv")
    assert blind_sign(key, blinded.message) == of("blind_sig")
    assert finalize(public, prepared, of("blind_sig"), blinded.inverse) == of("sig")
    assert is_signed(public, prepared, of("sig"))


@given(st.binary(max_size=200))
def test_what_was_signed_unseen_is_signed_for_everybody(message):
    public, prepared = KEY.public_key(), prepare(message)
    blinded = blind(public, prepared)
    signature = finalize(public, prepared, blind_sign(KEY, blinded.message), blinded.inverse)
    assert is_signed(public, prepared, signature)
    assert not is_signed(public, prepare(message), signature)
    assert not is_signed(OTHER.public_key(), prepared, signature)


def test_the_same_message_is_blinded_to_another_each_time():
    prepared = prepare(b"token")
    seen = {blind(KEY.public_key(), prepared).message for _ in range(20)}
    assert len(seen) == 20


@pytest.mark.parametrize(
    "blinded",
    [
        b"",
        b"\0" * 256,
        b"\xff" * 256,
        b"\1" * 255,
        KEY.public_key().public_numbers().n.to_bytes(256),
    ],
)
def test_what_is_no_blinded_message_is_not_signed(blinded):
    with pytest.raises(DecodeError, match="blinded"):
        blind_sign(KEY, blinded)


def test_a_signature_of_something_else_is_refused_when_it_comes():
    public, prepared = KEY.public_key(), prepare(b"token")
    blinded, other = blind(public, prepared), blind(public, prepare(b"other"))
    for wrong in (blind_sign(KEY, other.message), b"\1" * 256, b"short"):
        with pytest.raises(DecodeError, match="survey issue"):
            finalize(public, prepared, wrong, blinded.inverse)


def test_a_public_key_is_read_back_and_a_weak_or_foreign_one_refused():
    text = public_key_text(KEY.public_key())
    assert public_key_from(text).public_numbers() == KEY.public_key().public_numbers()
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the case
    weak = weak.public_key()
    odd = rsa.generate_private_key(public_exponent=3, key_size=2048).public_key()
    for wrong in (public_key_text(weak), public_key_text(odd), "00", "xyz", ""):
        with pytest.raises(DecodeError, match="survey key"):
            public_key_from(wrong)
