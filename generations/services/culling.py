"""Verdicts of the cull desk: each is a bulk action over one picture or one stack, so that each can be undone."""

from collections.abc import Sequence

from generations.errors import Conflict, FieldError, InvalidInput
from generations.models import RATING_MAX, BulkAction, Output, Verb
from generations.queries import Selection
from generations.services import bulk

BEST = "best"
ONE = {"keep": Verb.FAVOURITE, "reject": Verb.TRASH}
RATINGS = frozenset(map(str, range(RATING_MAX + 1)))


def judge(output: Output, verdict: str, *, stack: Sequence[str] = ()) -> BulkAction:
    """`verdict`: keep, reject, a rating, or best: it is kept, and the rest of `stack` goes into the bin.

    Raises InvalidInput; Conflict for a picture that lies in the bin.
    """
    if output.trashed_at is not None:
        raise Conflict("That picture is in the bin. Undo, or restore it there, before you judge it.")
    if verdict in ONE:
        return _begin(output, ONE[verdict])
    if verdict in RATINGS:
        return _begin(output, Verb.RATE, argument=verdict)
    if verdict == BEST:
        return _begin(output, Verb.KEEP, argument=output.pk, others=stack)
    raise InvalidInput([FieldError("verdict", "Choose keep, reject, best or a rating from 0 to 5.")])


def _begin(output: Output, verb: Verb, *, argument: str = "", others: Sequence[str] = ()) -> BulkAction:
    ids = tuple(dict.fromkeys([output.pk, *others]))
    return bulk.start(output.user, verb, Selection(ids=ids), argument=argument)
