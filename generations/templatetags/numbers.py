"""Template filters of numbers: times that passed, and parts of a whole."""

from django import template

from generations.queries.numbers import Rate

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400


@register.filter
def spoken_time(seconds: float | None) -> str:
    """In the largest unit that leaves a number one can grasp."""
    if seconds is None:
        return "–"
    for length, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= 2 * length or (word == "minute" and seconds >= length):
            count = round(seconds / length)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "under a minute"


@register.filter
def spoken_rate(rate: Rate) -> str:
    """As a percentage with what it is of; nothing of nothing is said so."""
    return "none yet" if rate.percent is None else f"{rate.percent:g} % ({rate.part:,} of {rate.whole:,})"
