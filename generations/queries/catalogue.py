"""The models on offer."""

from generations.models import Engine, RegisteredModel, Version

BROKEN = {"SETUP_FAILED", "CRASHING"}  # an engine that comes up, but cannot draw


def default_version() -> Version | None:
    """What the studio offers when nothing is chosen: the newest version that an engine reported, in its order."""
    served = Version.objects.filter(engines__is_enabled=True).select_related("model")
    return served.order_by("-created_at").first() or Version.objects.select_related("model").last()


def served_versions() -> list[Version]:
    """The newest version of every model that an engine reported, newest first."""
    served = Version.objects.filter(engines__is_enabled=True).select_related("model").distinct()
    newest: dict[int, Version] = {}
    for version in served.order_by("-created_at"):
        newest.setdefault(version.model_id, version)
    return list(newest.values())


def version_of(ref: str) -> Version | None:
    """The newest version of "owner/name"."""
    owner, _, name = ref.partition("/")
    rows = Version.objects.filter(model__owner=owner, model__name=name).select_related("model")
    return rows.order_by("-created_at").first()


def catalogue() -> list[RegisteredModel]:
    return list(RegisteredModel.objects.order_by("owner", "name"))


def is_out_of_order() -> bool:
    """Has every engine said that it cannot draw? One that is silent or starting may still come."""
    statuses = set(Engine.objects.filter(is_enabled=True).values_list("status", flat=True))
    return bool(statuses) and statuses <= BROKEN
