"""The block-list at work in the dispatcher: what is on it is drawn by an engine, and kept by nobody."""

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage

from accounts.models import User
from generations.live.dispatcher import Dispatcher
from generations.models import BlockedPicture, JournalEvent, Output, Signal, Status
from generations.services import blocklist
from tests.generations.live.test_dispatcher import dispatcher, ended, send, wire  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


async def test_what_is_blocked_is_not_kept(dispatcher: Dispatcher, alice: User) -> None:  # noqa: F811
    """No row, no file; the prediction has failed with a sentence, the hit is counted, the person is looked at."""
    # Many words, for echo writes its prompt into a picture that has little in it otherwise.
    asked = {"seed": 7, "width": 256, "height": 256, "prompt": "a fox and an owl, " * 10}
    first = await ended(await send(alice, **asked))
    output = await Output.objects.aget(prediction=first)
    changes = await sync_to_async(blocklist.family_of)(output)
    entry = await sync_to_async(blocklist.enter)(
        changes, category="hate", reason="known", by=None, is_agreed=True
    )
    before = await sync_to_async(default_storage.listdir)("outputs")
    again = await ended(await send(alice, **asked))
    assert (again.status, again.error_code, again.withheld) == (Status.FAILED, "withheld", [0])
    assert "not allowed here" in again.error
    assert await Output.objects.filter(prediction=again).acount() == 0
    assert await sync_to_async(default_storage.listdir)("outputs") == before
    assert await JournalEvent.objects.filter(prediction=again, kind="withheld").acount() == 1
    assert (await BlockedPicture.objects.aget(pk=entry.pk)).hits == 1
    assert await Signal.objects.filter(kind="hash", case__subject_kind="user").acount() == 1
    await sync_to_async(blocklist.lift)(entry)
    assert (await ended(await send(alice, **asked))).status == Status.SUCCEEDED
