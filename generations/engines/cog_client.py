"""One stock Cog server over HTTP: a run is one call that lasts until the end, and everything comes with its answer.

Such a server says nothing meanwhile, knows a prediction only while it runs, and drops it when the connection is cut.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import aiohttp

from generations.engines.client import CONNECT_S, OUTPUT_MAX, Batch, EngineClient
from generations.errors import EngineBusy, EngineUnavailable
from inference.protocol import Completed, Event, Logged, Produced, Started

RUN_S = 30 * 60.0  # no run may take longer
REFUSED_WITHIN_S = 0.5  # what Cog refuses, it refuses at once; what it says nothing to, it runs
ANSWER_MAX = 4 * OUTPUT_MAX  # bytes of an answer, whose outputs stand in it as data URIs


class CogClient(EngineClient):
    async def health(self) -> dict[str, Any]:
        """With a boot as our own engine says it: when this process of Cog's was set up."""
        found = await super().health()
        setup = found.get("setup")
        started = setup.get("started_at") if isinstance(setup, dict) else ""
        return {**found, "boot": str(started or "")[:64]}

    async def stream(
        self, id: str, *, input: dict[str, Any], version: str, claim: int, solo: bool, after: int
    ) -> AsyncIterator[Batch]:
        """The same events as our own engine's, most of them at the end."""
        run = asyncio.create_task(self._run(id, input))
        try:
            await asyncio.wait([run], timeout=REFUSED_WITHIN_S)
            if run.done():
                run.result()  # raises what was refused
            yield []
            yield [(1, Started(id))]
            yield list(enumerate(_told(id, await run), start=2))
        finally:
            run.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await run

    async def _run(self, id: str, input: dict[str, Any]) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=RUN_S, sock_connect=CONNECT_S)
        async with self._call("PUT", f"predictions/{id}", json={"input": input}, timeout=timeout) as response:
            if response.status == 202:
                raise EngineBusy("This server is at work on it for somebody who has hung up.")
            data = bytearray()
            async for chunk in response.content.iter_any():
                data += chunk
                if len(data) > ANSWER_MAX:
                    raise EngineUnavailable("The answer of the Cog server is too large.")
        found = await asyncio.to_thread(_object, bytes(data))
        if found is None:
            raise EngineUnavailable("The answer of the Cog server is no object.")
        return found


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _told(id: str, answer: dict[str, Any]) -> list[Event]:
    output, metrics, error = answer.get("output"), answer.get("metrics"), answer.get("error")
    status = str(answer.get("status"))
    events: list[Event] = [Logged(answer["logs"], "stderr")] if isinstance(answer.get("logs"), str) else []
    if status == "succeeded":
        pieces = output if isinstance(output, list) else [output]
        events += [Produced(each, index) for index, each in enumerate(pieces) if isinstance(each, str)]
    done = status if status in {"succeeded", "canceled"} else "failed"
    sentence = None if done == "succeeded" else str(error or "")[:2000] or None
    return [*events, Completed(id, done, output, sentence, metrics if isinstance(metrics, dict) else {})]
