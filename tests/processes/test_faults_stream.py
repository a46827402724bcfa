"""kill -9 while a text is being written and read: its reader hears every word, in order, once."""

import http.client
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site import Site, running_site

pytestmark = pytest.mark.processes

ASKED = {"prompt": "a fox by the river", "words": 60, "pace": 15, "seed": 11}
WITHIN_S = 40.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site") / "data"
    with running_site(folder, models="safelight/scribe") as site:
        yield site
        site.check()


@pytest.fixture(scope="module")
def token(site: Site) -> str:
    return site.manage("create_token", "reader").stdout.strip()


@pytest.fixture(scope="module")
def whole(site: Site, token: str) -> str:
    """The text that nobody disturbs."""
    return "".join(word for _, word in words(create(site, token)["urls"]["stream"]))


def create(site: Site, token: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{site.url}/v1/models/safelight/scribe/predictions",
        data=json.dumps({"input": ASKED}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
        return json.load(answer)


def words(address: str, *, last: str = "") -> Iterator[tuple[str, str]]:
    """(id, word) as they come, until `done` or until the connection is cut."""
    request = urllib.request.Request(address, headers={"Last-Event-ID": last} if last else {})
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
        event: dict[str, str] = {}
        for raw in answer:
            line = raw.decode().rstrip("\n")
            name, _, value = line.partition(":")
            if name:
                event[name] = value.removeprefix(" ")
                continue
            if event.get("event") == "output":
                yield event["id"], event["data"]
            elif event.get("event") == "done":
                assert event["data"] == "{}"
                return
            event = {}


def test_the_engine_is_killed(site: Site, token: str, whole: str) -> None:
    """The reader stays, and hears what the second run adds; the first words are not said again."""
    made = create(site, token)
    heard = []
    for number, each in enumerate(words(made["urls"]["stream"])):
        heard.append(each)
        if number == 10:
            site.kill_engine()
    assert "".join(word for _, word in heard) == whole
    assert len({id for id, _ in heard}) == len(heard) == 60
    row = site.row(made["id"])
    assert (row["status"], row["claim"]) == ("succeeded", 2)
    assert json.loads(row["output_json"]) == [word for _, word in heard]


def test_the_server_is_killed(site: Site, token: str, whole: str) -> None:
    """The reader is cut off, comes back with the last id that it has, and misses nothing."""
    made = create(site, token)
    heard: list[tuple[str, str]] = []
    try:
        for each in words(made["urls"]["stream"]):
            heard.append(each)
            if len(heard) == 10:
                site.kill_server()
    except (OSError, http.client.HTTPException):
        pass  # cut off
    assert 10 <= len(heard) < 60
    site.restart()
    heard += words(made["urls"]["stream"], last=heard[-1][0])
    assert "".join(word for _, word in heard) == whole
    assert len({id for id, _ in heard}) == len(heard) == 60
