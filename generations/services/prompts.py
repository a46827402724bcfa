"""The prompts that a person has sent: remembered once each, forgotten when the person says so."""

import hashlib

from django.db.models import F

from accounts.models import User
from generations.ids import new_id
from generations.models import Output, PastPrompt


def remember(user: User, prompt: str, *, at: str = "") -> None:
    """Note that it was sent, `at` the id of its prediction. Called with the person's row locked, or alone."""
    if not prompt.strip():
        return
    at = at or new_id()
    known = PastPrompt.objects.filter(user=user, digest=digest_of(prompt)).first()
    if known is None:
        PastPrompt.objects.create(
            user=user, digest=digest_of(prompt), prompt=prompt, folded=prompt.casefold(), last=at
        )
        return
    has_picture = Output.objects.filter(prediction=known.last, is_published=True).exists()
    PastPrompt.objects.filter(pk=known.pk).update(
        times=F("times") + 1, last=at, pictured=known.last if has_picture else known.pictured
    )


def forget(past: PastPrompt) -> None:
    past.delete()


def forget_all(user: User) -> int:
    """How many there were."""
    count, _ = PastPrompt.objects.filter(user=user).delete()
    return count


def hand_over(guest: User, *, into: User) -> None:
    """A guest's prompts become `into`'s; what both have sent is counted together."""
    for past in PastPrompt.objects.filter(user=guest):
        known = PastPrompt.objects.filter(user=into, digest=past.digest).first()
        if known is None:
            PastPrompt.objects.filter(pk=past.pk).update(user=into)
            continue
        newer = max((past, known), key=lambda each: each.last)
        PastPrompt.objects.filter(pk=known.pk).update(
            times=past.times + known.times, last=newer.last, pictured=newer.pictured
        )
        past.delete()


def digest_of(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest()
