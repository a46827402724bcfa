"""The nouns of accounts; the only import path for others."""

from accounts.models.audit import AuditEvent
from accounts.models.block import Block
from accounts.models.handle import Handle
from accounts.models.link import OneTimeLink
from accounts.models.switches import Switches
from accounts.models.token import Scope, Token
from accounts.models.user import Right, Sensitive, User

__all__ = [
    "AuditEvent",
    "Block",
    "Handle",
    "OneTimeLink",
    "Right",
    "Scope",
    "Sensitive",
    "Switches",
    "Token",
    "User",
]
