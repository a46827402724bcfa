"""All of a person's things at once: exported, deleted, or handed over when a guest turns out to be somebody."""

from django.db import transaction

from accounts import guests
from accounts.models import User
from generations.models import (
    ACTIVE,
    BulkAction,
    Delivery,
    Deployment,
    Grid,
    Output,
    Prediction,
    RegisteredModel,
    Share,
    Training,
    Upload,
)
from generations.services import (
    albums,
    files,
    models,
    predictions,
    prompts,
    saved_searches,
    searching,
    snippets,
    standings,
    tags,
    uploads,
)

IDLE_DAYS = 30
BATCH = 200
FILES_AT_ONCE = (
    2000  # nobody waits for more than that; without rows they open for nobody, and the sweeper takes them
)


def merge_guest(guest: User, *, into: User) -> None:
    """Everything the guest made becomes `into`'s, in one transaction; the guest is gone.

    Named in settings.MERGE_GUEST, for accounts to call at every sign-in.
    """
    with transaction.atomic():
        # Both rows in one order, so that nothing is created for the guest meanwhile and two merges cannot lock up.
        list(User.objects.select_for_update().filter(pk__in=[guest.pk, into.pk]).order_by("pk"))
        mine = Prediction.objects.filter(user=into).exclude(idempotency_key=None).values("idempotency_key")
        theirs = Prediction.objects.filter(user=guest)
        theirs.filter(idempotency_key__in=mine).update(idempotency_key=None)
        searching.hand_over(guest, into=into)
        albums.hand_over(guest, into=into)
        tags.hand_over(guest, into=into)
        saved_searches.hand_over(guest, into=into)
        prompts.hand_over(guest, into=into)
        snippets.hand_over(guest, into=into)
        Grid.objects.filter(user=guest).update(user=into)
        # A guest has no handle, so none of these yet; nothing is lost should that change.
        for noun in (RegisteredModel, Deployment, Training):
            noun.objects.filter(user=guest).update(user=into)
        BulkAction.objects.filter(user=guest).update(user=into)
        theirs.update(user=into)
        Delivery.objects.filter(user=guest).update(user=into)
        Output.objects.filter(user=guest).update(user=into)
        uploads.merge(guest, into=into)
        Share.objects.filter(user=guest).update(user=into)
        standings.hand_over(guest, into=into)
        User.objects.filter(pk=guest.pk, is_guest=True).delete()


def delete_person(person: User) -> None:
    """The person and all that is theirs: what runs is canceled, the rows go at once, the files after the commit."""
    for prediction in Prediction.objects.filter(user=person, status__in=ACTIVE):
        predictions.cancel(prediction)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        files.remove_on_commit(Output.objects.filter(user=person)[:FILES_AT_ONCE])
        files.remove_on_commit(Upload.objects.filter(user=person)[:FILES_AT_ONCE])
        mine = Prediction.objects.filter(user=person).order_by("pk").values_list("pk", flat=True)
        while batch := list(mine[:BATCH]):
            Prediction.objects.filter(pk__in=batch).delete()
        models.leave(person)
        User.objects.get(pk=person.pk).delete()


def expire_guests(*, idle_days: int = IDLE_DAYS) -> int:
    """Delete guests who have not come for `idle_days`; how many. Called once an hour."""
    idle = list(guests.idle_guests(idle_days=idle_days)[:BATCH])
    for guest in idle:
        delete_person(guest)
    return len(idle)
