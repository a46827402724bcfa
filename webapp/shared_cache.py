"""The cache in Redis; while Redis does not answer, each process counts and remembers for itself."""

from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, TimeoutError

ANSWERS_WITHIN_S = 1.0
ENTRIES_ALONE = 50_000  # limits are counted here: a flood of tries must not push out its own count


class SharedCache(RedisCache):
    """What it holds are limits: counted by each process alone they are wider for a while, and nobody meets an error."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        waits = {"socket_connect_timeout": ANSWERS_WITHIN_S, "socket_timeout": ANSWERS_WITHIN_S}
        super().__init__(server, {**params, "OPTIONS": {**waits, **params.get("OPTIONS", {})}})
        self._alone = LocMemCache("while Redis is away", {"OPTIONS": {"MAX_ENTRIES": ENTRIES_ALONE}})

    def add(self, *args: Any, **how: Any) -> bool:
        return bool(self._or_alone("add", *args, **how))

    def get(self, *args: Any, **how: Any) -> Any:
        return self._or_alone("get", *args, **how)

    def set(self, *args: Any, **how: Any) -> None:
        self._or_alone("set", *args, **how)

    def touch(self, *args: Any, **how: Any) -> bool:
        return bool(self._or_alone("touch", *args, **how))

    def delete(self, *args: Any, **how: Any) -> bool:
        return bool(self._or_alone("delete", *args, **how))

    def has_key(self, *args: Any, **how: Any) -> bool:
        return bool(self._or_alone("has_key", *args, **how))

    def incr(self, *args: Any, **how: Any) -> int:
        """Raises ValueError for a key that is not there, as when Redis went away since it was added."""
        return int(self._or_alone("incr", *args, **how))

    def _or_alone(self, verb: str, *args: Any, **how: Any) -> Any:
        try:
            return getattr(super(), verb)(*args, **how)
        except (ConnectionError, TimeoutError):
            return getattr(self._alone, verb)(*args, **how)
