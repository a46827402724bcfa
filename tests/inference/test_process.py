"""The engine as a process: how it is born, how it drains, and that it never outlives its parent."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime

import aiohttp
import pytest

from inference.protocol import Completed, Progressed, Started
from inference.runners import shelf
from tests.inference.processes import TOKEN, client, engine, until

pytestmark = pytest.mark.processes

UNKNOWN = f"There is no model safelight/none. This engine knows {', '.join(shelf.LOADERS)}."
SLOW = {"prompt": "hello", "steps": 200, "step_ms": 20, "seed": 7}


def test_dies_with_stdin():
    """When the parent's end of standard input closes, the process is gone within a second."""
    with engine("--die-with-stdin") as one:
        one.process.stdin.close()
        closed = time.monotonic()
        one.process.wait(timeout=5)
        assert time.monotonic() - closed < 1


def test_dies_with_its_parent():
    """A parent that is killed leaves no orphan."""
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'inference', '--models', 'safelight/echo',"
        " '--die-with-stdin'], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    orphan = int(parent.stdout.readline())
    parent.stdout.readline()  # the child listens
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not running(orphan), within_s=2)


def running(pid: int) -> bool:
    """Does it run, other than as a zombie that nobody has collected?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_dies_in_the_middle_of_a_step():
    """A step that never ends does not keep the process from dying with its parent."""
    with engine("--die-with-stdin") as one:
        async with client(one.url) as to:
            await anext(to.events("a", {**SLOW, "fault": "hang"}))
            one.process.stdin.close()
            await asyncio.to_thread(one.process.wait, timeout=5)


async def test_drains_on_sigterm():
    """On SIGTERM what runs is finished, anything new is a 503 with Retry-After, and the process ends with 0."""
    with engine() as one:
        async with client(one.url) as to:
            stream = to.events("a", {**SLOW, "steps": 40})
            await anext(stream)
            one.process.send_signal(signal.SIGTERM)
            while (await to.get("/health-check"))[1]["draining"] is False:
                pass
            async with to.put("b", SLOW) as refused:
                assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
            rest = [event async for _, event in stream]
        assert rest[-1].status == "succeeded"
        assert await asyncio.to_thread(one.process.wait, timeout=5) == 0


def test_second_signal_stops_at_once():
    """Someone in a hurry sends the signal twice."""
    with engine() as one:
        one.process.send_signal(signal.SIGINT)
        one.process.send_signal(signal.SIGINT)
        one.process.wait(timeout=5)


async def test_crash_ends_the_stream_without_an_end():
    """A model that takes the process down leaves a cut stream, never a completed event."""
    with engine() as one:
        async with client(one.url) as to:
            stream = to.events("a", {**SLOW, "steps": 10, "fault": "crash"})
            assert isinstance((await anext(stream))[1], Started)
            with pytest.raises(aiohttp.ClientError):
                await anext(event async for _, event in stream if isinstance(event, Completed))


async def test_stuck_step_is_silence():
    """While a step hangs no keep-alive is sent, though the server itself still answers."""
    with engine("--keep-alive", "0.1") as one:
        async with (
            client(one.url) as to,
            to.put("a", {**SLOW, "fault": "hang", "steps": 2}, Accept=STREAM) as answer,
        ):
            await heard_until(answer, b"progress")
            await answer.content.readuntil(b"\n\n")  # what the progress event says
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.7):
                    await heard_until(answer, b"keep-alive")
            assert (await to.get("/predictions/a"))[1]["status"] == "processing"


async def test_waiting_is_not_silence():
    """While others draw, a prediction that waits for a slot hears that the engine is alive."""
    with engine("--keep-alive", "0.1", "--max-slots", "1") as one:
        async with client(one.url) as to:
            await anext(to.events("a", SLOW))
            async with to.put("b", SLOW, Accept=STREAM) as answer:
                await heard_until(answer, b"keep-alive")


STREAM = "text/event-stream"


async def heard_until(answer: aiohttp.ClientResponse, words: bytes) -> None:
    while words not in await answer.content.readline():
        pass


async def test_max_slots():
    """A cap that was asked for is the cap."""
    with engine("--max-slots", "3") as one:
        async with client(one.url) as to:
            assert (await to.ready())["slots"]["max"] == 3
            ends = await asyncio.gather(*(to.draw(str(n), {**SLOW, "steps": 10}) for n in range(5)))
            assert (
                max(event.batch for events in ends for event in events if isinstance(event, Progressed)) == 3
            )


@pytest.mark.parametrize(
    ("flags", "env", "said"),
    [
        (["--port", "1"], {}, "port 1"),
        ([], {"SAFELIGHT_ENGINE_TOKEN_FILE": "/nowhere/token"}, "/nowhere/token"),
        (["--host", "0.0.0.0"], {"SAFELIGHT_ENGINE_TOKEN": ""}, "SAFELIGHT_ENGINE_TOKEN"),
    ],
)
def test_refuses_to_start_in_one_line(flags, env, said):
    """A port, a token file or an address that will not do is named in one line, without a traceback."""
    ran = subprocess.run(
        [sys.executable, "-m", "inference", "--models", "safelight/echo", "--host", "192.0.2.1", *flags],
        env={**os.environ, "SAFELIGHT_ENGINE_TOKEN": TOKEN, **env},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert said in ran.stderr


async def test_a_model_that_cannot_be_loaded():
    """The engine lives on and says so: SETUP_FAILED in its health, 503 to a prediction."""
    with engine(models="safelight/none") as one:
        async with client(one.url) as to:
            assert (await to.ready())["status"] == "SETUP_FAILED"
            async with to.put("a", SLOW) as refused:
                assert refused.status == 503


async def log_of_a_short_life(stderr: int) -> None:
    """An engine that cannot load its model, and is asked to end."""
    with engine(models="safelight/none", stderr=stderr) as one:
        async with client(one.url):
            one.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(one.process.wait, timeout=5)


async def test_logs_for_machines(tmp_path):
    """Where nobody looks on, each line of the log is an object, and no other library's."""
    with (tmp_path / "log").open("wb") as file:
        await log_of_a_short_life(file.fileno())
    lines = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert [(line["level"], line["logger"], line["message"]) for line in lines] == [
        ("ERROR", "inference.worker", f"The model could not be loaded. {UNKNOWN}"),
        ("INFO", "inference", "Draining: 0 predictions are unfinished."),
    ]
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)


async def test_logs_for_people():
    """On a terminal a line of the log is plain words."""
    mine, theirs = os.openpty()
    try:
        await log_of_a_short_life(theirs)
        said = os.read(mine, 65536).decode()
    finally:
        os.close(mine)
        os.close(theirs)
    assert f"ERROR   inference.worker: The model could not be loaded. {UNKNOWN}" in said


def test_no_web_code():
    """The engine runs where Django is not installed: nothing of it is imported."""
    script = "import sys, inference.server, inference.runners.echo; print([m for m in sys.modules if 'django' in m])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20)
    assert ran.stdout.strip() == "[]"
