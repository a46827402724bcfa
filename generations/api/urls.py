"""The HTTP API under /v1: one router a noun, each in a file of that name. One path belongs to one router.

An operation's name is the name of its function and of its address, so both are unique over all routers.
"""

from ninja import NinjaAPI

from generations.api import account, files, predictions, webhooks
from generations.api.auth import READ
from generations.api.bodies import Bodies
from generations.api.problems import handle_all

api = NinjaAPI(
    title="Safelight",
    version="1.0.0",
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    auth=READ,
    parser=Bodies(),
)
handle_all(api)
api.add_router("", account.router)
api.add_router("", predictions.router)
api.add_router("", files.router)
api.add_router("", webhooks.router)
