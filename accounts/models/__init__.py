"""The nouns of accounts; the only import path for others."""

from accounts.models.user import User

__all__ = ["User"]
