"""A real PostgreSQL of this machine's own packages: made, started, stopped and removed by the tests that need it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.ports import free_port

VERSIONS = Path("/usr/lib/postgresql")


class NoPostgres(Exception):
    """PostgreSQL cannot run here; the text says what is missing."""


class PostgresServer:
    """One cluster in a temporary folder, on a port of its own on 127.0.0.1."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._user = _unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="leak-postgres-"))
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._port = free_port()
        self._call("initdb", "--auth=trust", "--username=plant", "--no-sync", "--encoding=UTF8", "--locale=C")
        self.start()

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"postgresql://plant@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start, and return when clients can connect."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._call("pg_ctl", "start", "--wait", "--log", str(self._folder / "log"), "--options", options)

    def stop(self) -> None:
        """Stop at once, cutting every connection."""
        self._call("pg_ctl", "stop", "--wait", "--mode=immediate")

    def remove(self) -> None:
        """Stop and delete everything."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "--pgdata", str(self._folder / "data"), *arguments]
        result = subprocess.run(
            command, check=False, cwd="/", user=self._user, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if result.returncode != 0:
            raise NoPostgres(f"{program} failed: {result.stderr.strip()}")


def _programs() -> Path:
    found = sorted(VERSIONS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise NoPostgres("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    return found[-1].parent


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
