"""Access: keys with roles. Without any key everybody may do everything, which the service allows on loopback alone."""

import hmac
from enum import IntEnum
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from time import time

from starlette.types import Scope

from service.contract.errors import Forbidden, SetupError, Unauthenticated

COOKIE = "leak_inspection_session"
SESSION_S = 12 * 3600
SHORTEST_KEY = 16


class Role(IntEnum):
    """What a key may do; each role may do what the ones below it may."""

    CAMERA = 1
    """Send pictures."""
    OPERATOR = 2
    """Read, review, acknowledge, run the self-test."""
    ADMIN = 3
    """Change the model."""


class Access:
    """Tells from ``X-API-Key``, or from the page's session cookie, which role a caller has.

    Keys are compared by their digests, in constant time. A session is a signed statement of a role and an expiry
    time, so that it outlives a restart and holds on every replica with the same keys.
    """

    def __init__(self, keys: dict[str, Role]) -> None:
        self._digests = [(sha256(key.encode()).digest(), role) for key, role in sorted(keys.items())]
        self._secret = sha256(b"session" + b"".join(digest for digest, _ in self._digests)).digest()

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
            if name == b"cookie":
                cookies = value
        role = self._role_of_session(cookies)
        if role is None:
            raise Unauthenticated("send a key in the header X-API-Key, or log in on the page")
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

    def new_session(self, role: Role) -> str:
        """Return the value of a session cookie for that role, valid for ``SESSION_S``."""
        statement = f"{role.value}.{int(time()) + SESSION_S}"
        return f"{statement}.{self._signature(statement)}"

    def _role_of_session(self, cookies: bytes) -> Role | None:
        try:
            morsel = SimpleCookie(cookies.decode("latin-1")).get(COOKIE)
        except CookieError:
            return None
        statement, _, signature = (morsel.value if morsel else "").rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(statement).encode()):
            return None
        role, _, expires = statement.partition(".")
        return Role(int(role)) if int(expires) > time() else None

    def _signature(self, statement: str) -> str:
        return hmac.new(self._secret, statement.encode(), sha256).hexdigest()


def read_keys(path: Path) -> dict[str, Role]:
    """Read a keys file: a line a key, ``<role> <key>``; empty lines and lines with # are passed over.

    Raises:
        SetupError: names the line that cannot be read, never its key.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"the keys file {path} cannot be read: check path and permissions") from error
    keys: dict[str, Role] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        roles = {role.name.lower(): role for role in Role}
        if len(words) != 2 or words[0] not in roles or len(words[1]) < SHORTEST_KEY:  # noqa: PLR2004  # role and key
            raise SetupError(
                f"{path}, line {number}: expected 'camera|operator|admin KEY', KEY of {SHORTEST_KEY} or more characters"
            )
        keys[words[1]] = roles[words[0]]
    if not keys:
        raise SetupError(f"the keys file {path} holds no key: add 'admin KEY', or run without a keys file")
    return keys
