"""System checks, run by `manage.py check`: settings that would lose messages, let strangers in, show no page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from accounts import guard


@register(Tags.compatibility)
def one_process_or_redis(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Messages in memory reach one process only."""
    if settings.REDIS_URL or settings.PROCESSES == 1:
        return []
    hint = "Set REDIS_URL, or run one process."
    return [
        Error(
            "Several web processes need a channel layer that all of them see.", hint=hint, id="safelight.E001"
        )
    ]


@register(Tags.security)
def hosts_are_named(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "List the names of this site in SAFELIGHT_HOSTS."
    return [Warning("Any Host header is believed, also a forged one.", hint=hint, id="safelight.W001")]


@register(Tags.security)
def tls_has_its_proxy(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if not settings.PROXY_TLS or settings.TRUSTED_PROXIES:
        return []
    hint = "Set SAFELIGHT_TRUSTED_PROXIES to the number of proxies in front, or leave it unset for one."
    return [
        Error(
            "SAFELIGHT_TLS is on, but no proxy is trusted to say which requests came over TLS: "
            "every page would redirect to itself.",
            hint=hint,
            id="safelight.E002",
        )
    ]


@register(Tags.security)
def tls_is_spoken_once(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Who speaks TLS, the proxy or the server? A proxy that speaks plainly to us would reach nothing."""
    if not (settings.PROXY_TLS and settings.LOCAL_TLS):
        return []
    hint = "Behind a proxy with a certificate, leave SAFELIGHT_LOCAL_TLS (make run TLS=1) out."
    return [Error("SAFELIGHT_TLS and SAFELIGHT_LOCAL_TLS are both on.", hint=hint, id="safelight.E005")]


@register(Tags.security)
def files_have_their_host(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    origin = settings.MEDIA_ORIGIN
    if not origin or origin.startswith(("https://", "http://")):
        return []
    hint = 'Write it like "https://media.example.org".'
    return [Error("SAFELIGHT_MEDIA_ORIGIN is no origin.", hint=hint, id="safelight.E003")]


@register(Tags.security)
def the_api_has_its_host(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    origin = settings.API_ORIGIN
    if not origin:
        return []
    if not origin.startswith(("https://", "http://")):
        hint = 'Write it like "https://api.example.org".'
        return [Error("SAFELIGHT_API_ORIGIN is no origin.", hint=hint, id="safelight.E006")]
    if origin == settings.MEDIA_ORIGIN.lower().rstrip("/"):
        hint = "Give each a name of its own: on the host of pictures there is nothing else."
        return [
            Error(
                "SAFELIGHT_API_ORIGIN and SAFELIGHT_MEDIA_ORIGIN are the same.",
                hint=hint,
                id="safelight.E007",
            )
        ]
    return []


@register(Tags.staticfiles, deploy=True)
def static_files_are_collected(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return []
    hint = "Run `python manage.py collectstatic`; `manage.py up` does it by itself."
    return [
        Warning(
            "The static files are not collected, so pages cannot be shown.", hint=hint, id="safelight.W002"
        )
    ]


@register(Tags.database)
def append_only_tables_are_guarded(
    app_configs: Any, *, databases: Any = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """`manage.py check --database default`: asked of the database itself."""
    if "default" not in (databases or ()):
        return []
    hint = "Run `python manage.py migrate`, which makes the triggers again, then `python manage.py verify_audit`."
    return [
        Error(
            f"Nothing in the database keeps the rows of {table} from being changed or deleted.",
            hint=hint,
            id="safelight.E004",
        )
        for table in guard.missing()
    ]
