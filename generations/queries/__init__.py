"""Everything that pages read, a file for each subject; each function a constant number of queries.

The only import path for others.
"""

from generations.queries.account import Usage, left_today, usage
from generations.queries.catalogue import (
    catalogue,
    default_version,
    is_out_of_order,
    served_versions,
    version_of,
)
from generations.queries.gallery import (
    COUNT_MAX,
    bin_page,
    gallery_count,
    gallery_page,
    neighbours,
    outputs_by_id,
)
from generations.queries.grids import GridCard, Table, grids_page, left_for_grids, table
from generations.queries.lineage import Tree, has_lineage, lineage_of
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
from generations.queries.words import (
    Remembered,
    list_of_words,
    prompts_count,
    prompts_page,
    recent_prompts,
    snippets,
)

__all__ = [
    "COUNT_MAX",
    "QUEUE_SHOWN",
    "GridCard",
    "Page",
    "Remembered",
    "Snapshot",
    "Table",
    "Tray",
    "Tree",
    "Usage",
    "Wait",
    "active",
    "bin_page",
    "catalogue",
    "default_version",
    "gallery_count",
    "gallery_page",
    "grids_page",
    "has_lineage",
    "is_out_of_order",
    "left_for_grids",
    "left_today",
    "lineage_of",
    "list_of_words",
    "matching",
    "neighbours",
    "outputs_by_id",
    "owner_token",
    "position",
    "prompts_count",
    "prompts_page",
    "recent_prompts",
    "served_versions",
    "snapshot",
    "snapshots",
    "snippets",
    "strip",
    "table",
    "usage",
    "version_of",
]
