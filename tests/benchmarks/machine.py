"""The machine in general terms, and what a process uses of it, as Linux tells."""

import os
import platform
import sys
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


def load_a_core() -> float:
    """Load of a core over the last minute, 1 = all of them in demand: whether somebody else was at work."""
    return os.getloadavg()[0] / len(os.sched_getaffinity(0))


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used, in user and system mode, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
