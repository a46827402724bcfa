"""Everything of a person as one zip, made while it is sent: never whole in memory, nor on disk."""

import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Token, User
from generations import standing
from generations.models import (
    Delivery,
    Deployment,
    Grid,
    Notice,
    Output,
    PastPrompt,
    Prediction,
    RegisteredModel,
    Share,
    Snippet,
    Training,
    Upload,
)

PAGE = 200
PIECE = 256 * 1024

README = """This is everything that {name} has on this site.

profile.json       who you are here
predictions.jsonl  one line for each prediction: what you asked for, and what became of it
outputs.jsonl      one line for each picture: its recipe, whether it is a favourite, since when it is in the bin
grids.jsonl        one line for each grid: what its cells have in common, its rows and columns
prompts.jsonl      one line for each prompt that you have sent
snippets.jsonl     one line for each snippet and list that you keep
models.jsonl       one line for each model of yours in the catalogue
deployments.jsonl  one line for each deployment, with all its releases
trainings.jsonl    one line for each training that you began
tokens.jsonl       one line for each API token: its name, what it may do, when it was used; never the token itself
shares.jsonl       one line for each link: what it leads to, what it shows, how often it was opened
outputs/           the pictures as they were made, named after their ids
uploads/           the pictures that you brought, as they are kept here
"""


class Pipe:
    """What zipfile writes to, and we take from: a file that can neither be read nor sought."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    @property
    def is_full(self) -> bool:
        return self._size >= PIECE

    def take(self) -> bytes:
        data, self._parts, self._size = b"".join(self._parts), [], 0
        return data


def export_of(person: User) -> Iterator[bytes]:
    """The zip in pieces of about 256 KiB. Reads rows page by page and files piece by piece, in the caller's thread."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.writestr("README.txt", README.format(name=person.display_name))
        archive.writestr("profile.json", _json(_profile(person), indent=2))
        predictions = Prediction.objects.filter(user=person).select_related("version__model")
        yield from _lines(
            archive, pipe, "predictions.jsonl", (_prediction(row) for row in _by_id(predictions))
        )
        outputs = Output.objects.filter(user=person).select_related("prediction")
        yield from _lines(archive, pipe, "outputs.jsonl", (_output(row) for row in _by_id(outputs)))
        for name, records in _kept(person):
            yield from _lines(archive, pipe, name, records)
        shares = Share.objects.filter(user=person)
        yield from _lines(archive, pipe, "shares.jsonl", (_share(row) for row in _by_id(shares)))
        for row in _by_id(outputs.filter(standing__lt=standing.HIDE)):
            yield from _picture(archive, pipe, row, f"{row.key}/master.png", f"outputs/{row.pk}.png")
        for row in _by_id(Upload.objects.filter(user=person, standing__lt=standing.HIDE)):
            file, name = ("file", row.pk) if row.is_file else ("picture.webp", f"{row.pk}.webp")
            yield from _picture(archive, pipe, row, f"{row.key}/{file}", f"uploads/{name}")
    yield pipe.take()


def _by_id(rows: QuerySet[Any], *, last: str | int = "") -> Iterator[Any]:
    """Page after page, so that no cursor stays open while a slow reader takes its time."""
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield from page
        last = page[-1].pk


def _kept(person: User) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """What a person keeps for making more."""
    grids = _by_id(Grid.objects.filter(user=person).select_related("version__model"))
    yield "grids.jsonl", (_grid(row) for row in grids)
    past = _by_id(PastPrompt.objects.filter(user=person), last=0)
    yield "prompts.jsonl", ({"prompt": row.prompt, "times": row.times, "last": row.last} for row in past)
    notices = Notice.objects.filter(user=person, leaves_at__lte=timezone.now())
    yield "notices.jsonl", (_notice(row) for row in _by_id(notices.select_related("decision__appeal")))
    snippets = _by_id(Snippet.objects.filter(user=person))
    yield "snippets.jsonl", (_snippet(row) for row in snippets)
    yield "models.jsonl", map(_model, _by_id(RegisteredModel.objects.filter(user=person), last=0))
    deployments = Deployment.objects.filter(user=person).prefetch_related("releases__version__model")
    yield "deployments.jsonl", map(_deployment, _by_id(deployments, last=0))
    trainings = Training.objects.filter(user=person).select_related("version__model", "destination")
    yield "trainings.jsonl", map(_training, _by_id(trainings))
    yield "tokens.jsonl", map(_token, _by_id(Token.objects.filter(user=person), last=0))
    yield "webhooks.jsonl", map(_webhook, _by_id(Delivery.objects.filter(user=person)))


def _token(row: Token) -> dict[str, Any]:
    names = (
        "name",
        "beginning",
        "scopes",
        "daily_limit",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    return {name: getattr(row, name) for name in names}


def _webhook(row: Delivery) -> dict[str, Any]:
    told = (
        "id",
        "prediction_id",
        "event",
        "url",
        "status",
        "tries",
        "answered",
        "error",
        "created_at",
        "ended_at",
    )
    return {name: getattr(row, name) for name in told}


def _grid(row: Grid) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "model": row.version.model.ref,
        "input": row.input,
        "rows": row.rows,
        "columns": row.columns,
        "created_at": row.created_at,
    }


def _model(row: RegisteredModel) -> dict[str, Any]:
    told = (
        "description",
        "readme",
        "github_url",
        "paper_url",
        "license_url",
        "weights_url",
        "cover_image_url",
    )
    return {
        "ref": row.ref,
        "visibility": row.visibility,
        "hardware": row.hardware,
        **{name: getattr(row, name) for name in told},
        "created_at": row.created_at,
    }


def _deployment(row: Deployment) -> dict[str, Any]:
    releases = [
        {
            "number": each.number,
            "version": f"{each.version.model.ref}:{each.version_id}",
            "hardware": each.hardware,
            "min_instances": each.min_instances,
            "max_instances": each.max_instances,
            "created_at": each.created_at,
        }
        for each in row.releases.all()
    ]
    return {"name": row.name, "created_at": row.created_at, "releases": releases}


def _training(row: Training) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": f"{row.version.model.ref}:{row.version_id}",
        "destination": row.destination.ref,
        "input": row.input,
        "status": row.status,
        "error": row.error or None,
        "created_at": row.created_at,
        "completed_at": row.completed_at,
    }


def _notice(row: Notice) -> dict[str, Any]:
    appeal = getattr(row.decision, "appeal", None)
    return {
        "decision": row.decision_id,
        "subject": row.subject,
        "text": row.text,
        "at": row.leaves_at,
        "appeal": appeal.text if appeal else None,
        "answer": appeal.answer if appeal else None,
    }


def _snippet(row: Snippet) -> dict[str, Any]:
    return {"kind": row.kind, "name": row.name, "text": row.text, "settings": row.values}


def _lines(
    archive: zipfile.ZipFile, pipe: Pipe, name: str, records: Iterator[dict[str, Any]]
) -> Iterator[bytes]:
    with archive.open(name, "w", force_zip64=True) as file:
        for record in records:
            file.write(_json(record).encode() + b"\n")
            if pipe.is_full:
                yield pipe.take()


def _picture(
    archive: zipfile.ZipFile, pipe: Pipe, row: Output | Upload, path: str, name: str
) -> Iterator[bytes]:
    try:
        source = default_storage.open(path)
    except FileNotFoundError:
        return  # its line in outputs.jsonl is all that there is
    entry = zipfile.ZipInfo(name, row.created_at.timetuple()[:6])
    with source, archive.open(entry, "w", force_zip64=True) as target:  # stored: it is compressed already
        while piece := source.read(PIECE):
            target.write(piece)
            if pipe.is_full:
                yield pipe.take()


def _profile(person: User) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "handle": person.handle,
        "is_guest": person.is_guest,
        "joined_at": person.date_joined,
    }


def _prediction(row: Prediction) -> dict[str, Any]:
    return {
        "id": row.pk,
        "model": row.version.model.ref,
        "version": row.version_id,
        "input": row.input,
        "status": row.status,
        "error": row.error or None,
        "metrics": row.metrics,
        "output": row.output_json,
        "source": row.source,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "completed_at": row.completed_at,
    }


def _output(row: Output) -> dict[str, Any]:
    return {
        "id": row.pk,
        "prediction": row.prediction_id,
        "file": f"outputs/{row.pk}.png",
        "sha256": row.sha256,
        "width": row.width,
        "height": row.height,
        "recipe": row.recipe,
        "read_as": row.read_as,
        "is_favourite": row.is_favourite,
        "trashed_at": row.trashed_at,
        "created_at": row.created_at,
    }


def _share(row: Share) -> dict[str, Any]:
    return {
        "id": row.pk,
        "output": row.output_id,
        "prediction": row.prediction_id,
        "shows_prompt": row.shows_prompt,
        "shows_seed": row.shows_seed,
        "shows_recipe": row.shows_recipe,
        "shows_name": row.shows_name,
        "shows_origins": row.shows_origins,
        "strips_metadata": row.strips_metadata,
        "is_public": row.is_public,
        "has_password": bool(row.password),
        "expires_at": row.expires_at,
        "views_most": row.views_most,
        "views": row.views,
        "likes": row.likes,
        "created_at": row.created_at,
        "revoked_at": row.revoked_at,
    }


def _json(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent)
