"""The nouns of accounts; the only import path for others."""

from accounts.models.block import Block
from accounts.models.handle import Handle
from accounts.models.link import OneTimeLink
from accounts.models.token import Scope, Token
from accounts.models.user import Sensitive, User

__all__ = ["Block", "Handle", "OneTimeLink", "Scope", "Sensitive", "Token", "User"]
