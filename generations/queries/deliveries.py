"""The log of a person's webhooks."""

from accounts.models import User
from generations.errors import NotFound
from generations.ids import is_id
from generations.models import Delivery, DeliveryStatus
from generations.queries.pages import Page


def delivery_page(
    user: User, *, after: str | None = None, only_failed: bool = False, limit: int = 50
) -> Page[Delivery]:
    """Newest first. Raises NotFound for an `after` that somebody has bent."""
    rows = Delivery.objects.filter(user=user).select_related("prediction__version__model")
    if only_failed:
        rows = rows.filter(status=DeliveryStatus.FAILED)
    if after:
        if not is_id(after):
            raise NotFound("There is no such page.")
        rows = rows.filter(pk__lt=after)
    items = list(rows.order_by("-pk")[: limit + 1])
    return Page(items[:limit], next=items[limit - 1].pk if len(items) > limit else None)
