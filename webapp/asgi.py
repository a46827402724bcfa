"""The ASGI application: HTTP by Django, sockets by generations.live; starts nothing."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

from webapp import charsets, proxies

http = charsets.utf8_alone(get_asgi_application())

from generations.live.routing import websocket_urlpatterns  # noqa: E402 - models need the apps to be ready


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """A socket at an address of no page: refused before it opens, which the client sees as 403."""
    await send({"type": "websocket.close"})


sockets = URLRouter([*websocket_urlpatterns, re_path("", nowhere)])  # type: ignore[arg-type] # no view
routes = ProtocolTypeRouter({"http": http, "websocket": AuthMiddlewareStack(sockets)})
application = proxies.behind(routes, hops=settings.TRUSTED_PROXIES)
