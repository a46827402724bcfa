"""How many sockets an account and an address hold in this process; of "" (nobody) only the address is counted."""

from collections import Counter

from django.conf import settings


class Crowd:
    def __init__(self) -> None:
        self._people: Counter[str] = Counter()
        self._addresses: Counter[str] = Counter()

    def has_room(self, person: str, address: str) -> bool:
        most = settings.LIMITS
        has_own = not person or self._people[person] < most["sockets"]
        return has_own and self._addresses[address] < most["sockets_address"]

    def enter(self, person: str, address: str) -> bool:
        """False when there are too many already."""
        if not self.has_room(person, address):
            return False
        self._people[person] += 1
        self._addresses[address] += 1
        return True

    def leave(self, person: str, address: str) -> None:
        for counter, key in ((self._people, person), (self._addresses, address)):
            counter[key] -= 1
            if counter[key] <= 0:
                del counter[key]
