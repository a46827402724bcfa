"""Every failure of generations, one tree; faces map it to HTTP in one table, services never know HTTP.

GenerationsError
├── InvalidInput          a field of an input is wrong; says which and why          400 / 422
├── NeedsPassing          a rule warns; sent again with its token it passes        409
├── OverLimit             too many at once or today; says when to come back        429
├── QueueFull             the whole site is full; says when to come back           503
│   └── SwitchedOff       an administrator has closed it for now                   503
├── NotFound              not there, or not yours: the same answer                 404
├── NotAllowed            there and seen, but this person may not                  403
│   └── RoomUsed          their files take all that they may                       403
├── Conflict              the state has moved on                                   409
├── BadPicture            bytes that are not a picture we accept                   422
├── TooLarge              a file of more bytes than are taken                      413
├── StorageFull           no room to keep a file                                   507
├── OutgoingError         an address that a person named
│   ├── AddressRefused    we do not call it, now or later                          422
│   └── AddressSilent     it did not answer, or not well: may go better later      422
└── EngineError           talking to an engine failed
    ├── EngineUnavailable no connection, 503, a cut stream                         503
    │   ├── EngineAway    it cannot have begun: no connection at all, or a 503     503
    │   └── EngineSilent  it is connected but says nothing: stuck                  503
    ├── EngineBusy        409, at capacity: try later, nothing is counted
    └── EngineRefused     the engine says that the input is wrong: final
"""

from dataclasses import dataclass


class GenerationsError(Exception):
    """Base of the tree. `sentence` is for people, `code` for machines."""

    code = "error"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: `field` as the schema names it ("" for the input as a whole).

    `rule`: the prompt rule that it breaks, with its version; `spans`: where in the field its words stand.
    """

    field: str
    sentence: str
    rule: str = ""
    spans: tuple[tuple[int, int], ...] = ()


class InvalidInput(GenerationsError):
    code = "invalid_input"

    def __init__(self, fields: list[FieldError]) -> None:
        super().__init__(" ".join(error.sentence for error in fields))
        self.fields = fields

    def by_field(self) -> dict[str, str]:
        """The first sentence of each field."""
        found: dict[str, str] = {}
        for error in self.fields:
            found.setdefault(error.field, error.sentence)
        return found


class NeedsPassing(GenerationsError):
    """`warnings`: what to say at which field. `token`: handed back with the same input, it says that they were read."""

    code = "needs_passing"

    def __init__(self, warnings: list[FieldError], *, token: str) -> None:
        super().__init__(" ".join(warning.sentence for warning in warnings))
        self.warnings = warnings
        self.token = token


class OverLimit(GenerationsError):
    code = "over_limit"

    def __init__(self, sentence: str, *, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class QueueFull(OverLimit):
    code = "queue_full"


class SwitchedOff(QueueFull):
    code = "switched_off"


class NotFound(GenerationsError):
    code = "not_found"


class NotAllowed(GenerationsError):
    code = "not_allowed"


class RoomUsed(NotAllowed):
    code = "room_used"


class Conflict(GenerationsError):
    code = "conflict"


class BadPicture(GenerationsError):
    code = "bad_picture"


class TooLarge(GenerationsError):
    code = "too_large"


class StorageFull(GenerationsError):
    code = "storage_full"


class OutgoingError(GenerationsError):
    code = "outgoing"


class AddressRefused(OutgoingError):
    code = "address_refused"


class AddressSilent(OutgoingError):
    code = "address_silent"


class EngineError(GenerationsError):
    code = "engine_error"


class EngineUnavailable(EngineError):
    code = "engine_unavailable"


class EngineAway(EngineUnavailable):
    code = "engine_away"


class EngineSilent(EngineUnavailable):
    code = "engine_silent"


class EngineBusy(EngineError):
    code = "engine_busy"


class EngineRefused(EngineError):
    code = "engine_refused"
