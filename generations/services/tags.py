"""What happens to a tag: put on outputs, taken off, renamed, deleted, handed over."""

from django.db import transaction

from accounts.models import User
from generations.errors import FieldError, InvalidInput
from generations.models import Output, Tag, Tagging
from generations.models.tag import NAME_MAX
from generations.services import naming

TAGS_MAX = 1000


def named(user: User, name: str) -> Tag:
    """The tag of this name, made when there is none. Raises InvalidInput, NotAllowed."""
    name = naming.tidy(name, most=NAME_MAX, thing="tag")
    found = Tag.objects.filter(user=user, name__iexact=name).first()
    if found is None:
        naming.check_room(Tag.objects.filter(user=user), most=TAGS_MAX, things="tags")
        found = naming.make(Tag(user=user, name=name)) or Tag.objects.get(user=user, name__iexact=name)
    return found


def known(user: User, name: str) -> Tag:
    """The tag of this name. Raises InvalidInput when there is none."""
    name = naming.tidy(name, most=NAME_MAX, thing="tag")
    found = Tag.objects.filter(user=user, name__iexact=name).first()
    if found is None:
        raise InvalidInput([FieldError("tag", f"You have no tag “{name}”.")])
    return found


def rename(tag: Tag, *, name: str) -> Tag:
    """To the name of another tag of this person: both become one."""
    name = naming.tidy(name, most=NAME_MAX, thing="tag")
    with transaction.atomic():
        other = Tag.objects.filter(user_id=tag.user_id, name__iexact=name).exclude(pk=tag.pk).first()
        if other is not None:
            _merge(tag, other)
            return other
        tag.name = name
        tag.save(update_fields=["name"])
    return tag


def delete(tag: Tag) -> None:
    """The word goes from every output; the outputs stay."""
    tag.delete()


def put(tag: Tag, output: Output) -> None:
    Tagging.objects.get_or_create(tag=tag, output=output)


def take(tag: Tag, output: Output) -> None:
    Tagging.objects.filter(tag=tag, output=output).delete()


def hand_over(guest: User, *, into: User) -> None:
    """The tags of the guest become `into`'s; of the same name they become one."""
    for tag in Tag.objects.filter(user=guest):
        twin = Tag.objects.filter(user=into, name__iexact=tag.name).first()
        if twin is not None:
            _merge(tag, twin)
        else:
            Tag.objects.filter(pk=tag.pk).update(user=into)


def _merge(tag: Tag, into: Tag) -> None:
    has = Tagging.objects.filter(tag=into).values("output")
    Tagging.objects.filter(tag=tag).exclude(output__in=has).update(tag=into)
    tag.delete()
