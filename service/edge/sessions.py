"""Sessions of the operator page: a cookie that names a key, signed with a secret of this service."""

import hmac
import os
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from time import monotonic

from itsdangerous import BadData, URLSafeTimedSerializer

from service.contract.errors import SetupError, TooManyLogins

COOKIE = "leak_inspection_session"
SESSION_S = 12 * 3600
SECRET_FILE = "session_secret"  # noqa: S105  # the name of a file
SECRET_BYTES = 32

FAILURES = 5
FAILURES_WITHIN_S = 60.0
MOST_ADDRESSES = 1024


class Sessions:
    """Writes and reads session cookies; a session outlives a restart, and ends when its key goes or changes.

    The cookie holds neither key nor role, but a name of the key that only the secret can make: what the key may do is
    looked up at each use.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._serializer = URLSafeTimedSerializer(secret, salt="session")

    def name_of(self, key: bytes) -> str:
        """Return what a session calls a key."""
        return hmac.new(self._secret, key, sha256).hexdigest()

    def begin(self, key: bytes) -> str:
        """Return the value of a session cookie for a key, valid for ``SESSION_S``."""
        return str(self._serializer.dumps(self.name_of(key)))

    def read(self, cookies: bytes) -> str | None:
        """Return the name of the key in a header ``Cookie``; None for what is forged, too old or absent."""
        try:
            morsel = SimpleCookie(cookies.decode("latin-1")).get(COOKIE)
            return None if morsel is None else str(self._serializer.loads(morsel.value, max_age=SESSION_S))
        except (CookieError, BadData):
            return None


class LoginThrottle:
    """Lets an address try ``FAILURES`` wrong keys within ``FAILURES_WITHIN_S``, then none until time has passed.

    Of more than ``MOST_ADDRESSES`` the one that failed longest ago is forgotten.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def require(self, address: str) -> None:
        """Do nothing for an address that may try.

        Raises:
            TooManyLogins: it has failed too often.
        """
        failures = self._failures.get(address, deque())
        if len(failures) == FAILURES and self._clock() - failures[0] < FAILURES_WITHIN_S:
            raise TooManyLogins(f"{FAILURES} wrong keys: try again in {FAILURES_WITHIN_S:g} s")

    def failed(self, address: str) -> None:
        self._failures.setdefault(address, deque(maxlen=FAILURES)).append(self._clock())
        self._failures.move_to_end(address)
        if len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)


def kept_secret(data_dir: Path) -> bytes:
    """Return the secret in the data folder, drawn at the first start and readable by this user alone.

    Raises:
        SetupError: it cannot be read or written.
    """
    path = data_dir / SECRET_FILE
    try:
        if path.exists() and len(known := path.read_bytes()) == SECRET_BYTES:
            return known
        data_dir.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{SECRET_FILE}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
        temporary.replace(path)
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path} cannot be read or written ({error.strerror}): check its permissions") from error
