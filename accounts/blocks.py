"""Blocks between people: made and lifted by the one, felt by both."""

from django.db.models import Q, QuerySet

from accounts.models import Block, User


def block(person: User, other: User) -> None:
    """From now on neither finds the other. Once more changes nothing; oneself cannot be blocked."""
    if person.pk != other.pk:
        Block.objects.get_or_create(user=person, blocked=other)


def unblock(person: User, other: User) -> None:
    Block.objects.filter(user=person, blocked=other).delete()


def is_apart(person_id: int, other_id: int) -> bool:
    """Has either of the two blocked the other?"""
    either = Q(user_id=person_id, blocked_id=other_id) | Q(user_id=other_id, blocked_id=person_id)
    return Block.objects.filter(either).exists()


def blocked_by(person: User) -> QuerySet[Block]:
    """Whom this person has blocked, newest first."""
    return Block.objects.filter(user=person).select_related("blocked").order_by("-id")
