"""Checks of the certificates that plugs show, and of those that they trust: do they hold, and for how long."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from service.diagnosis.finding import Finding, failed, ok, skipped, warning
from service.settings import Settings

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SOON: Final = timedelta(days=30)
PEM: Final = b"-----BEGIN"
READ: Final = (".der", ".pem")


def check_certificates(settings: Settings) -> Iterator[Finding]:
    """Look at the certificate of each plug that has one, and at those of clients that OPC UA lets in."""
    for name, plug in (("opcua", settings.opcua), ("grpc", settings.grpc)):
        if not plug.enabled or plug.cert_file is None:
            continue
        check = f"{name} certificate"
        if find_spec("cryptography") is None:
            yield skipped(check, "needs the library cryptography to be read")
            continue
        yield _own(check, plug.cert_file, plug.key_file)
    trusted = settings.opcua.trusted_dir
    if settings.opcua.enabled and trusted is not None and trusted.is_dir() and find_spec("cryptography") is not None:
        yield _trusted(trusted)


def validity(check: str, begins: datetime, ends: datetime, remedy: str) -> Finding:
    """Say whether a certificate holds now, and whether somebody has to see to it soon."""
    now = datetime.now(UTC)
    if now < begins:
        return failed(check, f"holds from {begins:%Y-%m-%d %H:%M} UTC on: not yet", f"set this clock, or {remedy}")
    if now > ends:
        return failed(check, f"expired on {ends:%Y-%m-%d}", remedy)
    text = f"holds until {ends:%Y-%m-%d}"
    return warning(check, text, f"{remedy} before that") if ends - now < SOON else ok(check, text)


def _own(check: str, certificate_file: Path, key_file: Path | None) -> Finding:
    remedy = "make a new certificate, and let its clients trust it"
    try:
        certificate = _read(certificate_file)
        belongs = key_file is None or _public_part(key_file) == certificate.public_key()
    except (OSError, ValueError, TypeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no certificate or key, or has a password"
        return failed(check, f"{certificate_file} or its key cannot be read: {said}", "correct the files")
    if not belongs:
        return failed(check, f"{key_file} is the key of another certificate", "name the two that belong together")
    return validity(check, certificate.not_valid_before_utc, certificate.not_valid_after_utc, remedy)


def _trusted(folder: Path) -> Finding:
    check, remedy = "opcua clients", "put the new certificates of these clients there"
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in READ)
    try:
        ends = {path.name: _read(path).not_valid_after_utc for path in files}
    except (OSError, ValueError):
        return failed(check, f"a certificate in {folder} cannot be read", "put files *.der or *.pem there")
    if not ends:
        return failed(check, f"{folder} holds no certificate: nobody is let in", "put those of the clients there")
    over = [name for name, end in ends.items() if end < datetime.now(UTC)]
    if over:
        return warning(check, f"expired: {', '.join(over)}", remedy)
    soon = [f"{name} on {end:%Y-%m-%d}" for name, end in ends.items() if end < datetime.now(UTC) + SOON]
    return warning(check, f"will expire: {', '.join(soon)}", remedy) if soon else ok(check, f"{len(ends)} are trusted")


def _read(path: Path) -> "Certificate":
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate  # noqa: PLC0415  # of an extra

    data = path.read_bytes()
    return load_pem_x509_certificate(data) if data.startswith(PEM) else load_der_x509_certificate(data)


def _public_part(path: Path) -> object:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415  # of an extra
        load_der_private_key,
        load_pem_private_key,
    )

    data = path.read_bytes()
    load = load_pem_private_key if PEM in data else load_der_private_key
    return load(data, None).public_key()
