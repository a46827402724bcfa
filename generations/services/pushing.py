"""A running Cog server becomes an engine, and its model a model of the catalogue."""

import hashlib
import json
import re
from typing import Any

from django.db import transaction

from accounts.handles import RESERVED
from accounts.models import User
from generations import cog, schema
from generations.errors import FieldError, InvalidInput
from generations.models import Engine, EngineKind, RegisteredModel, Version, Visibility
from generations.services import catalog
from generations.services.models import NAME

OWNER = re.compile(r"[a-z0-9-]{1,39}")
SLOTS_MAX = 64


def push(
    ref: str,
    *,
    base_url: str,
    token: str,
    document: dict[str, Any],
    health: dict[str, Any],
    slots: int = 1,
    is_private: bool = False,
) -> Version:
    """`document`: its /openapi.json, `health`: its /health-check, `slots`: predictions that it runs at once.

    The same server again is the same engine; another document of it is a new version. Raises InvalidInput.
    """
    owner, name = _parts(ref)
    if not 1 <= slots <= SLOTS_MAX:
        raise _wrong("slots", f"A server runs 1 to {SLOTS_MAX} predictions at once.")
    person = User.objects.filter(handle=owner).first()
    if person is None and owner not in RESERVED:
        raise _wrong("ref", f"Nobody here has the handle “{owner}”. Use somebody's, or “safelight”.")
    if is_private and person is None:
        raise _wrong("ref", "A private model needs a person to whom it belongs.")
    try:
        input, output = cog.schema_of(document), cog.made_by(document)
        schema.check(input)
    except ValueError as error:
        raise _wrong("url", str(error)) from None
    reported = {"ref": ref, "version": _digest(base_url, input, output, health), "name": name}
    with transaction.atomic():
        is_new = not RegisteredModel.objects.filter(owner=owner, name=name).exists()
        version = catalog.register({**reported, "schema": input, "output": output})
        if is_new:
            shown = Visibility.PRIVATE if is_private else Visibility.PUBLIC
            RegisteredModel.objects.filter(pk=version.model_id).update(user=person, visibility=shown)
        told = {"base_url": base_url, "token": token, "kind": EngineKind.COG, "is_enabled": True}
        engine, _ = Engine.objects.update_or_create(
            name=f"cog {hashlib.sha256(ref.encode()).hexdigest()[:16]}",
            defaults={**told, "status": "STARTING", "slots_max": slots},
        )
        engine.versions.set([version])
    return version


def _parts(ref: str) -> tuple[str, str]:
    owner, _, name = ref.partition("/")
    if not OWNER.fullmatch(owner) or not NAME.fullmatch(name):
        raise _wrong(
            "ref", "Name the model as owner/name, in letters a–z, digits, hyphens, dots, underscores."
        )
    return owner, name


def _digest(base_url: str, input: Any, output: Any, health: dict[str, Any]) -> str:
    """Its weights cannot be asked for: what can be told apart is where it runs, what it takes and who serves it."""
    told = [base_url, input, output, health.get("version")]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _wrong(field: str, sentence: str) -> InvalidInput:
    return InvalidInput([FieldError(field, sentence)])
