"""The classifier at work: a child process that is started when a picture waits, and goes when none has for a while.

Runs beside the dispatcher. However it ends, what waits goes on waiting, and everything that is private goes on.
"""

import asyncio
import contextlib
import json
import logging
import struct
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from django.conf import settings

from generations.ledger import Darkroom, Ledger
from generations.models import DetectorState
from generations.services import publishing, screenings, shares
from generations.services.screenings import Task

logger = logging.getLogger(__name__)

LOOK_S, SWEEP_S, OFF_S = 2.0, 30.0, 30.0
READY_WITHIN_S, ANSWERS_WITHIN_S = 60.0, 30.0
IDLE_S = 300.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LENGTH = struct.Struct(">I")
COMMAND = (sys.executable, "-m", "inference.classifier", "--weights")


class Down(Exception):
    """The classifier does not answer; its own words, as far as there are any."""


class Child:
    """One classifier. It ends with us, however we end: its standard input closes."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._process: Process | None = None
        self.detector = ""

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self, weights: Path) -> None:
        """Raises Down."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                str(weights),
                stdin=PIPE,
                stdout=PIPE,
                cwd=settings.BASE_DIR,
                env={"LANG": "C.UTF-8"},  # nothing of ours: it has no use for a secret
                start_new_session=True,
            )
        except OSError as error:
            raise Down(f"It could not be started: {error.strerror}.") from error
        said = await self._said(within_s=READY_WITHIN_S)
        self.detector = str(said.get("detector", ""))

    async def score(self, data: bytes) -> float:
        """Raises Down; ValueError when the picture cannot be read."""
        process = self._process
        if process is None or process.stdin is None:
            raise Down("It is not running.")
        try:
            process.stdin.write(LENGTH.pack(len(data)) + data)
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await process.stdin.drain()
        except (OSError, TimeoutError) as error:
            raise Down("It takes no pictures.") from error
        said = await self._said(within_s=ANSWERS_WITHIN_S)
        if "score" not in said:
            raise ValueError(str(said.get("error", "no score")))
        return float(said["score"])

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _said(self, *, within_s: float) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdout is None:
            raise Down("It is not running.")
        try:
            async with asyncio.timeout(within_s):
                line = await process.stdout.readline()
            said = json.loads(line)
        except TimeoutError as error:
            raise Down(f"It has said nothing for {within_s:.0f} s.") from error
        except ValueError as error:
            raise Down("It ended." if not line else "It says what nobody understands.") from error
        if not isinstance(said, dict):
            raise Down("It says what nobody understands.")
        return said


class Screener:
    """`keep()` goes on for ever. `weights`: the file of the network; while it is not there, the classifier is off."""

    def __init__(
        self, ledger: Ledger, darkroom: Darkroom, *, weights: Path | None = None, child: Child | None = None
    ) -> None:
        self._ledger, self._darkroom = ledger, darkroom
        self._weights = weights or settings.CLASSIFIER["weights"]
        self._child = child or Child()
        self._pause_s = FIRST_PAUSE_S
        self._worked_at = self._swept_at = -LONGEST_PAUSE_S

    async def keep(self) -> None:
        try:
            while True:
                try:
                    await asyncio.sleep(await self.round())
                except Exception:  # the loop must outlive one bad round; it is logged, and comes again
                    logger.exception("What is shared could not be screened.")
                    await asyncio.sleep(self._pause_s)
        finally:
            await self._child.stop()

    async def round(self) -> float:
        """One look at what waits; how long to sleep after it."""
        if not await self._is_installed():
            await self._child.stop()
            await self._ledger.write(screenings.say, DetectorState.OFF)
            await self._ledger.write(_publish)
            return OFF_S
        now = asyncio.get_running_loop().time()
        if now - self._swept_at > SWEEP_S:
            await self._ledger.write(screenings.ask_of_links)
            self._swept_at = now
        tasks = await self._ledger.read(screenings.waiting)
        try:
            await self._work(tasks)
        except Down as down:
            return await self._rest(down)
        await self._ledger.write(_publish)
        return 0.0 if tasks else LOOK_S

    async def _is_installed(self) -> bool:
        return bool(settings.CLASSIFIER["is_wanted"]) and await self._darkroom.do(self._weights.is_file)

    async def _work(self, tasks: list[Task]) -> None:
        now = asyncio.get_running_loop().time()
        if tasks:
            self._worked_at = now
            await self._wake()
        elif self._child.is_running and now - self._worked_at > IDLE_S:
            await self._child.stop()
        elif not self._child.detector:
            await self._wake()  # once, so that a file that does not work is known before it is needed
        for task in tasks:
            await self._screen(task)

    async def _wake(self) -> None:
        if not self._child.is_running:
            await self._child.start(self._weights)
        self._pause_s = FIRST_PAUSE_S
        await self._ledger.write(screenings.say, DetectorState.READY, version=self._child.detector)

    async def _screen(self, task: Task) -> None:
        try:
            data = await self._darkroom.do(screenings.picture, task)
            score = await self._child.score(data)
        except (OSError, ValueError) as error:
            await self._ledger.write(screenings.fail, task, said=str(error))
            return
        await self._ledger.write(
            screenings.settle, task, score=score, detector=self._child.detector or screenings.NAME
        )

    async def _rest(self, down: Down) -> float:
        logger.warning("The classifier is down: %s", down)
        await self._child.stop()
        await self._ledger.write(screenings.say, DetectorState.DOWN, said=str(down))
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
        return pause_s


def _publish() -> None:
    for share in publishing.enter_waiting():
        shares.tell(share)
