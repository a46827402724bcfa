"""The site under measurement, as real processes, with limits that do not stand in the way."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import machine
from tests.benchmarks.child import Child, child
from tests.site import Site, environment, running_site, template

PLENTY = {
    "SAFELIGHT_LIMIT_RUNNING": "100000",
    "SAFELIGHT_LIMIT_PER_DAY": "100000",
    "SAFELIGHT_LIMIT_QUEUE": "100000",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """`server` and `engine` are process ids."""

    site: Site
    server: int
    engine: int

    def cpu_s(self) -> tuple[float, float]:
        """Processor seconds of the server and of the engine, so far."""
        return machine.cpu_s(self.server), machine.cpu_s(self.engine)


@contextlib.contextmanager
def ground(model: str, *, slots: int) -> Iterator[Ground]:
    env = {**PLENTY, "SAFELIGHT_ENGINE_MAX_SLOTS": str(slots)}
    with (
        tempfile.TemporaryDirectory(prefix="bench") as folder,
        running_site(Path(folder) / "data", models=model, env=env) as site,
    ):
        assert site.process
        yield Ground(site, server=site.process.pid, engine=site.engine_pid())


@contextlib.asynccontextmanager
async def django_child(module: str = "tests.benchmarks.django_child") -> AsyncIterator[Child]:
    """The site's code and an empty database, without a server."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        data = Path(folder) / "data"
        shutil.copytree(template(), data)
        async with child(module, env=environment(data, models="")) as process:
            yield process
