"""What programs made loses its data after a while, unless somebody holds on to it."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts import tokens
from generations import queries
from generations.api.objects.prediction import Reader, prediction_object
from generations.models import Album, Chunk, Output, Placement, Prediction, SearchEntry, Share, Status
from generations.services import files, invariants, predictions, retention


@pytest.fixture
def make(alice, version):
    """make(): a success of a program's, two hours old, with a file, a log and words."""

    def build(**fields):
        call = predictions.Call(tokens.create(alice, "bot")[0])
        row = predictions.create(alice, version, {"prompt": "a secret fox"}, call=call)
        then = timezone.now() - timedelta(hours=2)
        changes = {"status": Status.SUCCEEDED, "created_at": then, "completed_at": then, **fields}
        Prediction.objects.filter(pk=row.pk).update(**changes)
        Chunk.objects.create(prediction=row, seq=1, kind="log", data="a secret")
        output = Output(prediction=row, user=alice, index=0, key=files.new_key(), size=1, sha256="0" * 64)
        output.width = output.height = 1
        output.is_published = True
        output.save(force_insert=True)
        files.keep(output.key, {"master.png": b"secret"})
        return Prediction.objects.get(pk=row.pk)

    return build


def test_the_data_goes_and_the_row_stays(make, django_capture_on_commit_callbacks):
    row = make(metrics={"predict_time": 3.0})
    output = row.outputs.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.remove_old() == 1
    row.refresh_from_db()
    assert (row.input, row.prompt, row.status) == ({}, "", Status.SUCCEEDED)
    assert row.data_removed_at is not None
    assert row.metrics == {"predict_time": 3.0}
    assert not row.outputs.exists()
    assert not row.chunks.exists()
    assert "secret" not in SearchEntry.objects.get(prediction=row).words
    assert not default_storage.exists(f"{output.key}/master.png")
    assert list(invariants.broken()) == []


def test_it_happens_once(make):
    make()
    assert (retention.remove_old(), retention.remove_old()) == (1, 0)


def keep_as_favourite(row):
    row.outputs.update(is_favourite=True)


def keep_in_an_album(row):
    Placement.objects.create(album=Album.objects.create(user=row.user, name="a"), output=row.outputs.get())


def keep_by_a_link(row):
    Share.objects.create(user=row.user, output=row.outputs.get())


def keep_by_a_link_to_all(row):
    Share.objects.create(user=row.user, prediction=row)


def make_by_hand(row):
    Prediction.objects.filter(pk=row.pk).update(source="web")


def make_it_new(row):
    Prediction.objects.filter(pk=row.pk).update(completed_at=timezone.now())


@pytest.mark.parametrize(
    "keep",
    [keep_as_favourite, keep_in_an_album, keep_by_a_link, keep_by_a_link_to_all, make_by_hand, make_it_new],
)
def test_what_somebody_holds_on_to_stays(make, keep):
    row = make()
    keep(row)
    assert retention.remove_old() == 0
    row.refresh_from_db()
    assert row.prompt == "a secret fox"
    assert row.outputs.exists()


@pytest.mark.parametrize(
    "over", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}, {"views_most": 1, "views": 1}]
)
def test_a_link_that_is_over_keeps_nothing(make, over):
    row = make()
    Share.objects.create(user=row.user, output=row.outputs.get(), **over)
    assert retention.remove_old() == 1


def test_it_can_be_switched_off(make, settings):
    settings.API_KEEP_MINUTES = 0
    make()
    assert retention.remove_old() == 0


def test_what_lost_its_data_says_so(make, alice):
    row = make()
    retention.remove_old()
    shown = prediction_object(
        queries.prediction_shown(row.pk), Reader("http://testserver", "http://testserver")
    )
    assert (shown["data_removed"], shown["input"], shown["output"], shown["logs"]) == (True, {}, None, "")
    assert shown["metrics"]["total_time"] == 0
