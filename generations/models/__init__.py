"""The nouns of generations; the only import path for others."""

from generations.models.catalog import RegisteredModel, Version
from generations.models.engine import Engine
from generations.models.journal import Chunk, JournalEvent, Preview
from generations.models.output import Output
from generations.models.prediction import ACTIVE, TERMINAL, Prediction, Status
from generations.models.report import Report, Rule
from generations.models.share import Like, Share

__all__ = [
    "ACTIVE",
    "TERMINAL",
    "Chunk",
    "Engine",
    "JournalEvent",
    "Like",
    "Output",
    "Prediction",
    "Preview",
    "RegisteredModel",
    "Report",
    "Rule",
    "Share",
    "Status",
    "Version",
]
