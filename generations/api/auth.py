"""Who asks: a token in `Authorization`, "Bearer" or "Token" before it. Each operation says what the token must allow.

    @router.get("/models", …)                    READ, unless it says otherwise
    @router.post("/models", auth=WRITE, …)

An operation finds the token in `request.auth` and its person in `request.user`. Counted here too: how fast it asks.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from accounts import tokens
from accounts.buckets import Level, take
from accounts.models import Scope, Token
from accounts.throttle import network_of
from generations.api import bodies
from generations.api.problems import Problem

UNKNOWN = (
    "You did not pass a valid authentication token. "
    'Send "Authorization: Bearer <token>", with a token from the account page of this site.'
)
STRANGERS = 300  # tries without a valid token in a minute, from one network


@dataclass(eq=False)
class Needs(HttpAuthBase):
    """The token must have this scope. `is_create`: it is counted with the creates, which are fewer."""

    scope: Scope
    is_create: bool = False

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Token:
        """Raises Problem: 401 without a token that works, 403 without the scope, 429 when asked too fast."""
        token = tokens.find(tokens.sent(request.headers.get("Authorization", "")))
        if token is None:
            _count_stranger(request)
            raise Problem(401, UNKNOWN, title="Unauthenticated", headers={"WWW-Authenticate": "Bearer"})
        _count(request, token, is_create=self.is_create)
        if not token.may(self.scope):
            raise Problem(403, f'This token may not do that: it lacks the scope "{self.scope.value}".')
        tokens.touch(token)
        bodies.read(request)
        request.user = token.user
        return token


READ = Needs(Scope.READ)
PREDICT = Needs(Scope.PREDICT)
CREATE = Needs(Scope.PREDICT, is_create=True)
WRITE = Needs(Scope.WRITE)


def _count(request: Any, token: Token, *, is_create: bool) -> None:
    """By person, so that many tokens are no way round; asking again at once costs nothing more."""
    what = "creates" if is_create else "calls"
    most = settings.LIMITS["api_creates" if is_create else "api_calls"]
    level = take(f"api:{what}:{token.user_id}", most=most)
    request.rate_level = level  # frame.py says it in the headers of the answer
    _check(level)


def _count_stranger(request: HttpRequest) -> None:
    _check(take(f"api:stranger:{network_of(request)}", most=STRANGERS))


def _check(level: Level) -> None:
    if level.wait_s:
        detail = f"Request was throttled. Your rate limit resets in ~{level.wait_s}s."
        raise Problem(429, detail, headers={"Retry-After": str(level.wait_s)})
