"""A version as the API shows it: nothing of it is ever null, a client of ours would refuse it."""

from typing import Any

from ninja import Schema

from generations import cog
from generations.api.times import moment
from generations.models import Version


class VersionObject(Schema):
    id: str
    created_at: str
    cog_version: str
    openapi_schema: dict[str, Any]


def version_object(row: Version) -> dict[str, Any]:
    return {
        "id": row.pk,
        "created_at": moment(row.created_at),
        "cog_version": cog.COG_VERSION,
        "openapi_schema": cog.openapi_of(row.schema, row.output, name=row.model.title or row.model.name),
    }
