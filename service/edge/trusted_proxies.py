"""Trusted proxies: the address, the scheme and the prefix under which a caller reached the proxy before the service."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PREFIX_HEADER = b"x-forwarded-prefix"
is_prefix = re.compile(rb"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?").fullmatch
"""Whole path segments without escapes: a prefix is written into the page of the API's documentation."""
LONGEST_PREFIX = 256


class TrustedProxies(ProxyHeadersMiddleware):
    """Believes ``X-Forwarded-For``, ``-Proto`` and ``-Prefix`` of the proxies named, and of nobody else.

    The prefix becomes ASGI's ``root_path``, and the path begins with it, as that specification wants it, whether or
    not the proxy has cut it off.
    """

    def __init__(self, app: ASGIApp, trusted: str) -> None:
        super().__init__(app, trusted)  # type: ignore[arg-type]  # the same calls in uvicorn's types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]  # as above
        """Hand a connection on as the proxy saw it."""
        if scope["type"] != "http" or not _says_anything(scope):
            await self.app(scope, receive, send)  # type: ignore[arg-type]  # as above
            return
        if (prefix := _prefix_of(scope)) and _sender(scope) in self.trusted_hosts:
            scope["root_path"] = prefix
            if not f"{scope['path']}/".startswith(f"{prefix}/"):
                scope["path"] = prefix + scope["path"]
        await super().__call__(scope, receive, send)  # type: ignore[arg-type]  # as above


def _says_anything(scope: Scope) -> bool:
    """Whether there is something to believe: most requests come without a proxy."""
    for name, _ in scope["headers"]:  # noqa: SIM110  # a generator takes twice as long
        if name.startswith(b"x-forwarded-"):
            return True
    return False


def _sender(scope: Scope) -> str | None:
    return scope["client"][0] if scope.get("client") else None


def _prefix_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == PREFIX_HEADER and len(value) <= LONGEST_PREFIX and is_prefix(value):
            return value.decode("ascii").rstrip("/")  # type: ignore[no-any-return]  # ASGI scopes are untyped
    return ""
