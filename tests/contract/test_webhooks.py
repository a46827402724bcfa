"""Webhooks to a receiver that runs, verified by the clients' own verifiers; and a site that is killed in between."""

import itertools
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import replicate
from replicate.webhook import Webhooks

from tests.contract.conftest import Api
from tests.contract.installed import run_javascript, run_python_next
from tests.contract.receiver import Receiver, receiver
from tests.site import running_site

ECHO = "safelight/echo"
QUICK = {"prompt": "a fox", "steps": 2, "step_ms": 1}
ALL = ["start", "output", "logs", "completed"]
LOOPBACK = {"SAFELIGHT_OUTGOING_NETWORKS": "127.0.0.0/8"}


@pytest.fixture(scope="module")
def open_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A site that may call this machine."""
    data = tmp_path_factory.mktemp("webhooks") / "data"
    with running_site(data, models="safelight/echo,safelight/canary", env=LOOPBACK) as site:
        yield Api(site, site.manage("create_token", "tester").stdout.strip())


@pytest.fixture
def caller(open_api: Api) -> replicate.Client:
    return replicate.Client(api_token=open_api.token, base_url=open_api.url)


@pytest.fixture
def ear() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def test_every_event_comes_in_order_and_verifies(
    caller: replicate.Client, ear: Receiver, open_api: Api
) -> None:
    """Start first, the end last and once, each with a signature that the Python client takes."""
    made = caller.models.predictions.create(
        ECHO,
        input={"prompt": "a fox", "steps": 20, "step_ms": 100, "num_outputs": 2},
        webhook=ear.url,
        webhook_events_filter=ALL,
    )
    got = ear.until_ended(made.id)
    time.sleep(1.5)  # nothing comes after the end
    got = ear.of(made.id)
    statuses = [each.told["status"] for each in got]
    assert statuses[0] == "processing"
    assert statuses.count("succeeded") == 1
    assert statuses[-1] == "succeeded"
    assert len({each.id for each in got}) == len(got)
    secret = caller.webhooks.default.secret()
    for each in got:
        Webhooks.validate(headers=each.headers, body=each.body, secret=secret, tolerance=60)
    end = got[-1].told
    assert end["id"] == made.id
    assert end["urls"]["get"] == f"{open_api.url}/v1/predictions/{made.id}"
    assert [url.partition(":")[0] for url in end["output"]] == ["http", "http"]
    assert end["webhook"] == ear.url
    assert end == json.loads(json.dumps(caller.predictions.get(made.id).dict() | end))


def test_progress_comes_at_most_twice_a_second(caller: replicate.Client, ear: Receiver) -> None:
    """Twenty lines of a log in two seconds are told in a few webhooks."""
    made = caller.models.predictions.create(
        ECHO,
        input={"prompt": "a fox", "steps": 20, "step_ms": 100},
        webhook=ear.url,
        webhook_events_filter=["logs"],
    )
    made.wait()
    time.sleep(1.0)
    times = [each.at for each in ear.of(made.id)]
    assert 2 <= len(times) <= 6
    assert all(later - earlier > 0.4 for earlier, later in itertools.pairwise(times))


def test_text_is_told_as_it_grows(caller: replicate.Client, ear: Receiver) -> None:
    """Without a filter: new output, and the end."""
    made = caller.models.predictions.create("safelight/canary", input={"text": "Ada"}, webhook=ear.url)
    got = ear.until_ended(made.id)
    assert "".join(got[-1].told["output"]).lower().find("ada") >= 0


def test_cancel_is_told(caller: replicate.Client, ear: Receiver) -> None:
    """However it ends."""
    made = caller.models.predictions.create(
        ECHO,
        input={"prompt": "a fox", "steps": 100, "step_ms": 100},
        webhook=ear.url,
        webhook_events_filter=["completed"],
    )
    made.cancel()
    [end] = ear.until_ended(made.id)
    assert end.told["status"] == "canceled"


def test_the_end_is_tried_again_with_the_same_id(caller: replicate.Client, ear: Receiver) -> None:
    """After a refusal, and after a redirect, which is not followed; the pauses grow."""
    ear.statuses = [500, 302]
    made = caller.models.predictions.create(
        ECHO, input=QUICK, webhook=ear.url, webhook_events_filter=["completed"]
    )
    got = ear.until(3, of=made.id)
    assert len({each.id for each in got}) == 1
    assert len({each.body for each in got}) == 1
    assert got[1].at - got[0].at > 0.8
    assert got[2].at - got[1].at > 1.7
    Webhooks.validate(
        headers=got[2].headers, body=got[2].body, secret=caller.webhooks.default.secret(), tolerance=60
    )


def test_javascript_and_the_pre_release_verify(
    caller: replicate.Client, ear: Receiver, open_api: Api
) -> None:
    """The other clients' own verifiers take it, and refuse a changed body."""
    made = caller.models.predictions.create(
        ECHO, input={**QUICK, "prompt": "ein grüner Fuchs"}, webhook=ear.url
    )
    end = ear.until_ended(made.id)[-1]
    key = caller.webhooks.default.secret().key
    sent = {"id": end.id, "timestamp": end.headers["webhook-timestamp"]}
    sent |= {"signature": end.headers["webhook-signature"], "body": end.body, "secret": key}
    program = """
    import { validateWebhook } from "replicate";
    const sent = JSON.parse(process.env.SENT);
    const changed = { ...sent, body: sent.body + " " };
    console.log(JSON.stringify([await validateWebhook(sent), await validateWebhook(changed)]));
    """
    assert run_javascript(program, SENT=json.dumps(sent)) == [True, False]
    program = """
import json, os
from replicate import Replicate
client = Replicate(bearer_token=os.environ["TOKEN"], base_url=os.environ["BASE"])
print(json.dumps(client.webhooks.default.secret.get().key))
"""
    assert run_python_next(program, TOKEN=open_api.token, BASE=f"{open_api.url}/v1") == key


def test_address_of_this_machine_is_refused(client: replicate.Client, api: Api) -> None:
    """Where the administrator has not allowed it: at once for a number, when it is called for a name."""
    with pytest.raises(replicate.exceptions.ReplicateError, match="does not call"):
        client.models.predictions.create(ECHO, input=QUICK, webhook="http://127.0.0.1:9/")
    with receiver() as ear:
        port = ear.url.split(":")[2].partition("/")[0]
        with pytest.raises(replicate.exceptions.ReplicateError):
            client.models.predictions.create(ECHO, input=QUICK, webhook=f"http://localhost:{port}/")
        made = client.models.predictions.create(
            ECHO, input=QUICK, webhook="http://localhost/", webhook_events_filter=["completed"]
        )
        sql = "SELECT status, error FROM generations_delivery WHERE prediction_id = ?"
        row = api.site.until(
            lambda: (rows := api.site.rows(sql, made.id)) and rows[0]["status"] == "failed" and rows[0]
        )
        assert "does not call" in row["error"]
        assert ear.received == []


def test_killed_site_loses_no_webhook(tmp_path: Path) -> None:
    """kill -9 while the end is on its way, and again while it waits for its next try: it comes, with the same id."""
    with receiver() as ear, running_site(tmp_path / "data", env=LOOPBACK) as site:
        client = replicate.Client(
            api_token=site.manage("create_token", "tester").stdout.strip(), base_url=site.url
        )
        ear.gate.clear()
        made = client.models.predictions.create(
            ECHO, input=QUICK, webhook=ear.url, webhook_events_filter=["completed"]
        )
        [first] = ear.until(1, of=made.id)
        site.kill_group()
        ear.statuses = [500]
        ear.gate.set()
        site.restart()
        second = ear.until(2, of=made.id)[1]
        site.kill_group()
        site.restart()
        third = ear.until(3, of=made.id, within_s=60)[2]
        assert first.id == second.id == third.id
        assert first.body == second.body == third.body
        secret = client.webhooks.default.secret()
        Webhooks.validate(headers=third.headers, body=third.body, secret=secret, tolerance=60)
        sql = "SELECT status, sender FROM generations_delivery"
        site.until(lambda: [tuple(row) for row in site.rows(sql)] == [("delivered", "")])


def test_failed_webhook_is_sent_again_by_hand(tmp_path: Path) -> None:
    """Listed as failed on the account's page, for a name that leads into this machine; its button sends it later."""
    data = tmp_path / "data"
    with receiver() as ear:
        port = ear.url.split(":")[2].partition("/")[0]
        with running_site(data, env={"SAFELIGHT_OUTGOING_PORTS": port}) as site:
            person = site.sign_up("ada@example.org")
            token = site.manage("create_token", "ada@example.org").stdout.strip()
            client = replicate.Client(api_token=token, base_url=site.url)
            made = client.models.predictions.create(
                ECHO,
                input=QUICK,
                webhook=f"http://localhost:{port}/hook",
                webhook_events_filter=["completed"],
            )
            page = site.until(
                lambda: "Send again" in (found := person.get("/account/webhooks/?only=failed")) and found
            )
            id = re.search(r'data-delivery="(\w+)"', page)[1]
            assert "does not call" in page
            assert ear.received == []
        with running_site(data, env={"SAFELIGHT_OUTGOING_NETWORKS": "127.0.0.0/8,::1/128"}) as site:
            person.site = site
            person.post(f"/account/webhooks/{id}/again/")
            [end] = ear.until_ended(made.id)
            assert end.id == id
            site.until(lambda: "delivered" in person.get("/account/webhooks/"))
            assert "Send again" not in person.get("/account/webhooks/")
