"""The nouns of generations; the only import path for others."""

from generations.models.action import Action, ActionKind
from generations.models.album import Album, Placement
from generations.models.appeal import APPEAL_MAX, Appeal, AppealState
from generations.models.blocked import BlockedPicture, BlockHash, BlockListStamp
from generations.models.bulk import BULK_ACTIVE, BulkAction, BulkChange, BulkStatus, Verb
from generations.models.case import LIVE, WAITING, Case, CaseState, Queue, SubjectKind
from generations.models.catalog import Example, RegisteredModel, Version, Visibility
from generations.models.collection import Collection
from generations.models.decision import SEVERE, Decision, Ground, Ruling
from generations.models.delivery import (
    PROGRESS_EVENTS,
    Delivery,
    DeliveryStatus,
    SigningSecret,
    WebhookEvent,
)
from generations.models.deployment import Deployment, Release
from generations.models.engine import Engine, EngineKind
from generations.models.evidence import SealedEvidence
from generations.models.grid import Cell, Grid
from generations.models.journal import Chunk, ChunkKind, JournalEvent, Preview
from generations.models.notice import Notice
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
from generations.models.review import ALONE_S, Review
from generations.models.screening import Detector, DetectorState, Screening, ScreeningState
from generations.models.search import SavedSearch, SearchEntry
from generations.models.share import Like, Share
from generations.models.signal import NOTE_MAX, Signal, SignalKind
from generations.models.strike import Strike
from generations.models.tag import Tag, Tagging
from generations.models.training import Training
from generations.models.upload import Upload
from generations.models.words import PastPrompt, Snippet, SnippetKind

__all__ = [
    "ACTIVE",
    "ALONE_S",
    "APPEAL_MAX",
    "BULK_ACTIVE",
    "EDITABLE",
    "LIVE",
    "MATCHED",
    "NOTE_MAX",
    "PROGRESS_EVENTS",
    "RATING_MAX",
    "SEVERE",
    "TERMINAL",
    "WAITING",
    "WITHHELD",
    "Action",
    "ActionKind",
    "Album",
    "Appeal",
    "AppealState",
    "BlockHash",
    "BlockListStamp",
    "BlockedPicture",
    "BulkAction",
    "BulkChange",
    "BulkStatus",
    "Case",
    "CaseState",
    "Cell",
    "Chunk",
    "ChunkKind",
    "Collection",
    "Decision",
    "Delivery",
    "DeliveryStatus",
    "Deployment",
    "Detector",
    "DetectorState",
    "Engine",
    "EngineKind",
    "Example",
    "Grid",
    "Ground",
    "Hold",
    "JournalEvent",
    "Like",
    "Notice",
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
    "Queue",
    "RegisteredModel",
    "Release",
    "Report",
    "Review",
    "Rule",
    "Ruling",
    "SavedSearch",
    "Screening",
    "ScreeningState",
    "SealedEvidence",
    "SearchEntry",
    "Severity",
    "Share",
    "Signal",
    "SignalKind",
    "SigningSecret",
    "Snippet",
    "SnippetKind",
    "Status",
    "Strike",
    "SubjectKind",
    "Tag",
    "Tagging",
    "Training",
    "Upload",
    "Verb",
    "Version",
    "Visibility",
    "WebhookEvent",
]
