"""`python -m inference`: one engine as a process of its own. Options from flags, defaults from the environment.

When it listens it prints one line of JSON on standard output, {"port": n, "boot": "<uuid>"}; logs go to standard
error. SIGTERM drains: nothing new is taken, what runs has half a minute to end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import uvicorn

from inference import device, logs, probe
from inference.batcher import Batcher, Told
from inference.protocol import KEEP_ALIVE_S
from inference.records import Records
from inference.runners import shelf
from inference.runners.base import Runner
from inference.server import Engine, build
from inference.worker import Worker

log = logging.getLogger("inference")

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
DRAIN_S = 30.0
BEFORE_PROBE = 4  # slots until the probe knows better


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    if options.die_with_stdin:
        threading.Thread(target=_die_with_stdin, name="stdin", daemon=True).start()
    logs.start()
    token = _token()
    if token is None and options.host not in LOOPBACK:
        sys.exit(
            "Without SAFELIGHT_ENGINE_TOKEN the engine listens on loopback only. Set a token, or --host 127.0.0.1."
        )
    asyncio.run(_serve(options, token))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    env = os.environ.get
    parser = argparse.ArgumentParser(
        prog="python -m inference", description="Runs predictions for Safelight."
    )
    parser.add_argument("--host", default=env("SAFELIGHT_ENGINE_HOST", "127.0.0.1"))
    parser.add_argument(
        "--port", type=int, default=env("SAFELIGHT_ENGINE_PORT", "0"), help="0: any free port"
    )
    parser.add_argument(
        "--models", default=env("SAFELIGHT_ENGINE_MODELS", shelf.DEFAULT), help="refs, by comma"
    )
    parser.add_argument(
        "--threads", type=int, default=env("SAFELIGHT_ENGINE_THREADS", str(device.default_threads()))
    )
    parser.add_argument(
        "--max-slots", type=int, default=env("SAFELIGHT_ENGINE_MAX_SLOTS"), help="default: by probe"
    )
    parser.add_argument("--keep-alive", type=float, default=KEEP_ALIVE_S, help="seconds between comments")
    parser.add_argument("--die-with-stdin", action="store_true", help="end when standard input closes")
    return parser.parse_args(arguments)


def _token() -> str | None:
    path = os.environ.get("SAFELIGHT_ENGINE_TOKEN_FILE")
    try:
        token = (
            Path(path).read_text(encoding="utf-8") if path else os.environ.get("SAFELIGHT_ENGINE_TOKEN", "")
        )
    except OSError as error:
        sys.exit(f"SAFELIGHT_ENGINE_TOKEN_FILE names {path}, which cannot be read: {error.strerror}.")
    return token.strip() or None


def _die_with_stdin() -> None:
    """The parent holds the other end: it closes however the parent ends, a SIGKILL included."""
    while os.read(0, 4096):
        pass
    time.sleep(0.2)  # an orderly stop may be under way, and its last events on the wire
    os._exit(0)


async def _serve(options: argparse.Namespace, token: str | None) -> None:
    loop = asyncio.get_running_loop()
    records = Records()

    def deliver(told: list[tuple[str, Told]]) -> None:
        loop.call_soon_threadsafe(records.take, told)

    worker = Worker(
        Batcher(max_slots=options.max_slots or BEFORE_PROBE),
        load=lambda: [shelf.load(ref.strip(), threads=options.threads) for ref in options.models.split(",")],
        deliver=deliver,
        plan=lambda runners, batcher: _plan(runners, batcher, fixed=options.max_slots is not None),
    )
    engine = Engine(worker=worker, records=records, token=token, keep_alive_s=options.keep_alive)
    listening = _listen(options.host, options.port)
    config = uvicorn.Config(
        build(engine),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=75,  # longer than a client's pool keeps a connection, so none is cut as it is used
    )
    server = _Server(config, announce=lambda: _announce(listening, engine))
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, _drain_soon, engine, server)
    worker.start()
    await server.serve(sockets=[listening])
    sys.stderr.flush()
    os._exit(0)  # a step that is still running must not hold the process, nor speak to a loop that is closed


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        sys.exit(f"The engine cannot listen on {host}, port {port}: {error.strerror}. Choose another --port.")


def _plan(runners: list[Runner], batcher: Batcher, *, fixed: bool) -> list[Callable[[], None]]:
    """Set the caps that are known so far, and return the probe's chores, which may better them."""
    if not fixed:
        for runner in runners:
            slots = runner.card.max_slots or BEFORE_PROBE
            batcher.cap(runner.card.ref, slots, is_light=runner.card.is_light)
    return [chore for runner in runners for chore in probe.chores(runner, batcher, set_cap=not fixed)]


def _announce(listening: socket.socket, engine: Engine) -> None:
    sys.stdout.write(json.dumps({"port": listening.getsockname()[1], "boot": engine.boot}) + "\n")
    sys.stdout.flush()


def _drain_soon(engine: Engine, server: _Server) -> None:
    """First signal: drain. Second: stop at once."""
    if engine.draining:
        server.should_exit = server.force_exit = True
        return
    engine.draining = True
    log.info("Draining: %d predictions are unfinished.", engine.records.unfinished())
    server.draining = asyncio.ensure_future(_drain(engine, server))


async def _drain(engine: Engine, server: uvicorn.Server) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            await engine.records.settled()
    server.should_exit = True  # uvicorn lets the open streams send their last event


class _Server(uvicorn.Server):
    """uvicorn that says when it listens, and leaves the signals to us."""

    def __init__(self, config: uvicorn.Config, *, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce
        self.draining: asyncio.Future[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._announce()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


if __name__ == "__main__":
    main()
