"""The shipped model with its own schema, a studio to send forms to, and people with pictures of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Token, User
from generations import imaging
from generations.api.objects.file import file_object
from generations.ids import new_id
from generations.models import (
    Album,
    BulkAction,
    Case,
    Cell,
    Decision,
    Delivery,
    Grid,
    Notice,
    Output,
    Placement,
    Prediction,
    RegisteredModel,
    Report,
    SavedSearch,
    Share,
    Snippet,
    Status,
    Tag,
    Upload,
    Version,
)
from generations.services import cases
from generations.signing import api_url, media_url, shown_url, stream_path, token_of, upload_url
from inference.runners import echo
from inference.runners.picto.schema import SCHEMA as PICTO

MASTER = b"a picture, as far as these tests look"


@dataclass(frozen=True)
class Things:
    """What one person has: a prediction that waits, pictures of all kinds, and what they sort and make them by."""

    waiting: Prediction
    output: Output
    binned: Output
    upload: Upload
    file: Upload
    delivery: Delivery
    grid: Grid
    snippet: Snippet
    share: Share
    report: Report
    album: Album
    tag: Tag
    search: SavedSearch
    bulk: BulkAction
    token: Token | None  # a guest has none
    secret: str  # what the token reads
    case: Case
    notice: Notice

    def fill(self, address: str) -> str:
        """`address` with the ids of these things in it."""
        words = {
            "{prediction}": self.waiting.pk,
            "{output}": self.output.pk,
            "{binned}": self.binned.pk,
            "{grid}": self.grid.pk,
            "{snippet}": self.snippet.pk,
            "{album}": self.album.pk,
            "{tag}": str(self.tag.pk),
            "{search}": str(self.search.pk),
            "{bulk}": self.bulk.pk,
            "{api_token}": str(self.token.pk if self.token else 0),
            "{stream}": stream_path(self.waiting).rpartition("/")[2],
            "{media}": media_url(self.output, "master.png"),
            "{picture}": upload_url(self.upload, "picture.webp"),
            "{file}": self.file.pk,
            "{download}": file_object(self.file, origin="")["urls"]["download"],
            "{for_programs}": api_url(self.output, origin=""),
            "{delivery}": self.delivery.pk,
            "{share}": self.share.pk,
            "{token}": token_of("share", self.share),
            "{shown}": shown_url(self.share, self.output, "master.png"),
            "{case}": self.case.pk,
            "{notice}": self.notice.pk,
            "{receipt}": token_of("report", self.report),
        }
        for word, value in words.items():
            address = address.replace(word, value)
        return address

    def filled(self, form: dict[str, str]) -> dict[str, str]:
        return {name: self.fill(value) for name, value in form.items()}


def version_of(name: str, schema: dict[str, Any]) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name=name, title=name)
    return Version.objects.create(pk=name[0] * 64, model=model, schema=schema)


@pytest.fixture
def version(db: None) -> Version:
    return version_of("picto", PICTO)


@pytest.fixture
def large(version: Version) -> Version:
    """A second model, with sizes and guidance."""
    return version_of("echo", echo.SCHEMA)


@pytest.fixture
def studio(alice: User, version: Version, client_of: Callable[[User | None], Client]) -> Client:
    """Alice's browser, before the shipped model."""
    return client_of(alice)


@pytest.fixture
def things_of(version: Version, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Things]:
    """things_of(user, prompt="…"): made now, and kept on storage."""
    monkeypatch.setattr(imaging, "export", lambda master, **options: master)

    def make(user: User, *, prompt: str = "a fox", **fields: Any) -> Things:
        output = _output(user, version, prompt, **fields)
        album = Album.objects.create(user=user, name="mine")
        Placement.objects.create(album=album, output=output)
        share = Share.objects.create(user=user, output=output)
        token, secret = (None, "") if user.is_guest else tokens.create(user, "a program")
        upload = _upload(user)
        return Things(
            case=_case(output),
            notice=_notice(upload),
            waiting=_prediction(user, version, prompt, status=Status.STARTING),
            token=token,
            secret=secret,
            output=output,
            share=share,
            report=Report.objects.create(share=share, rule="other", subject=output.pk, publisher_id=user.pk),
            binned=_output(user, version, prompt, trashed_at=timezone.now(), **fields),
            upload=upload,
            file=_file(user),
            delivery=Delivery.objects.create(
                user=user,
                prediction=output.prediction,
                event="completed",
                url="https://receiver.example/",
                status="failed",
                ended_at=timezone.now(),
            ),
            grid=_grid(user, version, prompt),
            snippet=Snippet.objects.create(user=user, name=prompt, text=prompt),
            album=album,
            tag=Tag.objects.create(user=user, name="blue"),
            search=SavedSearch.objects.create(user=user, name="foxes", words="fox"),
            bulk=BulkAction.objects.create(user=user, verb="rate", argument="4", selection={}, status="done"),
        )

    return make


def _case(output: Output) -> Case:
    return cases.file_signal(output, kind="report", category="violence")


def _notice(upload: Upload) -> Notice:
    """About what they brought: a warning that has left."""
    case = Case.objects.create(
        subject_kind="upload",
        subject_id=upload.pk,
        person=upload.user,
        cluster=new_id(),
        category="spam",
        state="decided",
        decided_at=timezone.now(),
        due_at=timezone.now(),
    )
    decision = Decision.objects.create(
        case=case, person=upload.user, outcome="warn", category="spam", automated_decision=True
    )
    return Notice.objects.create(
        user=upload.user, decision=decision, subject="A decision", text="Mind.", leaves_at=timezone.now()
    )


def _grid(user: User, version: Version, prompt: str) -> Grid:
    columns = {"field": "steps", "label": "Steps", "values": [12], "finds": []}
    grid = Grid.objects.create(
        user=user, version=version, name=prompt, input={"prompt": prompt, "seed": 7}, columns=columns
    )
    Cell.objects.create(grid=grid, row=0, column=0)
    return grid


def _prediction(user: User, version: Version, prompt: str, **fields: Any) -> Prediction:
    input = {"prompt": prompt, "steps": 12, "seed": 7}
    return Prediction.objects.create(user=user, version=version, input=input, prompt=prompt, **fields)


def _output(user: User, version: Version, prompt: str, **fields: Any) -> Output:
    ended = _prediction(user, version, prompt, status=Status.SUCCEEDED, completed_at=timezone.now())
    key = f"outputs/te/{new_id()}"
    default_storage.save(f"{key}/master.png", ContentFile(MASTER))
    return Output.objects.create(
        prediction=ended,
        user=user,
        index=0,
        key=key,
        seed=7,
        sha256="5" * 64,
        size=len(MASTER),
        width=64,
        height=64,
        placeholder="data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        colour="#112233",
        is_published=True,
        **fields,
    )


def _upload(user: User) -> Upload:
    key = f"uploads/te/{new_id()}"
    default_storage.save(f"{key}/picture.webp", ContentFile(MASTER))
    return Upload.objects.create(
        user=user, key=key, sha256=new_id(), size=len(MASTER), width=64, height=64, expires_at=timezone.now()
    )


def _file(user: User) -> Upload:
    key = f"uploads/te/{new_id()}"
    default_storage.save(f"{key}/file", ContentFile(MASTER))
    return Upload.objects.create(
        user=user,
        is_file=True,
        name="a.bin",
        content_type="application/octet-stream",
        md5="5" * 32,
        key=key,
        sha256=new_id(),
        size=len(MASTER),
        expires_at=timezone.now() + timedelta(days=1),
    )
