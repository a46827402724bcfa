"""A frame: a prediction as it goes over the wire to one kind of reader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """`text` is the JSON of id, seq, status and html. `share_id`: whose viewers it is for; "" = the owner."""

    id: str
    user_id: int
    seq: int
    is_last: bool
    text: str
    share_id: str = ""
