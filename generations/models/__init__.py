"""The nouns of generations; the only import path for others."""

from generations.models.album import Album, Placement
from generations.models.bulk import BULK_ACTIVE, BulkAction, BulkChange, BulkStatus, Verb
from generations.models.catalog import RegisteredModel, Version
from generations.models.engine import Engine
from generations.models.grid import Cell, Grid
from generations.models.journal import Chunk, JournalEvent, Preview
from generations.models.origin import Origin, OriginKind
from generations.models.output import RATING_MAX, Output
from generations.models.prediction import ACTIVE, TERMINAL, Prediction, Status
from generations.models.report import Report, Rule
from generations.models.search import SavedSearch, SearchEntry
from generations.models.share import Like, Share
from generations.models.tag import Tag, Tagging
from generations.models.upload import Upload
from generations.models.words import PastPrompt, Snippet, SnippetKind

__all__ = [
    "ACTIVE",
    "BULK_ACTIVE",
    "RATING_MAX",
    "TERMINAL",
    "Album",
    "BulkAction",
    "BulkChange",
    "BulkStatus",
    "Cell",
    "Chunk",
    "Engine",
    "Grid",
    "JournalEvent",
    "Like",
    "Origin",
    "OriginKind",
    "Output",
    "PastPrompt",
    "Placement",
    "Prediction",
    "Preview",
    "RegisteredModel",
    "Report",
    "Rule",
    "SavedSearch",
    "SearchEntry",
    "Share",
    "Snippet",
    "SnippetKind",
    "Status",
    "Tag",
    "Tagging",
    "Upload",
    "Verb",
    "Version",
]
