"""How many sockets an account and an address hold in this process."""

from collections import Counter

PER_PERSON = 20
PER_ADDRESS = 60


class Crowd:
    def __init__(self) -> None:
        self._people: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    def enter(self, person: str, address: str) -> bool:
        """False when there are too many already."""
        if self._people[person] >= PER_PERSON or self._addresses[address] >= PER_ADDRESS:
            return False
        self._people[person] += 1
        self._addresses[address] += 1
        return True

    def leave(self, person: str, address: str) -> None:
        for counter, key in ((self._people, person), (self._addresses, address)):
            counter[key] -= 1
            if counter[key] <= 0:
                del counter[key]
