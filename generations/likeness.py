"""How near two fingerprints are; apart from what makes them, which takes numpy. Pure."""

NEAR = 31  # of 256 bits: at most so many differ between two copies of one picture


def distance(one: str, other: str) -> int:
    """How many of the 256 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
