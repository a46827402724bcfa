"""GET /account: whose token this is."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from generations.api.objects.account import AccountObject, account_object

router = Router(tags=["account"])


@router.get("/account", response=AccountObject)
def account_get(request: HttpRequest) -> dict[str, Any]:
    """The account that the token belongs to."""
    return account_object(request.user)
