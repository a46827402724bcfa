"""Webhooks: the secret that theirs are signed with."""

from django.http import HttpRequest
from ninja import Router, Schema

from generations.api.auth import WRITE
from generations.services import signing_secrets

router = Router(tags=["webhooks"])


class SecretObject(Schema):
    key: str


@router.get("/webhooks/default/secret", auth=WRITE, response=SecretObject)
def webhooks_default_secret(request: HttpRequest) -> dict[str, str]:
    """What the webhooks of your predictions are signed with, as Standard Webhooks says."""
    return {"key": signing_secrets.current(request.user).key}
