"""The server in the service's own event loop, and what it may be reached by."""

import ssl
from collections.abc import Callable
from typing import Any, Final

import grpc
import grpc.aio

from service.contract.errors import SetupError
from service.edge.access import Access
from service.plug_settings import GrpcSettings
from service.plugs.grpc.calls import InferenceCalls
from service.plugs.grpc.protocol import SERVICE
from service.settings import LOOPBACK, Settings

GRACE_S: Final = 5.0
MOST_STREAMS: Final = 100
ALIVE_EVERY_MS: Final = 20_000
ALIVE_WITHIN_MS: Final = 10_000


class GrpcPlug:
    """Answers the calls."""

    def __init__(self, settings: Settings, calls: InferenceCalls) -> None:
        self._settings = settings
        self._calls = calls

    async def run(self, serves: Callable[[], None]) -> None:
        """Serve until cancelled; calls that are under way get their answers first.

        Raises:
            SetupError: the address cannot be listened on, or the certificate cannot be read.
        """
        server = grpc.aio.server(options=_options(self._settings.max_batch_bytes))
        handlers = {
            name: grpc.stream_unary_rpc_method_handler(behaviour)
            for name, behaviour in self._calls.behaviours().items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        _listen(server, self._settings.grpc)
        try:
            await server.start()
            serves()
            await server.wait_for_termination()
        finally:
            await server.stop(GRACE_S)
            await self._calls.finished()


def require_safe(settings: Settings, access: Access) -> None:
    """Do nothing where the settings let nobody in unseen.

    Raises:
        SetupError: says what is missing.
    """
    own = settings.grpc
    if (own.cert_file is None) != (own.key_file is None) or (own.ca_file is not None and own.cert_file is None):
        raise SetupError("LEAK_INSPECTION_GRPC_CERT_FILE and _KEY_FILE belong together, and _CA_FILE needs both")
    credentials(own)
    if own.host in LOOPBACK:
        return
    if own.cert_file is None:
        raise SetupError(f"gRPC on {own.host} needs TLS: set LEAK_INSPECTION_GRPC_CERT_FILE and _KEY_FILE")
    if access.open and own.ca_file is None and not settings.unprotected:
        raise SetupError(
            f"gRPC on {own.host} without keys lets anybody in: set LEAK_INSPECTION_KEYS_FILE or _GRPC_CA_FILE, "
            "or LEAK_INSPECTION_UNPROTECTED=true if that is meant"
        )


def credentials(settings: GrpcSettings) -> Any | None:  # noqa: ANN401  # grpcio has no types
    """Return what TLS needs, None without it.

    Raises:
        SetupError: a file cannot be read; grpcio itself would say so to nobody.
    """
    if settings.cert_file is None or settings.key_file is None:
        return None
    try:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(settings.cert_file, settings.key_file)
        if settings.ca_file is not None:
            tls.load_verify_locations(settings.ca_file)
        pair = (settings.key_file.read_bytes(), settings.cert_file.read_bytes())
        authorities = None if settings.ca_file is None else settings.ca_file.read_bytes()
    except OSError as error:  # ssl.SSLError is one
        raise SetupError(
            f"the certificate of gRPC cannot be used ({error.strerror or error}): see LEAK_INSPECTION_GRPC_CERT_FILE, "
            "_KEY_FILE and _CA_FILE"
        ) from error
    return grpc.ssl_server_credentials([pair], authorities, require_client_auth=authorities is not None)


def _listen(server: Any, settings: GrpcSettings) -> None:  # noqa: ANN401
    where = f"[{settings.host}]" if ":" in settings.host else settings.host
    tls = credentials(settings)
    try:
        if tls is None:
            server.add_insecure_port(f"{where}:{settings.port}")
        else:
            server.add_secure_port(f"{where}:{settings.port}", tls)
    except RuntimeError as error:
        raise SetupError(
            f"{where}:{settings.port} cannot be listened on: free it, or set LEAK_INSPECTION_GRPC_PORT"
        ) from error


def _options(most_bytes: int) -> list[tuple[str, int]]:
    """Bounds; without ``so_reuseport`` 0 two processes would share one port and neither would know."""
    return [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", most_bytes),
        ("grpc.max_concurrent_streams", MOST_STREAMS),
        ("grpc.keepalive_time_ms", ALIVE_EVERY_MS),
        ("grpc.keepalive_timeout_ms", ALIVE_WITHIN_MS),
    ]
