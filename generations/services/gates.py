"""What an administrator can close for everybody (accounts/switches.py), asked by the verbs that it closes."""

from accounts import switches
from accounts.models import User
from generations.errors import SwitchedOff

AGAIN_S = 600


def check_generation(user: User) -> None:
    """Raises SwitchedOff. What waits already still runs."""
    now = switches.current()
    if not now.generation:
        raise SwitchedOff(
            "New pictures are switched off on this site just now. What you made is safe, and what waits still runs. "
            "Keep your words and send them later.",
            retry_after_s=AGAIN_S,
        )
    if user.is_guest and not now.guests:
        raise SwitchedOff(
            "Making pictures without an account is switched off just now. "
            "Sign in or sign up to go on: what you made comes along.",
            retry_after_s=AGAIN_S,
        )


def is_generation_open(user: User) -> bool:
    now = switches.current()
    return now.generation and (now.guests or not user.is_guest)


def check_publishing() -> None:
    """Raises SwitchedOff. Links that are there stay open."""
    if not switches.current().publishing:
        raise SwitchedOff(
            "New links are switched off on this site just now. Your picture is safe in your gallery: "
            "share it later. Links that you made before still work.",
            retry_after_s=AGAIN_S,
        )
