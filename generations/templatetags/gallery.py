"""Template filters of the gallery: ratios, days and counts in words."""

from datetime import date, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from generations.models import BulkAction, BulkStatus, Output, Verb
from generations.queries import COUNT_MAX, Stack
from generations.services.outputs import BIN_DAYS

register = template.Library()

OWN_STEP = 128
OWN_STEPS = 6  # beyond them 2.5 times the width is more than a window has


@register.filter
def ratio(output: Output) -> str:
    """Width : height as classes that gallery.css adds up, "ratio r1 s7 t8" = 1.78; styles in attributes are refused."""
    hundredths = max(20, min(499, round(100 * output.width / max(1, output.height))))
    return f"ratio r{hundredths // 100} s{hundredths // 10 % 10} t{hundredths % 10}"


@register.filter
def own_width(output: Output) -> str:
    """Its width in steps of 128 pixels as a class of picture.css, "own2" = up to 256; "" for what is large enough."""
    steps = -(-output.width // OWN_STEP)
    return f"own{steps}" if steps <= OWN_STEPS else ""


@register.filter
def spoken_day(day: date) -> str:
    """Today, Yesterday, then the date; with the year once it is another."""
    today = timezone.localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return date_format(day, "l j F" if day.year == today.year else "j F Y")


@register.filter
def spoken_rating(rating: int) -> str:
    """Not rated, 1 star, 5 stars."""
    return "Not rated" if rating == 0 else "1 star" if rating == 1 else f"{rating} stars"


@register.filter
def stars(rating: int) -> range:
    """To be gone through once a star."""
    return range(rating)


@register.filter
def stack_sentence(stack: Stack) -> str:
    """What makes these pictures a stack."""
    kind = "one prompt with other seeds" if stack.is_one_prompt else "nearly the same"
    return f"A stack of {len(stack.outputs)}: {kind}."


@register.filter
def pictures(count: int) -> str:
    """4,312 pictures; counted only so far, because counting a huge gallery would slow its page."""
    if count >= COUNT_MAX:
        return f"more than {COUNT_MAX - 1:,} pictures"
    return "1 picture" if count == 1 else f"{count:,} pictures"


@register.filter
def days_left(output: Output) -> str:
    """How long a binned output is kept yet."""
    if output.trashed_at is None:
        return ""
    left = output.trashed_at + timedelta(days=BIN_DAYS) - timezone.now()
    if left < timedelta(days=1):
        return "less than a day left"
    days = round(left / timedelta(days=1))  # what was binned just now has all of its days
    return "1 day left" if days == 1 else f"{days} days left"


DONE = {
    Verb.TAG: "tagged",
    Verb.UNTAG: "no longer tagged so",
    Verb.PLACE: "added to the album",
    Verb.UNPLACE: "taken out of the album",
    Verb.RATE: "rated",
    Verb.FAVOURITE: "marked as favourites",
    Verb.UNFAVOURITE: "no longer favourites",
    Verb.KEEP: "sorted, the best of them kept",
    Verb.TRASH: "moved to the bin",
    Verb.RESTORE: "restored",
}


@register.filter
def bulk_sentence(action: BulkAction) -> str:
    """ "4,312 pictures tagged.", and how far it is until then."""
    count = "1 picture" if action.changed == 1 else f"{action.changed:,} pictures"
    match action.status:
        case BulkStatus.DONE if not action.changed:
            return "Nothing changed: all of them were so already."
        case BulkStatus.DONE:
            return f"{count} {DONE[Verb(action.verb)]}."
        case BulkStatus.UNDONE:
            return "Undone. Everything is as it was before."
        case BulkStatus.UNDOING:
            return f"Undoing: {action.changed:,} to go."
    return f"{action.seen:,} of {action.total:,} pictures …"


@register.filter
def bulk_progress(action: BulkAction) -> int:
    """Of `total`; back to 0 while it is undone."""
    return action.changed if action.status == BulkStatus.UNDOING else min(action.seen, action.total)
