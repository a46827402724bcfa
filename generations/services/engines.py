"""The engines that the dispatcher knows: where they are, and what they last said of themselves."""

from typing import Any

from django.utils import timezone

from generations.models import Engine, EngineKind
from generations.services import catalog

EMBEDDED = "embedded"


def record(*, name: str, base_url: str, token: str, boot: str = "") -> Engine:
    """An engine is here, or has come back at another address."""
    engine, _ = Engine.objects.update_or_create(
        name=name,
        defaults={
            "base_url": base_url,
            "token": token,
            "boot": boot,
            "is_enabled": True,
            "status": "STARTING",
        },
    )
    return engine


def hear(engine: Engine, health: dict[str, Any]) -> Engine:
    """Keep what `/health-check` said, and register the models that it named."""
    engine.boot = str(health.get("boot") or "")
    # An engine that drains answers BUSY, but takes nothing any more.
    engine.status = "DRAINING" if health.get("draining") else str(health.get("status") or "UNKNOWN")
    if engine.kind != EngineKind.COG:  # which says nothing of its slots, nor what it can run
        engine.slots_max = int((health.get("slots") or {}).get("max") or 1)
    engine.step_ms = health.get("step_ms") or {}
    engine.seen_at = timezone.now()
    engine.save(update_fields=["boot", "status", "slots_max", "step_ms", "seen_at"])
    if engine.kind == EngineKind.COG:
        return engine
    reported = health.get("models") or []
    known = set(engine.versions.values_list("pk", flat=True))
    if {each.get("version") for each in reported} != known:
        engine.versions.set(catalog.register_all(reported))
    return engine


def mark(engine: Engine, status: str) -> None:
    """It does not answer, or crashes again and again."""
    engine.status = status
    engine.save(update_fields=["status"])


def enabled() -> list[Engine]:
    return list(Engine.objects.filter(is_enabled=True))
