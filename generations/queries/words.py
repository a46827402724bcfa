"""The words that a person keeps: past prompts with their last picture, snippets and lists."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from generations.models import Output, PastPrompt, Snippet, SnippetKind
from generations.queries.pages import Page

WORDS_MAX = 20  # of a search


@dataclass(frozen=True, slots=True)
class Remembered:
    """A past prompt, and the newest picture that came of it."""

    past: PastPrompt
    output: Output | None


def prompts_page(
    user: User, *, search: str = "", after: str | None = None, limit: int = 40
) -> Page[Remembered]:
    """What this person has sent, newest first; with `search` those that hold all of its words."""
    rows = PastPrompt.objects.filter(user_id=user.pk)
    for word in search.casefold().split()[:WORDS_MAX]:
        rows = rows.filter(folded__contains=word)
    rows = rows.filter(last__lt=after) if after else rows
    found = list(rows.order_by("-last")[: limit + 1])
    pictures = _pictures(user, found[:limit])
    items = [
        Remembered(past, pictures.get(past.last) or pictures.get(past.pictured)) for past in found[:limit]
    ]
    return Page(items, next=found[limit - 1].last if len(found) > limit else None)


def prompts_count(user: User) -> int:
    return PastPrompt.objects.filter(user_id=user.pk).count()


def recent_prompts(user: User, limit: int = 50) -> list[str]:
    rows = PastPrompt.objects.filter(user_id=user.pk).order_by("-last")
    return list(rows.values_list("prompt", flat=True)[:limit])


def snippets(user: User | AnonymousUser) -> list[Snippet]:
    """By name; both kinds."""
    if user.is_anonymous:
        return []
    return list(Snippet.objects.filter(user_id=user.pk).order_by("name"))


def list_of_words(user: User | AnonymousUser, name: str) -> list[str]:
    """The words of a person's list; [] when there is none."""
    if user.is_anonymous:
        return []
    found = Snippet.objects.filter(user_id=user.pk, kind=SnippetKind.LIST, name=name.casefold()).first()
    return found.words if found else []


def _pictures(user: User, rows: list[PastPrompt]) -> dict[str, Output]:
    """The first picture of each prediction that they name."""
    ids = {id for past in rows for id in (past.last, past.pictured) if id}
    kept = Output.objects.filter(
        user_id=user.pk, prediction_id__in=ids, is_published=True, trashed_at__isnull=True
    )
    return {output.prediction_id: output for output in kept.select_related("prediction").order_by("-index")}
