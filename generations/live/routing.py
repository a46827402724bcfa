"""Addresses of the live pages: the socket, and its stand-in as server-sent events."""

from django.urls import path

from generations.live.consumers import PageConsumer
from generations.live.desk import DeskConsumer
from generations.live.streams import stream

websocket_urlpatterns = [path("live/", PageConsumer.as_asgi()), path("live/desk/", DeskConsumer.as_asgi())]

urlpatterns = [path("live/stream/", stream, name="live-stream")]
