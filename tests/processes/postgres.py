"""A PostgreSQL server of the tests' own, made by Debian's binaries and thrown away: one that may be stopped."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.site import free_port

QUIET = "-c fsync=off -c max_connections=100 -c listen_addresses=127.0.0.1"


def binaries() -> Path | None:
    """Where initdb and pg_ctl of the newest version are; None when there is no PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[4]))
    return found[-1].parent if found else None


class Postgres:
    """`url` names its only database. It runs from the start; stop() and start() are real."""

    def __init__(self, folder: Path, bin: Path) -> None:
        self.port, self._data, self._bin = free_port(), folder / "data", bin
        self.url = f"postgresql://safelight@127.0.0.1:{self.port}/postgres"
        self._folder = folder
        self._run("initdb", "-U", "safelight", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} {QUIET}"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self, *, mode: str) -> None:
        """`fast`: what runs is rolled back; `immediate`: as if it had crashed; it recovers when it starts."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "-D", str(self._data), *arguments]
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses root
        subprocess.run(
            [*as_postgres, *command], cwd=self._folder, check=True, stdout=subprocess.DEVNULL, timeout=60
        )


@contextlib.contextmanager
def own_postgres(bin: Path) -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="safelight-postgres-"))
    server = None
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = Postgres(folder, bin)
        yield server
    finally:
        if server is not None:
            with contextlib.suppress(subprocess.SubprocessError):  # it may be stopped already
                server.stop(mode="immediate")
        shutil.rmtree(folder, ignore_errors=True)
