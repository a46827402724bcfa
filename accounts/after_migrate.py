"""What every migration is followed by: guards that it may have lost, and the groups of the staff.

Called by Django's own hook for this moment, the one signal that the house listens to: a migration of any app, now or
later, may build a table anew, and no line of ours runs after it otherwise.
"""

from typing import Any

from accounts import guard, roles


def bring_back(**kwargs: Any) -> None:
    guard.ensure()
    roles.ensure_groups()
