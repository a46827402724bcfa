"""Snippets and lists that a person keeps for the composer."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from generations.braces import is_list_name
from generations.errors import FieldError, InvalidInput
from generations.models import Snippet, SnippetKind
from generations.schema import clean_text
from generations.text import is_blank

NAME_MAX = 40
TEXT_MAX = 2000  # characters of a snippet
LIST_TEXT_MAX = 20_000
WORDS_MAX = 100  # of a list
WORD_MAX = 200  # characters of each
SETTINGS_MAX, SETTING_MAX = 40, 2000
KEPT_MAX = 300  # of one person


def save(
    user: User, *, kind: str, name: str, text: str, values: dict[str, str], known: Snippet | None = None
) -> Snippet:
    """A new one, or `known` changed. Raises InvalidInput naming name, text, kind or "" for all of it."""
    kept = known or Snippet(user=user)
    kept.kind, kept.name = _kind(kind), _name(name, kind)
    kept.text = _text(text, kind)
    kept.values = {} if kind == SnippetKind.LIST else _values(values)
    if not kept.text and not kept.values:
        raise _wrong("text", "Write the words to keep, or keep at least one setting.")
    if known is None and Snippet.objects.filter(user=user).count() >= KEPT_MAX:
        raise _wrong("", f"You keep {KEPT_MAX} snippets already, and that is the most. Delete one first.")
    try:
        with transaction.atomic():
            _write(kept, is_new=known is None)
    except IntegrityError:
        raise _wrong("name", f"You have a {kept.get_kind_display().lower()} of this name already.") from None
    return kept


def delete(snippet: Snippet) -> None:
    snippet.delete()


def hand_over(guest: User, *, into: User) -> None:
    """A guest's snippets become `into`'s; where both use a name, the guest's gets a number."""
    taken = set(Snippet.objects.filter(user=into).values_list("kind", "name"))
    for each in Snippet.objects.filter(user=guest):
        names = (each.name, *(f"{each.name[: NAME_MAX - 4]}-{n}" for n in range(2, 999)))
        free = next((name for name in names if (each.kind, name) not in taken), None)
        if free is not None:
            taken.add((each.kind, free))
            Snippet.objects.filter(pk=each.pk).update(user=into, name=free)


def _write(kept: Snippet, *, is_new: bool) -> None:
    if is_new:
        kept.save(force_insert=True)
    else:
        kept.save(update_fields=["kind", "name", "text", "values"])


def _kind(kind: str) -> str:
    if kind not in SnippetKind.values:
        raise _wrong("kind", "A snippet is a piece of text or a list.")
    return kind


def _name(name: str, kind: str) -> str:
    name = " ".join(clean_text(name[: 4 * NAME_MAX], field="name", label="The name").split())
    if is_blank(name):
        raise _wrong("name", "Give it a name.")
    if len(name) > NAME_MAX:
        raise _wrong("name", f"A name holds at most {NAME_MAX} characters.")
    if kind == SnippetKind.LIST and not is_list_name(name):
        raise _wrong("name", "The name of a list is written with letters from a to z, digits, - and _ only.")
    return name.casefold() if kind == SnippetKind.LIST else name


def _text(text: str, kind: str) -> str:
    most = LIST_TEXT_MAX if kind == SnippetKind.LIST else TEXT_MAX
    if len(text) > most:
        raise _wrong("text", f"This holds at most {most:,} characters; it has {len(text):,}.")
    text = clean_text(text, field="text", label="The text").strip()
    if kind != SnippetKind.LIST:
        return text
    words = list(dict.fromkeys(line.strip() for line in text.splitlines() if not is_blank(line)))
    if not words:
        raise _wrong("text", "Write at least one word, each on a line of its own.")
    if len(words) > WORDS_MAX:
        raise _wrong("text", f"A list holds at most {WORDS_MAX} lines; this has {len(words)}.")
    if any(len(word) > WORD_MAX for word in words):
        raise _wrong("text", f"A line of a list holds at most {WORD_MAX} characters.")
    if any("{" in word or "}" in word for word in words):
        raise _wrong("text", "A line of a list cannot hold braces.")
    return "\n".join(words)


def _values(values: dict[str, Any]) -> dict[str, str]:
    if len(values) > SETTINGS_MAX or any(len(str(value)) > SETTING_MAX for value in values.values()):
        raise _wrong("", "These are too many settings to keep.")
    return {clean_text(name): clean_text(str(value)) for name, value in values.items()}


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError(field, sentence)])
