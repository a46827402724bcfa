"""A second listener at the engine, in a process of its own: when each step of a prediction was published.

It joins a prediction that the engine has already been given, by the same PUT; the engine wakes all its listeners at
once. So a step's moment here is that of publishing, plus what a loopback connection costs.
"""

import http.client
import json
import time
from urllib.parse import urlsplit

from inference import protocol
from tests.benchmarks.child import answer_forever

KNOWN_WITHIN_S = 20.0


def steps(*, engine: str, token: str, id: str) -> dict[int, float]:
    """Follow it to its end: step → moment (monotonic seconds). Steps that came with the replay are left out."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    connection = http.client.HTTPConnection(urlsplit(engine).netloc, timeout=60)
    _wait_until_known(connection, id, headers)
    connection.request("PUT", f"/predictions/{id}", body=b'{"input": {}}', headers=headers)
    answer = connection.getresponse()
    parser, found, is_replay = protocol.StreamParser(), {}, True
    while chunk := answer.read1(65536):
        now = time.monotonic()
        for _, name, data in parser.feed(chunk):
            event = protocol.decode(name, data)
            if isinstance(event, protocol.Progressed) and not is_replay:
                found.setdefault(event.step, now)
        is_replay = False
    connection.close()
    return found


def _wait_until_known(connection: http.client.HTTPConnection, id: str, headers: dict[str, str]) -> None:
    """A PUT of an unknown prediction would run it."""
    give_up = time.monotonic() + KNOWN_WITHIN_S
    while time.monotonic() < give_up:
        connection.request("GET", f"/predictions/{id}", headers=headers)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        if answer.status == 200 and found["status"] == "processing":
            return
        time.sleep(0.02)
    raise TimeoutError("The engine was never given the prediction.")


if __name__ == "__main__":
    answer_forever({"steps": steps})
