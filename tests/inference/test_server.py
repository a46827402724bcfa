"""The engine over real HTTP: streams, replay, repeats, refusals."""

from __future__ import annotations

import asyncio
import io
import json
import uuid

import pytest
from PIL import Image

from inference import protocol
from inference.protocol import Completed, Previewed, Produced, Progressed, Started

pytestmark = pytest.mark.processes

QUICK = {"prompt": "hello", "steps": 4, "step_ms": 5, "seed": 7}
SLOW = {"prompt": "hello", "steps": 200, "step_ms": 20, "seed": 7}


@pytest.fixture
def id() -> str:
    return uuid.uuid4().hex[:26]


async def test_a_prompt_becomes_a_picture(echo, id):
    """The stream starts, shows steps and previews, names the picture and ends; the picture is a PNG of its size."""
    events = await echo.draw(id, {**QUICK, "width": 128})
    assert isinstance(events[0], Started)
    assert {Progressed, Previewed} <= set(map(type, events))
    [produced] = [event for event in events if isinstance(event, Produced)]
    assert events[-1].status == "succeeded"
    assert events[-1].output == [produced.chunk]
    _, png = await echo.get(produced.chunk)
    assert Image.open(io.BytesIO(png)).size == (128, 256)


async def test_without_a_stream(echo, id):
    """A client that asks for no stream gets the final object, as from Cog."""
    async with echo.put(id, QUICK) as answer:
        final = await answer.json()
    assert (answer.status, final["status"], final["output"]) == (200, "succeeded", [f"/outputs/{id}/0.png"])


async def test_several_outputs(echo, id):
    """Every output has an event, a seed of its own and a picture of its own."""
    events = await echo.draw(id, {**QUICK, "num_outputs": 3})
    pictures = {(await echo.get(url))[1] for url in events[-1].output}
    assert len(pictures) == 3
    seeds = [event.value for event in events if getattr(event, "name", "") == "seed"]
    assert seeds == [{"index": k, "seed": protocol.output_seed(7, k)} for k in range(3)]


async def test_same_seed_same_picture(echo, id):
    """Another id with the same input draws the same bytes."""
    first = (await echo.draw(id, QUICK))[-1].output[0]
    second = (await echo.draw(id + "b", QUICK))[-1].output[0]
    assert (await echo.get(first))[1] == (await echo.get(second))[1]


async def test_no_seed(echo, id):
    """Without a seed the engine takes one and says which, so that the picture can be made again."""
    events = await echo.draw(id, {"prompt": "hello", "steps": 1, "step_ms": 0})
    [seed] = [event.value["seed"] for event in events if getattr(event, "name", "") == "seed"]
    assert 0 <= seed <= protocol.SEED_MAX


async def test_repeated_put_joins(echo, id):
    """The same id twice at once is one run: both readers see the same events."""
    first, second = await asyncio.gather(
        echo.draw(id, SLOW | {"steps": 30}), echo.draw(id, SLOW | {"steps": 30})
    )
    durable = (Started, Produced, Completed)
    assert [e for e in first if isinstance(e, durable)] == [e for e in second if isinstance(e, durable)]


async def test_two_at_once_are_one_run(echo, id):
    """Two calls that overlap before either body has arrived start one run."""
    held = asyncio.Event()

    async def slow_body():
        yield b'{"input": '
        await held.wait()
        yield json.dumps(QUICK).encode() + b"}"

    headers = {**echo.headers, "Content-Type": "application/json"}
    first = asyncio.create_task(
        echo.session.put(f"{echo.url}/predictions/{id}", data=slow_body(), headers=headers)
    )
    second = await echo.draw(id, QUICK)
    held.set()
    final = await (await first).json()
    assert final["metrics"] == second[-1].metrics


@pytest.mark.parametrize("id", ["a.b", "a%2Fb", "a%3Fb", "x" * 65, "%E2%98%82"])
async def test_odd_ids(echo, id):
    """An id that would not survive an address or a log is refused."""
    async with echo.put(id, QUICK) as answer:
        assert answer.status in {404, 422}


async def test_repeated_put_after_the_end_replays(echo, id):
    """A finished id is told again, not drawn again, even for another input."""
    first = (await echo.draw(id, QUICK))[-1]
    assert (await echo.draw(id, {**QUICK, "prompt": "other"}, X_Claim="9"))[-1] == first


async def test_failed_runs_again_under_a_newer_claim(echo, id):
    """What failed is told again under the same claim and drawn again under a newer one, with newer event ids."""
    failed = [pair async for pair in echo.events(id, {**QUICK, "fault": "error"}, X_Claim="1")]
    assert failed[-1][1].status == "failed"
    assert (await echo.draw(id, QUICK, X_Claim="1"))[-1].status == "failed"
    again = [pair async for pair in echo.events(id, QUICK, X_Claim="2", Last_Event_ID="999")]
    assert again[-1][1].status == "succeeded"
    assert again[0][0] == failed[-1][0] + 1


async def test_resume_by_last_event_id(echo, id):
    """A cut stream goes on after the last event that was read: no gap, no double, to the end."""
    before = []
    async for pair in echo.events(id, {**SLOW, "steps": 40, "num_outputs": 2}):
        before.append(pair)
        if len(before) == 6:
            break
    after = [p async for p in echo.events(id, SLOW, Last_Event_ID=str(before[-1][0]))]
    numbers = [number for number, _ in before + after]
    assert numbers == sorted(set(numbers))
    assert after[0][0] == before[-1][0] + 1
    assert [type(e) for _, e in after if isinstance(e, Produced | Completed)] == [
        Produced,
        Produced,
        Completed,
    ]


async def test_event_id_of_another_life(echo, id):
    """An event id that this run never had replays everything, rather than waiting for it."""
    first = [pair async for pair in echo.events(id, QUICK)]
    again = [pair async for pair in echo.events(id, QUICK, Last_Event_ID="999")]
    assert (again[0], again[-1]) == (first[0], first[-1])


async def test_work_goes_on_without_a_reader(echo, id):
    """A reader that leaves does not stop the run: the final object is there for who asks."""
    async for _ in echo.events(id, {**QUICK, "steps": 20, "step_ms": 20}):
        break
    assert (await echo.draw(id, QUICK))[-1].status == "succeeded"
    assert (await echo.get(f"/predictions/{id}"))[1]["status"] == "succeeded"


async def test_cancel_between_two_steps(echo, id):
    """A cancel ends a running prediction within two steps, as canceled, without a picture."""
    stream = echo.events(id, SLOW)
    assert isinstance((await anext(stream))[1], Started)
    assert await echo.cancel(id) == 200
    rest = [event async for _, event in stream]
    assert rest[-1].status == "canceled"
    assert rest[-1].metrics["predict_time"] < 1
    assert (await echo.get(f"/outputs/{id}/0.png"))[0] == 404


async def test_cancel_again(echo, id):
    """A cancel after the end changes nothing."""
    await echo.draw(id, QUICK)
    assert await echo.cancel(id) == 200
    assert (await echo.get(f"/predictions/{id}"))[1]["status"] == "succeeded"


@pytest.mark.parametrize("path", ["/predictions/none", "/outputs/none/0.png", "/nowhere"])
async def test_unknown(echo, path):
    """What does not exist is a 404."""
    assert (await echo.get(path))[0] == 404


async def test_cancel_unknown(echo):
    """A cancel of an id that was never sent is a 404."""
    assert await echo.cancel("none") == 404


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "a", "steps": "many"}, "steps"),
        ({"prompt": "a", "hat": 1}, "hat"),
    ],
)
async def test_bad_input(echo, id, input, field):
    """A 422 names the field and says what is wrong; the id stays unused."""
    async with echo.put(id, input) as answer:
        said = await answer.json()
    assert (answer.status, said["field"]) == (422, field)
    assert said["sentence"].startswith(field)
    assert (await echo.get(f"/predictions/{id}"))[0] == 404


async def test_unknown_version(echo, id):
    """A version that is not loaded is a 404 before anything is queued."""
    async with echo.put(id, QUICK, X_Version="someone/else") as answer:
        assert answer.status == 404


async def test_version_by_id_and_by_ref(echo, id):
    """A version answers to its id and to its model's ref."""
    model = (await echo.ready())["models"][0]
    for n, name in enumerate([model["version"], model["ref"]]):
        async with echo.put(f"{id}{n}", QUICK, X_Version=name) as answer:
            assert answer.status == 200


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Basic abc", "Bearer "])
async def test_wrong_token(echo, id, given):
    """Without the right token nothing is told and nothing is drawn."""
    async with echo.put(id, QUICK, Authorization=given) as answer:
        assert answer.status == 401
    assert (await echo.get(f"/predictions/{id}"))[0] == 404


async def test_health_word_for_probes(echo):
    """A probe without a token hears the status and nothing else."""
    async with echo.session.get(f"{echo.url}/health-check") as answer:
        assert await answer.json() == {"status": "READY"}


async def test_health(echo, echo_engine):
    """The health check says who it is, how much it takes and what it can draw."""
    health = await echo.ready()
    assert health["boot"] == echo_engine.boot
    assert health["slots"] == {"max": 8, "used": 0, "waiting": 0}
    [model] = health["models"]
    assert model["ref"] == "safelight/echo"
    assert set(model) >= {
        "version",
        "name",
        "description",
        "schema",
        "output",
        "buckets",
        "defaults",
        "examples",
        "hint",
        "readme",
    }


async def test_openapi(echo):
    """The document has the input's schema where Cog has it."""
    _, document = await echo.get("/openapi.json")
    assert document["components"]["schemas"]["Input"]["required"] == ["prompt"]


async def test_body_limit(echo, id):
    """A body over 16 MB is refused without being read to its end."""
    async with echo.put(id, {"prompt": "x" * (17 * 2**20)}) as answer:
        assert answer.status == 413


async def test_steps_are_shared(echo, id):
    """Predictions that run at once share steps, up to the number of slots."""
    ends = await asyncio.gather(
        *(echo.draw(f"{id}{n}", {**QUICK, "steps": 20, "step_ms": 20}) for n in range(6))
    )
    assert all(end[-1].metrics["mean_batch"] > 2 for end in ends)


async def test_capacity(echo, id):
    """Slots and two more are accepted; the next is a 409 with a sentence, and is welcome when one has ended."""
    streams = [echo.events(f"{id}{n}", SLOW) for n in range(10)]
    await asyncio.gather(*(anext(stream) for stream in streams[:8]))
    late = [asyncio.create_task(anext(stream)) for stream in streams[8:]]
    while (await echo.get("/health-check"))[1]["slots"]["waiting"] < 2:
        pass
    async with echo.put(f"{id}x", QUICK) as refused:
        said = await refused.json()
    assert (refused.status, (await echo.ready())["status"]) == (409, "BUSY")
    assert said["sentence"].endswith(".")
    await asyncio.gather(*(echo.cancel(f"{id}{n}") for n in range(10)))
    await asyncio.gather(*late)
    assert (await echo.draw(f"{id}x", QUICK))[-1].status == "succeeded"


async def test_solo(echo, id):
    """A prediction sent as solo shares no step."""
    sent = [echo.draw(f"{id}{n}", QUICK, X_Solo=str(n % 2)) for n in range(4)]
    ends = [events[-1] for events in await asyncio.gather(*sent)]
    assert [ends[n].metrics["mean_batch"] for n in (1, 3)] == [1.0, 1.0]


async def test_events_fit_the_wire(echo, id):
    """A preview is a JPEG of at most 4 KB, and previews come at most four times a second."""
    events = await echo.draw(id, {"prompt": "hello", "steps": 40, "step_ms": 25, "seed": 1, "width": 1024})
    previews = [event for event in events if isinstance(event, Previewed)]
    assert 3 <= len(previews) <= 4 * events[-1].metrics["predict_time"] + 2
    assert all(len(p.data) <= protocol.PREVIEW_MAX_BYTES and p.data.startswith(b"\xff\xd8") for p in previews)
    assert len({p.data for p in previews}) == len(previews)


async def test_repeated_header_values_are_harmless(echo, id):
    """Headers that hold no number count as none."""
    events = await echo.draw(id, QUICK, X_Claim="١٢", Last_Event_ID="-5")
    assert json.loads(json.dumps(events[-1].status)) == "succeeded"
