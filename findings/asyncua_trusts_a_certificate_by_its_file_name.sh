#!/bin/sh
# asyncua's TrustStore takes a certificate or passes over it in silence, depending on letters anywhere in its file's name.
#
# Version: asyncua 2.1.0 (cryptography 50.0.2), Linux x86_64, Python 3.11.
#
# The documentation asks for certificates of "type PEM or DER". What decides is whether the file's name contains the
# letters "der" or "pem" anywhere, not the ending and not the content. A PEM or DER certificate called camera.crt or
# camera.cer (usual endings for both formats) is not read: no error, no warning, no line in the log even at DEBUG, and its
# owner is refused later as "Not trusted certificate". The same bytes as ladder.crt are trusted: "ladder" ends in "der".
# The folder holds another trusted certificate here, so that the store is not empty.
# Remedy: name the files *.pem or *.der, and refuse at start every other file in the folder.
#
# Output seen:
#   camera.pem: trusted=True lines_in_log=1
#   camera.der: trusted=True lines_in_log=1
#   camera.crt: trusted=False lines_in_log=0
#   camera.cer: trusted=False lines_in_log=0
#   ladder.crt: trusted=True lines_in_log=1
#
# Installs into a temporary folder; fails if the behaviour is another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check asyncua==2.1.0 cryptography==50.0.2
cat > "$folder/show.py" <<'PYTHON'
import asyncio
import datetime
import logging
import sys
import tempfile
from pathlib import Path

from asyncua.crypto.truststore import TrustStore
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

lines = []
watch = logging.Handler()
watch.emit = lambda record: lines.append(record.getMessage())
logging.getLogger().addHandler(watch)
logging.getLogger().setLevel(logging.DEBUG)


def certificate(name):
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    draft = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    draft = draft.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=9))
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    draft = draft.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    return draft.sign(key, hashes.SHA256())


async def trusted(camera, other, name, encoding):
    """Whether the camera's certificate is trusted from a file of that name, and the lines that tell of the file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "other.pem").write_bytes(other.public_bytes(Encoding.PEM))
        Path(folder, name).write_bytes(camera.public_bytes(encoding))
        store = TrustStore([Path(folder)], [])
        lines.clear()
        await store.load()
        told = sum(name in line for line in lines)
        return store.is_trusted(camera), told


async def show():
    camera, other = certificate("camera"), certificate("other")
    names = {"camera.pem": Encoding.PEM, "camera.der": Encoding.DER, "camera.crt": Encoding.DER}
    names |= {"camera.cer": Encoding.PEM, "ladder.crt": Encoding.DER}
    seen = []
    for name, encoding in names.items():
        seen.append(await trusted(camera, other, name, encoding))
        print(f"{name}: trusted={seen[-1][0]} lines_in_log={seen[-1][1]}")
    return seen


known = [(True, 1), (True, 1), (False, 0), (False, 0), (True, 1)]
sys.exit(0 if asyncio.run(show()) == known else "the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/show.py"
