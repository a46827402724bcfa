"""What can go wrong in the engine: one tree; the server maps it to HTTP, the batcher to a failed prediction.

InferenceError
├── InvalidInput     422: the input does not fit the version's schema
├── UnknownVersion   404: no loaded model answers to that name
├── UnknownPrediction 404: never seen, or finished more than ten minutes ago
├── AtCapacity       409: enough is waiting here already
├── NotReady         503: loading, draining, or the model could not be loaded
├── TooLarge         413: the body is over the limit
├── Unauthorised     401: the bearer token is missing or wrong
├── BrokenWeights    the model's files are missing, damaged or of another version; the engine loads nothing
└── RunnerError      the model itself could not draw; ends the prediction as failed
"""

from __future__ import annotations


class InferenceError(Exception):
    """Base of all. `sentence` is for people, `http` the status that the server answers with."""

    http = 500

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidInput(InferenceError):
    """`field` names the input at fault, or is empty when it is the body as a whole."""

    http = 422

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class UnknownVersion(InferenceError):
    http = 404


class UnknownPrediction(InferenceError):
    http = 404


class AtCapacity(InferenceError):
    http = 409


class NotReady(InferenceError):
    http = 503


class TooLarge(InferenceError):
    http = 413


class Unauthorised(InferenceError):
    http = 401


class BrokenWeights(InferenceError):
    """Raised while a model is loaded. The sentence names the file and says what is wrong with it."""

    http = 503


class RunnerError(InferenceError):
    """Raised by a runner with a sentence that may be shown to the person who asked for the picture."""
