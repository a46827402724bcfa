"""API tokens: made and shown once, found by their hash, revoked at once."""

import hashlib
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.errors import TokenRefused
from accounts.models import Scope, Token, User

PREFIX = "r8_"  # as the clients of this API expect it, and secret scanners know it
LETTERS = string.ascii_letters + string.digits
RANDOM = 37  # letters, over 220 bits; 40 in all, and no client takes another number
SHOWN = 7  # letters by which a person knows a token again
USED_EVERY = timedelta(minutes=5)
MOST = 50  # of one person
SCHEMES = {"bearer", "token"}


def create(
    user: User,
    name: str,
    *,
    scopes: Iterable[str] = Scope.values,
    expires_at: datetime | None = None,
    daily_limit: int | None = None,
) -> tuple[Token, str]:
    """A new token, and what it reads: the only time that anybody sees it. Raises TokenRefused."""
    if user.is_guest:
        raise TokenRefused("A guest has no tokens. Sign up first.")
    if living(user) >= MOST:
        raise TokenRefused(f"You have {MOST} tokens, and that is the most. Revoke one that you do not use.")
    wanted = [scope for scope in Scope.values if scope in set(scopes)]
    if not wanted:
        raise TokenRefused("Choose what the token may do.")
    text = PREFIX + "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
    token = Token.objects.create(
        user=user,
        digest=digest_of(text),
        beginning=text[:SHOWN],
        name=name.strip() or "token",
        scopes=" ".join(wanted),
        expires_at=expires_at,
        daily_limit=daily_limit,
    )
    return token, text


def find(text: str) -> Token | None:
    """The token that reads so, and works now. Looked up by hash: how long that takes tells nothing about it."""
    rows = Token.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
    found = rows.filter(digest=digest_of(text)).first()
    return None if found is None or found.is_expired else found


def sent(header: str) -> str:
    """What a program wrote into `Authorization`, "" where that is no token."""
    scheme, _, text = header.strip().partition(" ")
    return text.strip() if scheme.lower() in SCHEMES else ""


def touch(token: Token) -> None:
    """Note that it is used, at most once in USED_EVERY."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)


def revoke(token: Token) -> None:
    """From the next request on it opens nothing."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])


def listed(user: User) -> list[Token]:
    """Those that are not revoked, newest first."""
    return list(Token.objects.filter(user=user, revoked_at=None).order_by("-id"))


def living(user: User) -> int:
    """How many tokens of this person are not revoked."""
    return Token.objects.filter(user=user, revoked_at=None).count()


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
