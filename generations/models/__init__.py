"""The nouns of generations; the only import path for others."""

from generations.models.catalog import RegisteredModel, Version
from generations.models.engine import Engine
from generations.models.grid import Cell, Grid
from generations.models.journal import Chunk, JournalEvent, Preview
from generations.models.origin import Origin, OriginKind
from generations.models.output import Output
from generations.models.prediction import ACTIVE, TERMINAL, Prediction, Status
from generations.models.report import Report, Rule
from generations.models.share import Like, Share
from generations.models.words import PastPrompt, Snippet, SnippetKind

__all__ = [
    "ACTIVE",
    "TERMINAL",
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
    "Prediction",
    "Preview",
    "RegisteredModel",
    "Report",
    "Rule",
    "Share",
    "Snippet",
    "SnippetKind",
    "Status",
    "Version",
]
