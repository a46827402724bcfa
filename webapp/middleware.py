"""The headers that every answer carries, unless its view has said something stricter itself."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import sync_and_async_middleware

from webapp import csp

Handler = Callable[[HttpRequest], Any]

CLOSED = [
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
]
PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS = ", ".join([*(f"{name}=()" for name in CLOSED), *(f"{name}=(self)" for name in PASSKEYS)])


@sync_and_async_middleware
def security_headers(get_response: Handler) -> Handler:
    """Plain in either mode: it never costs a change of threads."""
    fixed = {
        "Content-Security-Policy": csp.header(settings.SECURE_CSP),
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            return _with(fixed, await get_response(request))

        middleware: Handler | Callable[[HttpRequest], Awaitable[Any]] = asynchronous
    else:

        def synchronous(request: HttpRequest) -> HttpResponseBase:
            return _with(fixed, get_response(request))

        middleware = synchronous
    return middleware


class CompressedPages(GZipMiddleware):
    """Pages and fragments only: files are small as they are, and a stream must not wait for its compressor.

    In the chain only where the server is reached without TLS; docs/decisions say why.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
        return super().process_response(request, response) if is_page else response


def _with(headers: dict[str, str], response: HttpResponseBase) -> HttpResponseBase:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
