"""The HTTP API under /v1: one router a noun, each in a file of that name. One path belongs to one router.

An operation's name is the name of its function and of its address, so both are unique over all routers.
"""

from ninja import NinjaAPI

from generations.api import (
    account,
    collections,
    deployments,
    files,
    hardware,
    models,
    predictions,
    search,
    streams,
    trainings,
    versions,
    webhooks,
)
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
for router in (
    account.router,
    hardware.router,
    collections.router,
    models.router,
    versions.router,
    predictions.router,
    deployments.router,
    trainings.router,
    files.router,
    webhooks.router,
    search.router,
    streams.router,
):
    api.add_router("", router)
