"""The secrets that a person's webhooks are signed with: made when first needed, replaced without a gap."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from generations import standard_webhooks
from generations.models import SigningSecret

OVERLAP = timedelta(hours=24)  # how long both sign


def current(user: User) -> SigningSecret:
    """The one that receivers should have; made now where there is none."""
    found = SigningSecret.objects.filter(user=user, ends_at=None).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return SigningSecret.objects.create(user=user, key=standard_webhooks.new_key())
    except IntegrityError:  # asked for twice at once
        return SigningSecret.objects.get(user=user, ends_at=None)


def rotate(user: User) -> SigningSecret:
    """A new one; the one before it signs beside it for OVERLAP, those before that no more."""
    now = timezone.now()
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        SigningSecret.objects.filter(user=user, ends_at__isnull=False).delete()
        SigningSecret.objects.filter(user=user).update(ends_at=now + OVERLAP)
        return SigningSecret.objects.create(user=user, key=standard_webhooks.new_key())


def keys_of(user: User) -> list[str]:
    """What to sign with, the newest first."""
    current(user)
    live = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    return list(SigningSecret.objects.filter(live, user=user).order_by("-pk").values_list("key", flat=True))


def before(user: User) -> SigningSecret | None:
    """The one that is being replaced and still signs."""
    return SigningSecret.objects.filter(user=user, ends_at__gt=timezone.now()).order_by("-pk").first()
