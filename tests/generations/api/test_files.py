"""Files of programs: the three encodings of the clients, what is told of a file, its signed link, its end."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Scope, User
from generations.models import Upload
from generations.services import uploads
from tests.generations.api.conftest import Program
from tests.generations.pictures import gradient, saved

pytestmark = pytest.mark.django_db
DATA = b"a,b\n1,2\n"


def part(name: str = "t.csv", data: bytes = DATA, type: str = "text/csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type=type)


def send(program: Program, **fields: Any) -> Any:
    """A multipart form, as the clients send it."""
    return Client().post("/v1/files", fields, headers={"Authorization": f"Bearer {program.token}"})


def test_file_is_kept_and_told(program: Program, alice: User) -> None:
    """All that the strictest client wants to know of a file, and its bytes untouched."""
    answer = send(program, content=part())
    told = answer.json()
    assert answer.status_code == 201
    assert (told["name"], told["content_type"], told["size"]) == ("t.csv", "text/csv", len(DATA))
    assert told["checksums"] == {
        "sha256": hashlib.sha256(DATA).hexdigest(),
        "md5": hashlib.md5(DATA).hexdigest(),
    }
    assert told["etag"] == told["checksums"]["md5"]
    assert told["metadata"] == {}
    assert told["urls"]["get"] == f"http://testserver/v1/files/{told['id']}"
    assert program.get(f"/files/{told['id']}").json() == told
    assert default_storage.open(f"{alice.uploads.get().key}/file").read() == DATA


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": json.dumps({"a": "1"})},
        {"metadata[a]": "1"},
        {"metadata": SimpleUploadedFile("blob", b'{"a": "1"}', content_type="application/json")},
    ],
)
def test_metadata_comes_in_three_ways(program: Program, fields: dict[str, Any]) -> None:
    """As a field of JSON, in brackets, and as a file."""
    assert send(program, content=part(), **fields).json()["metadata"] == {"a": "1"}


def test_name_and_type_may_be_fields(program: Program) -> None:
    """One client calls every file "upload" and says the rest beside it."""
    told = send(
        program,
        content=part("upload", type="application/octet-stream"),
        filename="x.txt",
        type="text/plain; charset=utf-8",
    ).json()
    assert (told["name"], told["content_type"]) == ("x.txt", "text/plain")


def test_bytes_say_what_a_picture_is(program: Program) -> None:
    """However it is called."""
    told = send(program, content=part("a.txt", saved(gradient(), "PNG"), "text/html")).json()
    assert told["content_type"] == "image/png"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\boot.ini", "boot.ini"),
        ("a\r\nb.txt", "ab.txt"),
        ("...", "file"),
        ("ü" * 400, "ü" * 255),
    ],
)
def test_name_is_a_name(program: Program, name: str, kept: str) -> None:
    """No path, no line break, no endless one."""
    assert send(program, content=part(), filename=name).json()["name"] == kept


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "content"),
        ({"content": "text"}, "content"),
        ({"content": part(), "metadata": "[1]"}, "metadata"),
        ({"content": part(), "metadata": "{"}, "metadata"),
        ({"content": part(), "metadata": '{"a": NaN}'}, "metadata"),
        ({"content": part(), "metadata": json.dumps({"a": "x" * 20_000})}, "metadata"),
        ({"content": part(), "metadata": '{"a": "\\u0000"}'}, "metadata"),
        ({"content": part(), "metadata": '{"a": "\\ud800"}'}, "metadata"),
    ],
)
def test_bad_form_names_the_field(program: Program, fields: dict[str, Any], field: str) -> None:
    """422 and the name of what is wrong; nothing is kept."""
    answer = send(program, **fields)
    assert answer.status_code == 422
    assert answer.json()["invalid_fields"][0]["field"] == field
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("body", "type"),
    [
        (b"{}", "application/json"),
        (b"rubbish", "multipart/form-data; boundary=b"),
        (b"", "multipart/form-data"),
        (b"--b\r\nContent-Disposition: form-data; name=content", "multipart/form-data; boundary=b"),
    ],
)
def test_body_that_is_no_form_is_refused(program: Program, body: bytes, type: str) -> None:
    """4xx and a problem, whatever it is."""
    headers = {"Authorization": f"Bearer {program.token}"}
    answer = Client().generic("POST", "/v1/files", body, content_type=type, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_empty_file_is_a_file(program: Program) -> None:
    """Nothing in it is no fault."""
    assert send(program, content=part(data=b"")).json()["size"] == 0


def test_file_over_the_limit_is_refused(program: Program, settings: Any) -> None:
    """413, with the limit in the sentence; one that just fits is taken."""
    settings.LIMITS = {**settings.LIMITS, "file_mb": 1}
    answer = send(program, content=part(data=b"x" * (2**20 + 1)))
    assert (answer.status_code, "1 MB" in answer.json()["detail"]) == (413, True)
    assert send(program, content=part(data=b"x" * 2**20)).status_code == 201


def test_files_are_counted_by_the_hour(program: Program, settings: Any) -> None:
    """429, and when to come back."""
    settings.LIMITS = {**settings.LIMITS, "files_per_hour": 2}
    assert [send(program, content=part()).status_code for _ in range(3)] == [201, 201, 429]


def test_files_take_room(program: Program, settings: Any) -> None:
    """They count towards what a person may keep."""
    settings.LIMITS = {**settings.LIMITS, "storage_mb": 1}
    assert send(program, content=part(data=b"x" * 2**20)).status_code == 201
    assert send(program, content=part()).status_code == 403


def test_list_is_of_ones_own_newest_first(program: Program, bob: User) -> None:
    """Pages of the person's files, and nobody else's; pictures of the studio are no files."""
    ids = [send(program, content=part()).json()["id"] for _ in range(2)]
    send(Program(tokens.create(bob, "bob's")[1]), content=part())
    Upload.objects.create(user=bob, key="uploads/x/y", size=1, expires_at=timezone.now() + timedelta(days=1))
    told = program.get("/files").json()
    assert [file["id"] for file in told["results"]] == ids[::-1]
    assert (told["next"], told["previous"]) == (None, None)


def test_list_asks_a_constant_number_of_questions(
    program: Program, django_assert_max_num_queries: Any
) -> None:
    """However many there are."""
    for _ in range(5):
        send(program, content=part())
    with django_assert_max_num_queries(4):
        program.get("/files")


def test_deleted_file_is_gone(program: Program, django_capture_on_commit_callbacks: Any) -> None:
    """204 with nothing in it, then 404; its bytes are gone too."""
    told = send(program, content=part()).json()
    key = Upload.objects.get().key
    with django_capture_on_commit_callbacks(execute=True):
        answer = program.ask("DELETE", f"/files/{told['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert program.get(f"/files/{told['id']}").status_code == 404
    assert program.ask("DELETE", f"/files/{told['id']}").status_code == 404
    assert not default_storage.exists(f"{key}/file")


def test_deleting_needs_the_scope_to_write(alice: User, program: Program) -> None:
    """A token that may only predict brings files and takes none away."""
    few = Program(tokens.create(alice, "few", scopes=[Scope.PREDICT])[1])
    told = send(few, content=part()).json()
    assert few.ask("DELETE", f"/files/{told['id']}").status_code == 403


def test_file_runs_out(program: Program, django_capture_on_commit_callbacks: Any) -> None:
    """After a day it is not there any more, and then swept up."""
    told = send(program, content=part()).json()
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert program.get(f"/files/{told['id']}").status_code == 404
    assert Client().get(told["urls"]["download"]).status_code == 404
    assert program.get("/files").json()["results"] == []
    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.sweep() == 1


def read(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def test_link_opens_the_bytes_without_a_token(program: Program) -> None:
    """Sent as an attachment of no type, whatever is in it; an Authorization header changes nothing."""
    told = send(program, content=part("evil é.html", b"<script>alert(1)</script>", "text/html")).json()
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        answer = Client().get(told["urls"]["download"], headers=headers)
        assert (answer.status_code, read(answer)) == (200, b"<script>alert(1)</script>")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''evil%20%C3%A9.html"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "forged"},
        {"signature": ""},
        {"owner": "somebody"},
        {"expiry": "9999999999"},
        {"expiry": "0"},
        {"expiry": "١٢"},
        {"expiry": "9" * 400},
        {"signature": "é\x00"},
    ],
)
def test_forged_link_opens_nothing(program: Program, change: dict[str, str]) -> None:
    """Each of its parts is signed."""
    url = urlsplit(send(program, content=part()).json()["urls"]["download"])
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert Client().get(url.path, {**asked, **change}).status_code == 404


@pytest.mark.parametrize("id", ["x", "0" * 26, "%00", "..", "A" * 26, "a" * 500])
def test_id_of_nothing_is_not_found(program: Program, id: str) -> None:
    """Malformed or strange, never a fault of ours."""
    assert program.get(f"/files/{id}").status_code == 404
    assert Client().get(f"/v1/files/{id}/download").status_code == 404


def test_secret_of_webhooks_is_the_persons(program: Program, bob: User) -> None:
    """The same each time, and another one for another person."""
    key = program.get("/webhooks/default/secret").json()["key"]
    assert key.startswith("whsec_")
    assert program.get("/webhooks/default/secret").json() == {"key": key}
    other = Program(tokens.create(bob, "bob's")[1])
    assert other.get("/webhooks/default/secret").json()["key"] != key


@pytest.mark.parametrize("value", ["\0", "\ud800", "x\ny", 7, None, [], {"a": 1}])
def test_bent_cursor_is_refused(program: Program, value: Any) -> None:
    """Whatever is put into it; nothing of it reaches the database as it is."""
    bent = base64.urlsafe_b64encode(json.dumps(["n", value, value]).encode()).decode()
    assert program.get(f"/files?cursor={bent}").status_code in (200, 422)
