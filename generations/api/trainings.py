"""Trainings: begun where a version can be trained, listed, canceled."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from generations import access, queries
from generations.api.auth import CREATE, PREDICT
from generations.api.objects.training import TrainingObject, training_object
from generations.api.paging import PageOf, page
from generations.api.problems import Problem
from generations.errors import NotAllowed, NotFound
from generations.services import trainings

router = Router(tags=["trainings"])
NO_SUCH_DESTINATION = "The destination does not exist, or is not yours."
UNFIT = "Invalid version or not permitted"


class TrainingCreate(Schema):
    destination: Annotated[str, Field(max_length=200)]
    input: dict[str, Any]


@router.post(
    "/models/{owner}/{name}/versions/{version_id}/trainings", auth=CREATE, response={201: TrainingObject}
)
def trainings_create(
    request: HttpRequest, owner: str, name: str, version_id: str, body: TrainingCreate
) -> None:
    """Train a version into a model of one's own. A version that cannot be trained is refused, as all are so far."""
    model = access.model_read(request.user, owner, name)
    version = access.version_of_model(request.user, model, version_id)
    try:
        destination = access.model_read(request.user, *_parts(body.destination))
    except NotFound:
        raise Problem(404, NO_SUCH_DESTINATION) from None
    try:
        trainings.create(request.user, version, destination=destination, input=body.input)
    except NotAllowed as error:
        raise Problem(422, error.sentence, title=UNFIT) from None


@router.get("/trainings", response=PageOf[TrainingObject])
def trainings_list(request: HttpRequest, cursor: str = "") -> dict[str, Any]:
    """Trainings of the token's person, newest first."""
    rows = queries.trainings_of(request.user)
    return page(request, rows, show=lambda rows: [training_object(request, row) for row in rows])


@router.get("/trainings/{training_id}", response=TrainingObject)
def trainings_get(request: HttpRequest, training_id: str) -> dict[str, Any]:
    """One training."""
    return training_object(request, access.training_read(request.user, training_id))


@router.post("/trainings/{training_id}/cancel", auth=PREDICT, response=TrainingObject)
def trainings_cancel(request: HttpRequest, training_id: str) -> dict[str, Any]:
    """End it. One that has ended stays as it is."""
    return training_object(request, trainings.cancel(access.training_write(request.user, training_id)))


def _parts(ref: str) -> tuple[str, str]:
    owner, _, name = ref.partition("/")
    return owner, name
