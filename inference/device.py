"""Facts about this machine: cores, threads, memory. Asked by the runners at load and by the health check."""

from __future__ import annotations

import ctypes
import os
import sys


def cores() -> int:
    """Cores that this process may use, which a container or `taskset` can make fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_threads() -> int:
    """All cores but one: the site that shares the machine must stay quick while a picture is drawn."""
    return max(1, cores() - 1)


def resident_mb() -> float | None:
    """Memory this process holds now, in MiB; None where the system does not say."""
    if not sys.platform.startswith("linux"):
        return None
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def give_memory_back() -> None:
    """What a load needed for a while goes back to the system: glibc would keep it, hundreds of MB of it. Elsewhere the
    allocator does as it likes."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not in every C library
        if trim is not None:
            trim(0)
