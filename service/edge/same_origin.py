"""What a browser's request must show: that it means this service, and that a change comes from the service's own page.

A page of anywhere can make its reader's browser send requests here. It may post without being asked (cross-site
request forgery), and once its own name leads here it may read as well (DNS rebinding).
"""

import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

from starlette.types import Scope

from service.contract.errors import CrossOrigin, Misdirected

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
OWN_SITES = frozenset((b"same-origin", b"none"))
WATCHED = frozenset((b"host", b"origin", b"sec-fetch-site", b"x-forwarded-host"))
DEFAULT_PORTS = {b"http": b":80", b"https": b":443"}
is_host = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(?::[0-9]*)?").fullmatch
KEPT_ANSWERS = 256


class SameOrigin:
    """Refuses requests that a foreign page made a browser send.

    Where nobody is asked for a key, ``Host`` must be one of the service's names: those given, the machine's own,
    ``localhost``, or any IP address, since a page's name that leads here is none of these. ``names`` is None where
    keys are needed: a foreign name has no session, so that nothing is to be had by it.
    """

    def __init__(self, names: Iterable[str] | None) -> None:
        self._names = None if names is None else {"localhost", socket.gethostname().lower(), *map(str.lower, names)}
        self._is_own = lru_cache(KEPT_ANSWERS)(self._names_this_service)

    def require(self, scope: Scope) -> None:
        """Do nothing for a request that is meant for this service and comes from nowhere else.

        Callers that are no browsers send neither ``Origin`` nor ``Sec-Fetch-Site``, and pass.

        Raises:
            Misdirected: Host is not a name of this service, or is given twice.
            CrossOrigin: a page of another origin sent what changes state.
        """
        seen: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in WATCHED:
                if name == b"host" and name in seen:
                    raise Misdirected("Host is given twice: give it once")
                seen[name] = value
        host = seen.get(b"host")
        if host is not None and not self._is_own(host):
            raise Misdirected(
                f"{host[:80].decode('latin-1')} is not a name of this service: "
                "use its address, or add the name to LEAK_INSPECTION_NAMES"
            )
        if len(seen) > 1 and scope["method"] not in SAFE_METHODS and not _from_own_page(seen):
            raise CrossOrigin("a page of another origin may change nothing here: use the service's own page")

    def _names_this_service(self, host: bytes) -> bool:
        if self._names is None:
            return True
        match = is_host(host)
        if match is None:
            return False
        name = match[1].decode("ascii").lower().rstrip(".")
        return name in self._names or name.endswith(".localhost") or _is_address(name.strip("[]"))


def _from_own_page(seen: dict[bytes, bytes]) -> bool:
    """Compare as the Fetch standard has it: scheme left out, since TLS may end at a proxy before the service."""
    site, origin = seen.get(b"sec-fetch-site"), seen.get(b"origin")
    if site is not None:
        return site in OWN_SITES
    if origin is None:
        return True
    scheme, _, rest = origin.lower().partition(b"://")
    default = DEFAULT_PORTS.get(scheme, b"")
    own = {seen[name].lower() for name in (b"host", b"x-forwarded-host") if name in seen}
    return rest.removesuffix(default) in {name.removesuffix(default) for name in own}


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
