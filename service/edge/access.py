"""Access: keys with roles. Without any key everybody may do everything, which the service allows on loopback alone."""

import binascii
import hmac
import os
from base64 import b64decode
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from pathlib import Path

from starlette.types import Scope

from service.contract.errors import Forbidden, SetupError, Unauthenticated
from service.edge.sessions import LoginThrottle, Sessions

SHORTEST_KEY = 16
SESSION = "session"


class Role(IntEnum):
    """What a key may do; each role may do what the ones below it may."""

    CAMERA = 1
    """Send pictures."""
    OPERATOR = 2
    """Read, review, acknowledge, run the self-test."""
    ADMIN = 3
    """Change the model."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The content of a keys file: the role of each key, and the secret of sessions where the file has one."""

    roles: dict[str, Role]
    session_secret: bytes | None = None


class Access:
    """Tells from ``X-API-Key`` or ``Authorization``, or from the page's session cookie, which role a caller has.

    Keys are compared by their digests, in constant time.
    """

    def __init__(self, keys: dict[str, Role], sessions: Sessions, throttle: LoginThrottle | None = None) -> None:
        self._digests = [(sha256(key.encode()).digest(), role) for key, role in sorted(keys.items())]
        self._sessions = sessions
        self._roles_by_name = {sessions.name_of(key.encode()): role for key, role in keys.items()}
        self._throttle = throttle or LoginThrottle()

    @property
    def open(self) -> bool:
        """Whether there are no keys, so that nobody is asked for one."""
        return not self._digests

    def require(self, scope: Scope, role: Role) -> None:
        """Do nothing for a caller who has the role.

        Raises:
            Unauthenticated: no valid key or session.
            Forbidden: a valid one, for less than this.
        """
        if self._digests and self.role_of(scope) < role:
            raise Forbidden(f"this needs a key with the role {role.name.lower()}")

    def role_of(self, scope: Scope) -> Role:
        """Return the caller's role.

        Raises:
            Unauthenticated: no valid key or session.
        """
        if not self._digests:
            return Role.ADMIN
        cookies = b""
        for name, value in scope["headers"]:
            if name == b"x-api-key":
                return self.role_of_key(value)
            if name == b"authorization":
                return self.role_of_key(_key_of(value))
            if name == b"cookie":
                cookies = value
        key_name = self._sessions.read(cookies)
        role = None if key_name is None else self._roles_by_name.get(key_name)
        if role is None:
            raise Unauthenticated("send a key in the header X-API-Key or as bearer token, or log in on the page")
        return role

    def role_of_key(self, key: bytes) -> Role:
        """Return the role of a key.

        Raises:
            Unauthenticated: there is no such key.
        """
        digest = sha256(key).digest()
        found = None
        for known, role in self._digests:
            if hmac.compare_digest(known, digest):
                found = role
        if found is None:
            raise Unauthenticated("the key is not known: ask the administrator of this service")
        return found

    def sign_in(self, key: bytes, address: str) -> str:
        """Return the value of a session cookie for a key that may use the page.

        Raises:
            TooManyLogins: the address has tried too many wrong keys.
            Unauthenticated: there is no such key.
            Forbidden: the key is a camera's.
        """
        self._throttle.require(address)
        try:
            role = Role.ADMIN if self.open else self.role_of_key(key)
        except Unauthenticated:
            self._throttle.failed(address)
            raise
        if role < Role.OPERATOR:
            raise Forbidden("this key is for cameras: the page needs one with the role operator")
        return self._sessions.begin(key)


def _key_of(authorization: bytes) -> bytes:
    """The key in ``Authorization``: a bearer token, or the password of whatever user, as Prometheus sends them."""
    scheme, _, given = authorization.partition(b" ")
    if scheme.lower() == b"bearer":
        return given.strip()
    try:
        return b64decode(given.strip(), validate=True).partition(b":")[2] if scheme.lower() == b"basic" else b""
    except binascii.Error:
        return b""


def read_keys(path: Path) -> Keys:
    """Read a keys file: a line a key, ``<role> <key>``; empty lines and lines with # are passed over.

    A line ``session <secret>`` gives replicas one secret, so that a session holds on each of them.

    Raises:
        SetupError: names the line that cannot be read, never its key.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise SetupError(
            f"the keys file {path} cannot be read by user {os.geteuid()} ({error.strerror}): "
            "correct its path, or give it to that user with chown"
        ) from error
    except UnicodeDecodeError as error:
        raise SetupError(f"the keys file {path} is no text in UTF-8: write it again") from error
    names: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            name, key = _name_and_key(words, f"{path}, line {number}")
            if key in names:
                raise SetupError(f"{path}, line {number}: this key has a role already: give each role its own")
            names[key] = name
    roles = {key: Role[name.upper()] for key, name in names.items() if name != SESSION}
    if not roles:
        raise SetupError(f"the keys file {path} holds no key: add 'admin KEY', or run without a keys file")
    secret = next((key.encode() for key, name in names.items() if name == SESSION), None)
    return Keys(roles, secret)


def _name_and_key(words: list[str], place: str) -> tuple[str, str]:
    known = {*(role.name.lower() for role in Role), SESSION}
    if len(words) != 2 or words[0] not in known or len(words[1]) < SHORTEST_KEY:  # noqa: PLR2004  # name and key
        raise SetupError(f"{place}: expected 'camera|operator|admin KEY', KEY of {SHORTEST_KEY} or more characters")
    return words[0], words[1]
