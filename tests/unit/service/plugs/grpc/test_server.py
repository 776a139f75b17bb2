"""Nobody gets in unseen, and what cannot be listened on is said."""

import socket
from pathlib import Path
from typing import Any

import pytest

from service.contract.errors import SetupError
from service.edge.access import Access, Role
from service.edge.sessions import Sessions
from service.plugs.grpc.server import GrpcPlug, require_safe
from service.settings import Settings
from tests.tls_certificates import write_pem

KEYS = Access({"camera-key-012345": Role.CAMERA}, Sessions(b"secret"))
NO_KEYS = Access({}, Sessions(b"secret"))


class NoCalls:
    """Nothing can be called."""

    def behaviours(self) -> dict[str, Any]:
        return {}

    async def finished(self) -> None:
        return None


def settings(**changes: Any) -> Settings:  # noqa: ANN401
    return Settings.model_validate({"grpc": {"enabled": True, **changes}})


@pytest.mark.parametrize(
    ("changes", "access", "said"),
    [
        ({"host": "192.0.2.7"}, KEYS, "needs TLS"),
        ({"cert_file": "a.pem"}, KEYS, "belong together"),
        ({"ca_file": "a.pem"}, KEYS, "belong together"),
        ({"cert_file": "/none.pem", "key_file": "/none.pem"}, KEYS, "cannot be used"),
    ],
)
def test_what_is_not_safe_is_refused_at_the_start(changes: dict[str, Any], access: Access, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        require_safe(settings(**changes), access)


def test_beyond_loopback_it_takes_tls_and_keys_or_the_clients_certificates(tmp_path: Path) -> None:
    made = write_pem(tmp_path, "server")
    tls = {"cert_file": made.certificate, "key_file": made.key}
    require_safe(settings(host="192.0.2.7", **tls), KEYS)
    require_safe(settings(host="192.0.2.7", ca_file=made.certificate, **tls), NO_KEYS)
    with pytest.raises(SetupError, match="without keys"):
        require_safe(settings(host="192.0.2.7", **tls), NO_KEYS)
    require_safe(settings(), NO_KEYS)


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        plug = GrpcPlug(settings(port=port), NoCalls())  # type: ignore[arg-type]
        with pytest.raises(SetupError, match=f"127.0.0.1:{port} cannot be listened on"):
            await plug.run(lambda: pytest.fail("it serves"))
