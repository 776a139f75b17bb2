"""Who may connect: security policies, certificates of clients, and users from the keys file."""

from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions

from service.contract.errors import SetupError, Unauthenticated
from service.edge.access import Access, Role
from service.plug_settings import OpcuaSettings
from service.settings import LOOPBACK

OPEN = ua.SecurityPolicyType.NoSecurity
SECURE = (ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt, ua.SecurityPolicyType.Basic256Sha256_Sign)
UNREAD = frozenset({".crt", ".cer", ".cert"})
"""Endings of certificates that asyncua does not look at."""

CHECKED = CertificateValidatorOptions.TRUSTED_VALIDATION | CertificateValidatorOptions.PEER_CLIENT


class KeyUsers:
    """Lets in who gives a key of the role operator as password, under whatever name; without keys, anybody."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def get_user(
        self,
        iserver: object,  # noqa: ARG002  # asyncua calls it so
        username: str | None = None,
        password: str | bytes | None = None,
        certificate: Any = None,  # noqa: ANN401, ARG002
    ) -> User | None:
        """Return a user who may read, or None for one who is refused."""
        if self._access.open:
            return User(UserRole.User, username)
        key = password.encode() if isinstance(password, str) else password or b""
        try:
            role = self._access.role_of_key(key)
        except Unauthenticated:
            return None
        return User(UserRole.User, username) if role >= Role.OPERATOR else None


def require_safe(settings: OpcuaSettings) -> None:
    """Do nothing where the settings let nobody in unseen.

    Raises:
        SetupError: says what is missing.
    """
    files = (settings.cert_file, settings.key_file, settings.trusted_dir)
    if settings.host not in LOOPBACK and None in files:
        raise SetupError(
            f"OPC UA on {settings.host} needs security: set LEAK_INSPECTION_OPCUA_CERT_FILE, _KEY_FILE and _TRUSTED_DIR"
        )
    if any(files) and None in files:
        raise SetupError("LEAK_INSPECTION_OPCUA_CERT_FILE, _KEY_FILE and _TRUSTED_DIR belong together: set all three")
    missing = [path for path in files if path is not None and not path.exists()]
    if missing:
        raise SetupError(f"{missing[0]} does not exist: correct the settings of OPC UA")
    unread = [] if settings.trusted_dir is None else _unread(settings.trusted_dir)
    if unread:
        raise SetupError(f"{unread[0]} would be passed over in silence: name certificates *.der or *.pem")


def _unread(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in UNREAD)


async def secure(server: Server, settings: OpcuaSettings, access: Access) -> None:
    """Set policies, certificates and kinds of users; without security on loopback alone."""
    policies = [OPEN] if settings.host in LOOPBACK else []
    if settings.cert_file is not None and settings.key_file is not None and settings.trusted_dir is not None:
        policies += SECURE
        await server.load_certificate(settings.cert_file, _format(settings.cert_file))
        await server.load_private_key(settings.key_file, None, _format(settings.key_file))
        trusted = TrustStore([settings.trusted_dir], [])
        await _load(trusted, settings.trusted_dir)
        server.set_certificate_validator(CertificateValidator(CHECKED, trusted).validate)
    server.set_security_policy(policies)
    server.set_identity_tokens([ua.AnonymousIdentityToken if access.open else ua.UserNameIdentityToken])


async def _load(trusted: TrustStore, folder: Path) -> None:
    try:
        await trusted.load()
    except ValueError as error:
        raise SetupError(f"{folder} holds no certificate that can be read: put files *.der or *.pem there") from error


def _format(path: Path) -> str:
    """Tell PEM from DER by content: asyncua goes by the ending of the name."""
    return "pem" if path.read_bytes().startswith(b"-----BEGIN") else "der"
