"""The block-list: a blocked picture is known again in its flips, turns and crops; one output of it spoils no other."""

import time
from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image, ImageOps

from accounts.models import User
from generations import fingerprint, queries
from generations.errors import BadPicture, InvalidInput, NotAllowed
from generations.models import BlockedPicture, BlockHash, JournalEvent, Output, Signal, Status, Upload
from generations.services import blocklist, claims, files, running, sources, uploads
from tests.generations.pictures import opened, saved
from tests.generations.test_fingerprint import scene

pytestmark = pytest.mark.django_db

BLOCKED = scene(1)


@pytest.fixture
def entry(moderator: User) -> BlockedPicture:
    """Asked for and agreed to: it is matched."""
    changes = blocklist.family(saved(BLOCKED, "PNG"))
    return blocklist.enter(changes, category="child", reason="known", by=moderator, is_agreed=True)


def found(picture: Image.Image) -> str | None:
    return blocklist.match(blocklist.probes(saved(picture, "PNG")))


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture,
        lambda picture: picture.resize((150, 100)),
        ImageOps.mirror,
        ImageOps.flip,
        lambda picture: picture.rotate(90, expand=True),
        lambda picture: ImageOps.mirror(picture.rotate(180)),
        lambda picture: ImageOps.crop(picture, (15, 10, 15, 10)),
        lambda picture: ImageOps.crop(picture, (36, 24, 36, 24)),
        lambda picture: ImageOps.expand(picture, border=24, fill="white"),
        lambda picture: opened(saved(ImageOps.crop(ImageOps.mirror(picture), (15, 10)), "JPEG", quality=60)),
    ],
    ids=["whole", "small", "mirrored", "flipped", "turned", "both", "crop 5", "crop 12", "border", "all"],
)
def test_a_changed_copy_is_known_again(entry: BlockedPicture, change) -> None:
    assert found(change(BLOCKED)) == entry.pk


@pytest.mark.parametrize("number", range(2, 8))
def test_another_picture_is_not(entry: BlockedPicture, number: int) -> None:
    assert found(scene(number)) is None


def test_a_picture_without_anything_in_it_blocks_nothing() -> None:
    with pytest.raises(InvalidInput):
        blocklist.family(saved(Image.new("RGB", (200, 200), "white"), "PNG"))


def test_nothing_is_matched_before_somebody_agrees(moderator: User, alice: User) -> None:
    changes = blocklist.family(saved(BLOCKED, "PNG"))
    row = blocklist.enter(changes, category="child", reason="known", by=moderator)
    assert found(BLOCKED) is None
    with pytest.raises(NotAllowed):
        blocklist.agree(row, by=moderator, others=1)
    assert not blocklist.agree(row, by=alice, others=1).is_single_operator
    assert found(BLOCKED) == row.pk


def test_alone_it_takes_a_day_and_is_recorded(moderator: User) -> None:
    changes = blocklist.family(saved(BLOCKED, "PNG"))
    row = blocklist.enter(changes, category="child", reason="known", by=moderator)
    with pytest.raises(NotAllowed):
        blocklist.agree(row, by=moderator, others=0)
    row.created_at = timezone.now() - timedelta(hours=25)
    row.save(update_fields=["created_at"])
    assert blocklist.agree(row, by=moderator, others=0).is_single_operator


def test_the_database_itself_wants_two_people(entry: BlockedPicture, moderator: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BlockedPicture.objects.filter(pk=entry.pk).update(asked_by=moderator, agreed_by=moderator)


def test_lifted_it_is_forgotten_at_once(entry: BlockedPicture) -> None:
    assert found(BLOCKED) == entry.pk
    blocklist.lift(entry)
    assert found(BLOCKED) is None
    assert blocklist.is_empty()


def test_the_same_decision_blocks_once(moderator: User) -> None:
    changes = blocklist.family(saved(BLOCKED, "PNG"))
    how = {"category": "child", "reason": "x", "by": moderator, "decision": "d1", "source": "o1"}
    assert blocklist.enter(changes, **how).pk == blocklist.enter(changes, **how).pk
    assert blocklist.lift_decided("d1") == 1
    assert blocklist.lift_decided("d1") == 0


def test_an_upload_of_it_is_refused_and_counted(entry: BlockedPicture, alice: User) -> None:
    with pytest.raises(BadPicture, match="not allowed here"):
        uploads.keep(alice, saved(ImageOps.mirror(BLOCKED), "PNG"))
    assert not Upload.objects.exists()
    entry.refresh_from_db()
    assert entry.hits == 1
    assert entry.last_hit_at is not None


def test_who_brings_it_is_looked_at_once(entry: BlockedPicture, alice: User) -> None:
    for _ in range(3):
        with pytest.raises(BadPicture):
            uploads.keep(alice, saved(BLOCKED, "PNG"))
    signal = Signal.objects.get()
    assert (signal.kind, signal.category, signal.is_soft) == ("hash", "child", True)
    assert (signal.case.subject_kind, signal.case.subject_id) == ("user", str(alice.pk))
    entry.refresh_from_db()
    assert entry.hits == 3


def test_an_upload_kept_before_is_not_given_out_again(alice: User, moderator: User) -> None:
    data = saved(BLOCKED, "PNG")
    uploads.keep(alice, data)
    blocklist.enter(blocklist.family(data), category="child", reason="known", by=moderator, is_agreed=True)
    with pytest.raises(BadPicture):
        uploads.keep(alice, data)


def test_a_picture_that_was_brought_before_starts_nothing_more(alice: User, moderator: User) -> None:
    data = saved(BLOCKED, "PNG")
    upload = uploads.keep(alice, data)
    schema = {"properties": {"start_image": {"type": "string", "x-control": "image", "title": "Start image"}}}
    values = {"start_image": f"upload:{upload.pk}"}
    sources.check(alice, schema, values)
    blocklist.enter(blocklist.family(data), category="child", reason="known", by=moderator, is_agreed=True)
    with pytest.raises(InvalidInput, match="not allowed here"):
        sources.check(alice, schema, values)


def claimed(create, engine, alice, *, outputs: int):
    create(alice, num_outputs=outputs)
    row = claims.claim("d", engine, predictions=1, outputs=outputs)[0]
    running.start(row, engine_seq=1)
    return row


def store(row, index: int, seq: int) -> None:
    output = Output(prediction=row, user_id=row.user_id, index=index, key=files.new_key(), size=1)
    output.sha256, output.width, output.height = "0" * 64, 1, 1
    assert running.publish(row, output, engine_seq=seq) is not None


def test_a_withheld_output_spoils_no_sibling(create, engine, alice: User) -> None:
    row = claimed(create, engine, alice, outputs=3)
    store(row, 0, 2)
    assert running.withhold(row, 1, blocked="b", engine_seq=3) is not None
    assert running.withhold(row, 1, blocked="b", engine_seq=4) is None, "told twice, done once"
    assert running.finish(row, Status.SUCCEEDED) is None, "one is still missing"
    store(row, 2, 5)
    assert running.finish(row, Status.SUCCEEDED) is not None
    row.refresh_from_db()
    assert row.withheld == [1]
    assert list(row.outputs.order_by("index").values_list("index", "is_published")) == [(0, True), (2, True)]
    assert JournalEvent.objects.filter(prediction=row, kind="withheld", data__index=1).count() == 1
    assert queries.left_today(alice) == 499


def test_with_nothing_else_it_fails_and_counts_for_no_limit(create, engine, alice: User, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "per_day": 1}
    row = claimed(create, engine, alice, outputs=1)
    assert queries.left_today(alice) == 0
    running.withhold(row, 0, blocked="b", engine_seq=2)
    running.finish(row, Status.SUCCEEDED)
    row.refresh_from_db()
    assert (row.status, row.error_code) == (Status.FAILED, "withheld")
    assert "not allowed here" in row.error
    assert queries.left_today(alice) == 1
    create(alice)  # the limit is free again


def test_what_is_taken_up_again_starts_without_it(create, engine, alice: User) -> None:
    row = claimed(create, engine, alice, outputs=2)
    running.withhold(row, 0, blocked="b", engine_seq=2)
    running.lose(row)
    row.refresh_from_db()
    assert row.withheld == []


def test_tens_of_thousands_are_looked_through_in_a_moment(moderator: User) -> None:
    dice = np.random.default_rng(1)
    row = BlockedPicture.objects.create(category="child", reason="many", agreed_at=timezone.now())
    many = [dice.bytes(32).hex() for _ in range(40_000)]
    BlockHash.objects.bulk_create(BlockHash(picture=row, bits=bits, change="") for bits in many)
    blocklist._stamp_anew()
    assert blocklist.match((many[31_337],)) == row.pk
    best = min(_timed(lambda: blocklist.match((fingerprint.of(scene(5)).hash,))) for _ in range(5))
    assert best < 0.05


def _timed(call) -> float:
    began = time.perf_counter()
    assert call() is None
    return time.perf_counter() - began
