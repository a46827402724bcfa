"""Moments as the API writes and reads them: UTC, ISO 8601, with fractions of a second and a Z."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

from generations.api.problems import wrong


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_or_none(at: datetime | None) -> str | None:
    return None if at is None else moment(at)


def read(text: str, *, field: str) -> datetime:
    """Raises Problem for what is no moment. One without an offset is UTC; a blank is a plus that was not escaped."""
    try:
        found = parse_datetime(text.strip().replace(" ", "+") if "T" in text else text.strip())
        if found is None and len(text.strip()) == len("2026-01-31"):
            found = parse_datetime(f"{text.strip()}T00:00:00")
        if found is None:
            raise ValueError(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong(field, 'This is no moment in time. Write it like "2026-01-31T12:00:00Z".') from None
