"""A deployment as the API shows it, with the release that runs now."""

from typing import Any

from ninja import Schema

from generations.api.objects.account import AccountObject, account_object, username_of
from generations.api.times import moment
from generations.models import Deployment, Release


class ConfigurationObject(Schema):
    hardware: str
    min_instances: int
    max_instances: int


class ReleaseObject(Schema):
    number: int
    model: str
    version: str
    created_at: str
    created_by: AccountObject
    configuration: ConfigurationObject


class DeploymentObject(Schema):
    owner: str
    name: str
    current_release: ReleaseObject | None


def deployment_object(row: Deployment) -> dict[str, Any]:
    return {
        "owner": username_of(row.user),
        "name": row.name,
        "current_release": _release(row, row.current) if row.current else None,
    }


def _release(row: Deployment, release: Release) -> dict[str, Any]:
    return {
        "number": release.number,
        "model": release.version.model.ref,
        "version": release.version_id,
        "created_at": moment(release.created_at),
        "created_by": account_object(row.user),
        "configuration": {
            "hardware": release.hardware,
            "min_instances": release.min_instances,
            "max_instances": release.max_instances,
        },
    }
