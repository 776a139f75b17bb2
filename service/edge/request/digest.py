"""``Content-Digest`` (RFC 9530): decoders accept most flipped bits silently, a digest does not."""

import binascii
import hashlib
import re

from service.contract.errors import MalformedBody, MalformedField

MEMBER = re.compile(rb"\s*(sha-256|sha-512)=:([A-Za-z0-9+/=]+):\s*")


def check_digest(value: bytes | None, body: bytes) -> None:
    """Compare the body with the header, where there is one; unknown algorithms are passed over.

    Raises:
        MalformedField: no member of the header can be checked.
        MalformedBody: the body is not what was sent.
    """
    if value is None:
        return
    members = [match for match in map(MEMBER.fullmatch, value.split(b",")) if match]
    if not members:
        raise MalformedField("Content-Digest: expected sha-256=:<base64>: or sha-512=:<base64>: (RFC 9530)")
    for member in members:
        algorithm = member[1].decode().replace("-", "")
        try:
            expected = binascii.a2b_base64(member[2])
        except binascii.Error as error:
            raise MalformedField("Content-Digest: the digest is not base64") from error
        if hashlib.new(algorithm, body).digest() != expected:
            raise MalformedBody("the body differs from its Content-Digest: it was damaged on the way, send it again")
