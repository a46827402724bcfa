"""GET /hardware: what models can run on here. The one list without pages."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from generations import queries

router = Router(tags=["hardware"])


class HardwareObject(Schema):
    name: str
    sku: str


@router.get("/hardware", response=list[HardwareObject])
def hardware_list(request: HttpRequest) -> list[dict[str, Any]]:
    """Kinds of hardware, for models and deployments to name by `sku`."""
    return [{"name": each.name, "sku": each.sku} for each in queries.hardware()]
