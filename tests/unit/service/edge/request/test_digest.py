"""``Content-Digest``: the body is what was sent."""

import base64
import hashlib

import pytest

from service.contract.errors import MalformedBody, MalformedField
from service.edge.request.digest import check_digest

BODY = b"a picture"


def digest(algorithm: str, body: bytes) -> bytes:
    """The header for a body."""
    value = base64.b64encode(hashlib.new(algorithm.replace("-", ""), body).digest())
    return algorithm.encode() + b"=:" + value + b":"


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-512"])
def test_a_digest_that_fits_passes_and_one_that_does_not_is_refused(algorithm: str) -> None:
    check_digest(digest(algorithm, BODY), BODY)
    with pytest.raises(MalformedBody):
        check_digest(digest(algorithm, BODY), BODY + b"x")


def test_no_header_asks_for_nothing() -> None:
    check_digest(None, BODY)


def test_every_known_member_must_fit_and_unknown_ones_are_passed_over() -> None:
    known = digest("sha-256", BODY)
    check_digest(b"md5=:AAAA:, " + known, BODY)
    with pytest.raises(MalformedBody):
        check_digest(known + b", " + digest("sha-512", b"another"), BODY)


@pytest.mark.parametrize("value", [b"", b"md5=:AAAA:", b"sha-256=AAAA", b"sha-256=:A:"])
def test_what_cannot_be_checked_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedField, match="Content-Digest"):
        check_digest(value, BODY)
