"""The nouns of accounts; the only import path for others."""

from accounts.models.handle import Handle
from accounts.models.link import OneTimeLink
from accounts.models.user import User

__all__ = ["Handle", "OneTimeLink", "User"]
