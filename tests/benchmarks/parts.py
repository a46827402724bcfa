"""What the server's processor time goes into: its own functions, one after another, in a process with nothing else.

Run as a child of throughput.py. A picture of the shipped model goes through them as through the dispatcher, with a
real file and real previews; the time is that of the processor, all threads.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.test import Client  # noqa: E402 - the apps must be ready

from accounts.models import User  # noqa: E402
from generations.live.hub import frames_newer_than  # noqa: E402
from generations.models import Engine, Status  # noqa: E402
from generations.services import claims, engines, outputs, running  # noqa: E402
from generations.signing import media_url  # noqa: E402
from inference import batcher, device, protocol  # noqa: E402
from inference.inputs import settle  # noqa: E402
from inference.runners import shelf  # noqa: E402
from inference.runners.base import Runner  # noqa: E402
from tests.benchmarks.child import answer_forever  # noqa: E402
from tests.benchmarks.words import prompts  # noqa: E402

OWNER = "benchmark"
WARM = 3
STEPS_TOLD = 2  # of a picture of the shipped model, at four events a second

Spent = dict[str, list[float]]


def parts(*, pictures: int) -> dict[str, float]:
    """Milliseconds of processor time a picture, by part."""
    runner = shelf.load("safelight/picto", threads=device.default_threads())
    engine, person = _engine(runner), User.objects.create_user("parts@example.org", "a quiet amber lamp")
    client, words = Client(headers={"host": "localhost"}), prompts()
    client.force_login(person)
    spent: Spent = defaultdict(list)
    for number in range(pictures + WARM):
        told = _drawn(runner, next(words), seed=number)
        _develop_one(client, engine, told, {} if number < WARM else spent)
    return {part: sum(each) * 1000 / pictures for part, each in spent.items()}


def _engine(runner: Runner) -> Engine:
    card = runner.card
    fields = ("ref", "version", "name", "description", "hint", "schema", "output", "examples")
    engine = engines.record(name="bench", base_url="http://127.0.0.1:9", token="", boot="bench")
    return engines.hear(
        engine, {"models": [{name: getattr(card, name) for name in fields}], "status": "READY"}
    )


def _drawn(runner: Runner, prompt: str, *, seed: int) -> list[batcher.Told]:
    """All that the engine says of one picture."""
    told: list[batcher.Told] = []
    loop = batcher.Batcher(max_slots=1)
    input = settle(runner.card.schema, {"prompt": prompt})
    loop.submit(batcher.Prediction(id="one", runner=runner, input=input, seed=seed, tell=told.append))
    while loop.turn():
        pass
    return told


def _develop_one(client: Client, engine: Engine, told: Sequence[batcher.Told], spent: Any) -> None:
    def timed(part: str, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        began = time.process_time()
        found = call(*args, **named)
        if isinstance(spent, defaultdict):
            spent[part].append(time.process_time() - began)
        return found

    def shown() -> None:
        timed("reading and rendering fragments", frames_newer_than, {row.pk: -1})

    timed("the composer's form: view, middleware, row", _post, client)
    (row,) = timed("claim", claims.claim, OWNER, engine, outputs=1, predictions=1)
    timed("writing progress, previews and ends", running.start, row, engine_seq=1)
    row.status = Status.PROCESSING
    shown()
    progress = [each for each in told if isinstance(each, protocol.Progressed)][-STEPS_TOLD:]
    previews = [each for each in told if isinstance(each, protocol.Previewed)][-STEPS_TOLD:]
    for number, (step, preview) in enumerate(zip(progress, previews, strict=True), start=2):
        timed(
            "writing progress, previews and ends",
            running.advance,
            row,
            engine_seq=number,
            progress=step,
            previews=[preview],
            metrics={},
        )
        shown()
    data = next(each.data for each in told if isinstance(each, batcher.Drawn))
    frames = [each.data for each in previews]
    output = timed("sizes, formats, time-lapse, files", outputs.develop, row, 0, data, frames=frames, told={})
    timed("writing progress, previews and ends", running.publish, row, output, engine_seq=9)
    timed("writing progress, previews and ends", running.finish, row, Status.SUCCEEDED)
    shown()
    timed("the picture's file: view, middleware", client.get, media_url(output, f"{output.width}.avif"))


def _post(client: Client) -> None:
    answer = client.post("/", {"prompt": "a lamp"}, headers={"hx-request": "true"})
    assert answer.status_code == 200, answer.content[:300]


if __name__ == "__main__":
    answer_forever({"parts": parts})
