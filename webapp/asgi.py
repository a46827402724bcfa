"""The ASGI application: HTTP by Django, sockets by generations.live; starts nothing."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

from webapp import proxies

http = get_asgi_application()

from generations.live.routing import websocket_urlpatterns  # noqa: E402 - models need the apps to be ready

routes = ProtocolTypeRouter(
    {"http": http, "websocket": AuthMiddlewareStack(URLRouter(websocket_urlpatterns))}
)
application = proxies.behind(routes, hops=settings.TRUSTED_PROXIES)
