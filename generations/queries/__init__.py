"""Everything that pages read, a file for each subject; each function a constant number of queries.

The only import path for others.
"""

from generations.queries.account import Usage, usage
from generations.queries.catalogue import catalogue, default_version, version_of
from generations.queries.gallery import (
    COUNT_MAX,
    bin_page,
    gallery_count,
    gallery_page,
    neighbours,
    outputs_by_id,
)
from generations.queries.pages import Page
from generations.queries.predictions import (
    QUEUE_SHOWN,
    Snapshot,
    Tray,
    Wait,
    active,
    position,
    snapshot,
    snapshots,
    strip,
)
from generations.queries.search import matching, owner_token

__all__ = [
    "COUNT_MAX",
    "QUEUE_SHOWN",
    "Page",
    "Snapshot",
    "Tray",
    "Usage",
    "Wait",
    "active",
    "bin_page",
    "catalogue",
    "default_version",
    "gallery_count",
    "gallery_page",
    "matching",
    "neighbours",
    "outputs_by_id",
    "owner_token",
    "position",
    "snapshot",
    "snapshots",
    "strip",
    "usage",
    "version_of",
]
