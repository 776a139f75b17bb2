"""Certificates for TLS on loopback, in PEM, signed by nobody but themselves."""

import subprocess
from pathlib import Path
from typing import NamedTuple


class PemFiles(NamedTuple):
    """A certificate and its key."""

    certificate: Path
    key: Path


def write_pem(folder: Path, name: str) -> PemFiles:
    """Write a certificate for 127.0.0.1, which server and client may show."""
    files = PemFiles(folder / f"{name}.crt", folder / f"{name}.key")
    key: list[str | Path] = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt"]
    made = [
        "ec_paramgen_curve:prime256v1",
        "-days",
        "2",
        "-subj",
        f"/CN={name}",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run([*key, *made, "-keyout", files.key, "-out", files.certificate], check=True, capture_output=True)
    return files
