"""Full-text search over the prompts of a person: FTS5 on SQLite, tsvector on PostgreSQL, one function for both.

Every word is found at the start of a word ("cat" finds cats); a phrase is found as it stands. Case, accents and
punctuation do not count. What has no words of that kind (emoji, scripts written without spaces) is found anywhere in
the prompt, which takes longer.
"""

import re
from collections.abc import Sequence

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User
from generations.models import SearchEntry
from generations.search import Term

# Kana, Chinese, Thai, Lao, Burmese, Khmer: no spaces, so an index of words knows whole sentences only.
SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def owner_token(user_id: int) -> str:
    """How the index knows a person."""
    return f"u{user_id}"


def matching(user: User, terms: Sequence[Term]) -> QuerySet[SearchEntry]:
    """The entries of `user` whose prompts hold all words and phrases of `terms`, and none of those with a minus."""
    rows = SearchEntry.objects.filter(owner=owner_token(user.pk))
    indexed = [term for term in terms if _is_indexed(term.value)]
    if indexed:
        rows = rows.filter(_sqlite(user, indexed) if connection.vendor == "sqlite" else _postgresql(indexed))
    for term in terms:
        if term not in indexed:
            held = Q(words__icontains=term.value)
            rows = rows.filter(~held if term.is_not else held)
    return rows


def _is_indexed(text: str) -> bool:
    return any(map(str.isalnum, text)) and not SPACELESS.search(text)


def _sqlite(user: User, terms: Sequence[Term]) -> Q:
    wanted = [f'owner : "{owner_token(user.pk)}"', *(_quoted(term) for term in terms if not term.is_not)]
    refused = [_quoted(term) for term in terms if term.is_not]
    asked = f"({' AND '.join(wanted)})" + (f" NOT ({' OR '.join(refused)})" if refused else "")
    return Q(pk__in=RawSQL("SELECT rowid FROM generations_search WHERE generations_search MATCH %s", [asked]))


def _quoted(term: Term) -> str:
    value = term.value.replace('"', " ")
    return f'words : "{value}"' + ("" if term.kind == "phrase" else " *")


def _postgresql(terms: Sequence[Term]) -> Expression:
    """A word becomes a prefix by its text: there is no function for it. What has no words asks for nothing."""
    parts, params = [], []
    for term in terms:
        asked = "generations_question(%s)"
        if term.kind == "word":
            asked = f"coalesce((nullif({asked}::text, '') || ':*')::tsquery, '')"
        parts.append(f"!!{asked}" if term.is_not else asked)
        params.append(term.value)
    words = Func(F("words"), function="generations_words")
    return _Found(words, RawSQL(f"({' && '.join(parts)})", params))  # noqa: S611 - parts are ours, values are not


class _Found(Func):
    """`words @@ question`"""

    arg_joiner = " @@ "
    template = "(%(expressions)s)"
    output_field = BooleanField()
