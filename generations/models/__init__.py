"""The nouns of generations; the only import path for others."""

from generations.models.catalog import RegisteredModel, Version
from generations.models.engine import Engine
from generations.models.journal import Chunk, JournalEvent, Preview
from generations.models.output import Output
from generations.models.prediction import ACTIVE, TERMINAL, Prediction, Status

__all__ = [
    "ACTIVE",
    "TERMINAL",
    "Chunk",
    "Engine",
    "JournalEvent",
    "Output",
    "Prediction",
    "Preview",
    "RegisteredModel",
    "Status",
    "Version",
]
