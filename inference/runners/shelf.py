"""Which models this engine can load, by ref. Used by __main__ for its options and by the worker's thread to load."""

from __future__ import annotations

from collections.abc import Callable

from inference.errors import UnknownVersion
from inference.runners.base import Runner


def _picto(threads: int) -> Runner:
    from inference.runners.picto import (
        loading,  # brings onnxruntime, which an engine of other models never needs
    )

    return loading.load(threads=threads)


def _echo(threads: int) -> Runner:
    from inference.runners import echo

    return echo.load()


def _scribe(threads: int) -> Runner:
    from inference.runners import scribe

    return scribe.load()


def _canary(threads: int) -> Runner:
    from inference.runners import canary

    return canary.load()


DEFAULT = "safelight/picto,safelight/scribe,safelight/canary"
LOADERS: dict[str, Callable[[int], Runner]] = {
    "safelight/picto": _picto,
    "safelight/scribe": _scribe,
    "safelight/canary": _canary,
    "safelight/echo": _echo,
}


def load(ref: str, *, threads: int) -> Runner:
    """Load one model, from disk to ready. Raises UnknownVersion, RunnerError, OSError."""
    if ref not in LOADERS:
        raise UnknownVersion(f"There is no model {ref}. This engine knows {', '.join(LOADERS)}.")
    return LOADERS[ref](threads)
