"""What happens to a saved search: saved, renamed, deleted, handed over."""

from accounts.models import User
from generations.errors import FieldError, InvalidInput
from generations.models import SavedSearch
from generations.models.search import NAME_MAX
from generations.search import TEXT_MAX, parse
from generations.services import naming

SEARCHES_MAX = 100


def save(user: User, *, name: str, words: str, sort: str = "") -> SavedSearch:
    """Under this name; another search of the same name is replaced. Raises InvalidInput, NotAllowed."""
    words = str(parse(words))[:TEXT_MAX]
    name = naming.tidy(name or words[:NAME_MAX], most=NAME_MAX, thing="search")
    if not words:
        raise InvalidInput([FieldError("words", "That search is empty, so there is nothing to save.")])
    known = SavedSearch.objects.filter(user=user)
    if not known.filter(name=name).exists():
        naming.check_room(known, most=SEARCHES_MAX, things="saved searches")
    found, _ = known.update_or_create(user=user, name=name, defaults={"words": words, "sort": sort})
    return found


def rename(search: SavedSearch, *, name: str) -> SavedSearch:
    name = naming.tidy(name, most=NAME_MAX, thing="search")
    if SavedSearch.objects.filter(user_id=search.user_id, name=name).exclude(pk=search.pk).exists():
        raise InvalidInput([FieldError("name", f"You have a search “{name}” already.")])
    search.name = name
    search.save(update_fields=["name"])
    return search


def delete(search: SavedSearch) -> None:
    search.delete()


def hand_over(guest: User, *, into: User) -> None:
    """Those of a name that `into` has already go with the guest."""
    taken = SavedSearch.objects.filter(user=into).values_list("name", flat=True)
    SavedSearch.objects.filter(user=guest).exclude(name__in=list(taken)).update(user=into)
