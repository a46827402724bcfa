"""A recipe from a file: the composer with what was in it, and words for what was not."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from generations.models import RegisteredModel, Upload, Version
from inference.runners import echo
from tests.generations.importing import samples
from tests.generations.pictures import gradient, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db: None) -> Version:
    model = RegisteredModel.objects.create(owner="safelight", name="echo", title="Echo")
    return Version.objects.create(pk="e" * 64, model=model, schema=echo.SCHEMA)


def drop(client: Client, data: bytes, **headers: str):
    return client.post("/import/", {"recipe-file": SimpleUploadedFile("a.png", data)}, headers=headers)


def test_a_visitor_gets_the_composer_filled_and_nothing_is_kept(version: Version) -> None:
    page = drop(Client(), samples.png(parameters=samples.A1111)).content.decode()
    assert "a lighthouse in a storm" in page
    assert 'value="30"' in page
    assert "Taken over from a picture made with AUTOMATIC1111" in page
    assert "sampler (DPM++ 2M)" in page
    assert (User.objects.count(), Upload.objects.count()) == (0, 0)


def test_what_stands_in_a_file_is_shown_as_text(version: Version) -> None:
    told = {**samples.INVOKE, "positive_prompt": "<script>alert(1)</script>", "scheduler": "<img src=x>"}
    page = drop(Client(), samples.png(invokeai_metadata=json.dumps(told))).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (saved(gradient(), "PNG"), "no recipe in this file"),
        (b"%PDF", "not a PNG, JPEG, WebP or AVIF"),
        (b"", "The file is empty."),
    ],
)
def test_a_file_without_a_recipe_is_said(version: Version, data: bytes, sentence: str) -> None:
    answer = drop(Client(), data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_page_works_without_scripts(version: Version) -> None:
    page = Client().get("/import/").content.decode()
    assert 'type="file"' in page
    assert 'enctype="multipart/form-data"' in page


def test_how_often_is_limited(version: Version, settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "uploads_per_hour": 1}
    drop(Client(), b"")
    answer = drop(Client(), b"")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
