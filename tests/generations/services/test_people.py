"""Promises about all of a person's things at once: merged and deleted, with nothing left behind."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts import handles
from accounts.models import Handle, User
from generations.ids import new_id
from generations.models import Output, Prediction, RegisteredModel, Status, Version
from generations.services import people

pytestmark = pytest.mark.django_db

OWNED = {  # what of generations hangs on a person
    "Album": "user",
    "Appeal": "user",
    "BulkAction": "user",
    "Case": "person",
    "Decision": "person",  # kept by number when they go
    "Delivery": "user",
    "Deployment": "user",
    "Grid": "user",
    "Like": "user",
    "Notice": "user",
    "Output": "user",
    "PastPrompt": "user",
    "Prediction": "user",
    "RegisteredModel": "user",
    "Report": "user",
    "Review": "reviewer",
    "SavedSearch": "user",
    "Share": "user",
    "Signal": "reporter",
    "SigningSecret": "user",
    "Snippet": "user",
    "Strike": "user",
    "Tag": "user",
    "Training": "user",
    "Upload": "user",
}


@pytest.fixture
def make_prediction(db):
    """make_prediction(user, **fields): one that waits, if the fields say nothing else."""
    model = RegisteredModel.objects.create(owner="safelight", name="picto")
    version = Version.objects.create(pk="a" * 64, model=model, schema={"type": "object", "properties": {}})

    def make(user: User, **fields) -> Prediction:
        told = {"input": {"prompt": "a fox"}, "prompt": "a fox", **fields}
        return Prediction.objects.create(user=user, version=version, **told)

    return make


@pytest.fixture
def make_output(make_prediction):
    """make_output(user): a published picture with its two files."""

    def make(user: User) -> Output:
        prediction = make_prediction(user, status=Status.SUCCEEDED, completed_at=timezone.now())
        key = f"outputs/te/{new_id()}"
        default_storage.save(f"{key}/master.png", ContentFile(b"png"))
        default_storage.save(f"{key}/320.webp", ContentFile(b"webp"))
        return Output.objects.create(
            prediction=prediction,
            user=user,
            index=0,
            key=key,
            size=7,
            sha256="5" * 64,
            width=64,
            height=64,
            renditions=[{"format": "webp", "width": 320, "height": 320, "size": 4}],
            placeholder="",
            colour="#000000",
            is_published=True,
        )

    return make


def test_every_noun_of_a_person_is_known():
    """A new model that points at a person must be added to merging, export and deletion, and here."""
    found = {
        each.related_model.__name__: each.field.name
        for each in User._meta.related_objects
        if each.related_model._meta.app_label == "generations"
    }
    assert found == OWNED


def test_merge_moves_everything(guest, alice, make_output):
    """Predictions and pictures of the guest are the account's, and the guest is gone."""
    mine, theirs = make_output(alice), make_output(guest)
    people.merge_guest(guest, into=alice)
    assert set(alice.outputs.all()) == {mine, theirs}
    assert set(alice.predictions.all()) == {mine.prediction, theirs.prediction}
    assert not User.objects.filter(pk=guest.pk).exists()
    assert default_storage.exists(f"{theirs.key}/master.png")


def test_merge_survives_equal_keys(guest, alice, make_prediction):
    """The same idempotency key on both sides keeps both predictions; the account's keeps the key."""
    mine, theirs = make_prediction(alice, idempotency_key="k"), make_prediction(guest, idempotency_key="k")
    other = make_prediction(guest, idempotency_key="l")
    people.merge_guest(guest, into=alice)
    keys = dict(alice.predictions.values_list("pk", "idempotency_key"))
    assert keys == {mine.pk: "k", theirs.pk: None, other.pk: "l"}


def test_merge_deletes_nobody_but_guests(alice, bob):
    """Somebody with an account is never merged away."""
    people.merge_guest(bob, into=alice)
    assert User.objects.filter(pk=bob.pk).exists()


def test_deletion_takes_rows_and_files(alice, bob, make_output, django_capture_on_commit_callbacks):
    """Rows go at once, files after the commit; what belongs to others stays."""
    mine, theirs = make_output(alice), make_output(bob)
    with django_capture_on_commit_callbacks() as callbacks:
        people.delete_person(alice)
        assert default_storage.exists(f"{mine.key}/master.png")
    [callback() for callback in callbacks]
    assert not default_storage.exists(f"{mine.key}/master.png")
    assert not default_storage.exists(f"{mine.key}/320.webp")
    assert list(User.objects.all()) == [bob]
    assert list(Output.objects.all()) == [theirs]
    assert default_storage.exists(f"{theirs.key}/master.png")


def test_deletion_stops_what_runs(alice, make_prediction, monkeypatch):
    """The engine is told to stop what is developing; nothing of it is left."""
    told = []
    monkeypatch.setattr("generations.events.cancel_on_commit", told.append)
    running = make_prediction(alice, status=Status.PROCESSING, owner="one", claim=1)
    make_prediction(alice)
    people.delete_person(alice)
    assert told == [running.pk]
    assert not Prediction.objects.exists()


def test_deletion_keeps_the_handle_taken(alice):
    """The handle of somebody who left is nobody's, and stays taken."""
    handles.take(alice, "alice")
    people.delete_person(alice)
    assert Handle.objects.get(name="alice").user is None
