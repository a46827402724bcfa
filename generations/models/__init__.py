"""The nouns of generations; the only import path for others."""

from generations.models.album import Album, Placement
from generations.models.blocked import BlockedPicture, BlockHash, BlockListStamp
from generations.models.bulk import BULK_ACTIVE, BulkAction, BulkChange, BulkStatus, Verb
from generations.models.catalog import Example, RegisteredModel, Version, Visibility
from generations.models.collection import Collection
from generations.models.deployment import Deployment, Release
from generations.models.engine import Engine
from generations.models.grid import Cell, Grid
from generations.models.journal import Chunk, JournalEvent, Preview
from generations.models.origin import Origin, OriginKind
from generations.models.output import RATING_MAX, Hold, Output
from generations.models.policy import (
    EDITABLE,
    MATCHED,
    Outcome,
    PolicyHit,
    PolicyState,
    PolicyVersion,
    Severity,
)
from generations.models.prediction import ACTIVE, TERMINAL, WITHHELD, Prediction, Status
from generations.models.report import Report, Rule
from generations.models.screening import Screening, ScreeningState
from generations.models.search import SavedSearch, SearchEntry
from generations.models.share import Like, Share
from generations.models.tag import Tag, Tagging
from generations.models.training import Training
from generations.models.upload import Upload
from generations.models.words import PastPrompt, Snippet, SnippetKind

__all__ = [
    "ACTIVE",
    "BULK_ACTIVE",
    "EDITABLE",
    "MATCHED",
    "RATING_MAX",
    "TERMINAL",
    "WITHHELD",
    "Album",
    "BlockHash",
    "BlockListStamp",
    "BlockedPicture",
    "BulkAction",
    "BulkChange",
    "BulkStatus",
    "Cell",
    "Chunk",
    "Collection",
    "Deployment",
    "Engine",
    "Example",
    "Grid",
    "Hold",
    "JournalEvent",
    "Like",
    "Origin",
    "OriginKind",
    "Outcome",
    "Output",
    "PastPrompt",
    "Placement",
    "PolicyHit",
    "PolicyState",
    "PolicyVersion",
    "Prediction",
    "Preview",
    "RegisteredModel",
    "Release",
    "Report",
    "Rule",
    "SavedSearch",
    "Screening",
    "ScreeningState",
    "SearchEntry",
    "Severity",
    "Share",
    "Snippet",
    "SnippetKind",
    "Status",
    "Tag",
    "Tagging",
    "Training",
    "Upload",
    "Verb",
    "Version",
    "Visibility",
]
