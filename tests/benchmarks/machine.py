"""The machine in general terms, and what a process uses of it, as Linux tells."""

import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def words() -> str:
    """Cores, memory, Python and family of system; never a name of this very machine."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{cores} cores ({platform.machine()}), {memory:.0f} GB of memory, {platform.system()}, "
        f"Python {sys.version_info.major}.{sys.version_info.minor}"
    )


def busy_share() -> float:
    """How much of the cores was in demand over the last minute, 1 = all of them: who else was at work."""
    return os.getloadavg()[0] / len(os.sched_getaffinity(0))


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used, in user and system mode, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def children(pid: int) -> list[int]:
    """Process ids of the children of a process, its threads' included."""
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, listing.read_text(encoding="ascii").split())
    return found


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def engine_of(server: int) -> int:
    """The engine that a server started. Raises LookupError."""
    for pid in _below([server]):
        if "inference" in command(pid):
            return pid
    raise LookupError("The server has no engine.")


def _below(pids: Iterable[int]) -> Iterable[int]:
    for pid in pids:
        below = children(pid)
        yield from below
        yield from _below(below)
