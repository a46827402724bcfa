"""Template filters of the gallery: ratios, days and counts in words."""

from datetime import date, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from generations.models import Output
from generations.queries import COUNT_MAX
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
