"""Pictures and files in inputs: files that were sent, data URIs, addresses of the web and of the site itself."""

import base64
import ipaddress
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts import tokens
from accounts.models import User
from generations.models import Prediction, RegisteredModel, Upload, Version
from generations.services import sources
from tests.generations.api.conftest import Program, make_output
from tests.generations.pictures import gradient, saved

pytestmark = pytest.mark.django_db
PNG = saved(gradient(), "PNG")
URI = "data:image/png;base64," + base64.b64encode(PNG).decode()
READER = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "title": "Text", "format": "uri"},
        "more": {"type": "array", "title": "More", "items": {"type": "string", "format": "uri"}},
        "times": {"type": "integer", "title": "Times", "minimum": 1, "default": 1},
    },
}


@pytest.fixture
def reader(db: None) -> Version:
    """A model that takes files of any kind, as pushed ones do."""
    model = RegisteredModel.objects.create(owner="safelight", name="reader", title="Reader")
    return Version.objects.create(pk="f" * 64, model=model, schema=READER)


class Web(BaseHTTPRequestHandler):
    """/cat.png is a picture, /words.txt is text, /moved leads on, /gone is not there."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, body = {"/cat.png": (200, PNG), "/words.txt": (200, b"words"), "/moved": (302, b"")}.get(
            self.path.partition("?")[0], (404, b"")
        )
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Location", "/cat.png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        return None


@pytest.fixture
def web(settings: Any) -> Iterator[str]:
    """A server that the administrator allows."""
    settings.OUTGOING_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    Web.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def sent(program: Program, data: bytes = PNG, name: str = "cat.png") -> dict[str, Any]:
    file = SimpleUploadedFile(name, data)
    return (
        Client()
        .post("/v1/files", {"content": file}, headers={"Authorization": f"Bearer {program.token}"})
        .json()
    )


def make(program: Program, version: Version, **input: Any) -> Any:
    said = {"prompt": "a fox", **input} if "prompt" in version.schema["properties"] else input
    return program.post("/predictions", {"version": version.pk, "input": said})


def what_the_engine_gets(field: str) -> Any:
    return sources.encode(sources.locate(Prediction.objects.get()))[field]


def test_file_that_was_sent_is_the_start_image(program: Program, version: Version) -> None:
    """The row refers to a picture of ours, the answer shows the address that was given, the engine gets a copy."""
    url = sent(program)["urls"]["get"]
    answer = make(program, version, start_image=url)
    assert answer.status_code == 201
    assert answer.json()["input"]["start_image"] == url
    row = Prediction.objects.get()
    upload = Upload.objects.get(is_file=False)
    assert (row.input["start_image"], row.given) == (f"upload:{upload.pk}", {"start_image": url})
    assert list(upload.predictions.all()) == [row]
    assert what_the_engine_gets("start_image").startswith("data:image/png;base64,")


def test_file_without_v1_in_its_address_is_known(program: Program, version: Version) -> None:
    """Both ways to write the base address."""
    id = sent(program)["id"]
    for path in (f"/v1/v1/files/{id}", f"/v1/files/{id}/download?owner=x&expiry=1&signature=y"):
        assert make(program, version, start_image=f"http://testserver{path}").status_code == 201


def test_file_of_another_person_is_not_found(program: Program, version: Version, bob: User) -> None:
    """The same answer as for one that never was."""
    his = sent(Program(tokens.create(bob, "bob's")[1]))["urls"]["get"]
    nothing = "http://testserver/v1/files/" + "0" * 26
    told = [make(program, version, start_image=url) for url in (his, nothing)]
    assert [answer.status_code for answer in told] == [422, 422]
    assert told[0].json()["detail"] == told[1].json()["detail"]
    assert told[0].json()["invalid_fields"][0]["field"] == "input.start_image"


@pytest.mark.parametrize(
    "uri",
    [
        URI,
        URI.replace("image/png", "text/html"),
        URI.replace("image/png", "IMAGE/PNG;name=a b"),
        URI.replace("data", "DATA"),
    ],
)
def test_data_uri_is_the_start_image(program: Program, version: Version, uri: str) -> None:
    """Whatever it calls itself; the answer shows an address in place of the bytes."""
    answer = make(program, version, start_image=uri)
    assert answer.status_code == 201, answer.content
    shown = answer.json()["input"]["start_image"]
    assert shown.startswith("http://testserver/media/uploads/")
    assert Client().get(shown.removeprefix("http://testserver")).status_code == 200


def test_large_data_uri_is_taken(program: Program, version: Version) -> None:
    """10 MB of picture."""
    noise = saved(Image.frombytes("RGB", (1900, 1850), os.urandom(1900 * 1850 * 3)), "PNG", compress_level=0)
    assert len(noise) > 10_000_000
    uri = "data:;base64," + base64.b64encode(noise).decode()
    assert make(program, version, start_image=uri).status_code == 201


@pytest.mark.parametrize(
    "bad",
    [
        "data:image/png;base64,!!!",
        "data:image/png",
        "data:,hello",
        "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=",
        "no address",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://example.org/a.png",
        "upload:" + "0" * 26,
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://[",
        "http://[x]/",
        "https://]/",
        "http://a[b",
        "https://xn--a.com/",
        "http://xn--/",
        "http://a.xn--/",
        "http://[::1]/",
        "https://user:word@example.org/a.png",
        "http://testserver/v1/files/nonsense",
        "http://testserver/account/",
        "http://testserver/media/api/" + "0" * 26 + "/" + "x" * 22 + "/out-0.png",
        "https://example.org/" + "a" * 4000,
        7,
        ["a"],
        {"url": "x"},
    ],
)
def test_what_is_no_picture_names_the_field(program: Program, version: Version, bad: Any) -> None:
    """422, the field, and nothing is made."""
    answer = make(program, version, start_image=bad)
    assert answer.status_code == 422
    assert answer.json()["invalid_fields"][0]["field"] == "input.start_image"
    assert not Prediction.objects.exists()


def test_address_of_the_web_is_fetched_by_us(program: Program, version: Version, web: str) -> None:
    """Once, before anything runs; the answer shows the address."""
    answer = make(program, version, start_image=f"{web}/cat.png?size=1")
    assert answer.status_code == 201, answer.content
    assert answer.json()["input"]["start_image"] == f"{web}/cat.png?size=1"
    assert Web.asked == ["/cat.png?size=1"]
    assert what_the_engine_gets("start_image").startswith("data:image/png;base64,")


@pytest.mark.parametrize("path", ["/moved", "/gone", "/words.txt"])
def test_what_cannot_be_fetched_names_the_field(
    program: Program, version: Version, web: str, path: str
) -> None:
    """A redirect, nothing, or no picture."""
    answer = make(program, version, start_image=web + path)
    assert answer.json()["invalid_fields"][0]["field"] == "input.start_image"


def test_nothing_is_fetched_for_a_wrong_input(program: Program, version: Version, web: str) -> None:
    """The rest of the input is checked first."""
    assert make(program, version, start_image=f"{web}/cat.png", steps=10_000).status_code == 422
    assert Web.asked == []


def test_repeated_request_fetches_nothing(program: Program, version: Version, web: str) -> None:
    """The same Idempotency-Key gives what was made before."""
    body = {"version": version.pk, "input": {"prompt": "a fox", "start_image": f"{web}/cat.png"}}
    told = [program.post("/predictions", body, Idempotency_Key="k").json()["id"] for _ in range(2)]
    assert told[0] == told[1]
    assert Web.asked == ["/cat.png"]


def test_fetching_has_a_limit(program: Program, version: Version, web: str, settings: Any) -> None:
    """429 before anything is fetched."""
    settings.LIMITS = {**settings.LIMITS, "files_per_hour": 1}
    told = [make(program, version, start_image=f"{web}/cat.png").status_code for _ in range(2)]
    assert told == [201, 429]
    assert len(Web.asked) == 1


def test_output_of_ones_own_is_taken_by_its_address(
    program: Program, version: Version, finish: Any, bob: User
) -> None:
    """What was made becomes what is started from, as the composer has it; whoever else has the link gets a copy."""
    made = make(program, version).json()
    row = finish(made["id"], pictures=0)
    output = make_output(row, 0)
    default_storage.delete(f"{output.key}/master.png")
    default_storage.save(f"{output.key}/master.png", ContentFile(PNG))
    [url] = program.get(f"/predictions/{made['id']}").json()["output"]
    again = make(program, version, start_image=url).json()
    assert Prediction.objects.get(pk=again["id"]).input["start_image"] == f"output:{output.pk}"
    other = Program(tokens.create(bob, "bob's")[1])
    theirs = make(other, version, start_image=url).json()
    assert Prediction.objects.get(pk=theirs["id"]).input["start_image"].startswith("upload:")


def test_mask_comes_along(program: Program, version: Version) -> None:
    """Two fields of one input, each with a picture of its own."""
    answer = make(program, version, start_image=URI, mask=sent(program)["urls"]["get"])
    assert answer.status_code == 201, answer.content


def test_file_of_any_kind_goes_to_a_model_that_takes_one(program: Program, reader: Version, web: str) -> None:
    """Byte by byte: one that was sent, a data URI, one of the web; alone and in a list."""
    url = sent(program, b"one", "one.txt")["urls"]["get"]
    more = [url, "data:text/plain,two%21", f"{web}/words.txt"]
    answer = make(program, reader, text=url, more=more)
    assert answer.status_code == 201, answer.content
    shown = answer.json()["input"]
    assert (shown["text"], shown["more"][0], shown["more"][2]) == (url, url, more[2])
    assert shown["more"][1].startswith("http://testserver/v1/files/")
    row = Prediction.objects.get()
    assert row.input["text"].startswith("file:")
    found = sources.encode(sources.locate(row))
    told = [base64.b64decode(each.partition(",")[2]) for each in (found["text"], *found["more"])]
    assert told == [b"one", b"one", b"two!", b"words"]


def test_files_of_one_prediction_have_a_bound(program: Program, reader: Version, monkeypatch: Any) -> None:
    """What goes to an engine at once."""
    monkeypatch.setattr("generations.services.inputs.HANDED_MAX", 4)
    url = sent(program, b"three", "a.txt")["urls"]["get"]
    answer = make(program, reader, text=url)
    assert answer.json()["invalid_fields"][0]["field"] == "input.text"


def test_many_addresses_are_too_many(program: Program, reader: Version) -> None:
    """Nobody makes the site call a hundred others with one request."""
    answer = make(program, reader, more=["https://example.org/"] * 21)
    assert answer.status_code == 422


def test_deleted_file_fails_the_prediction_with_a_sentence(program: Program, reader: Version) -> None:
    """It is gone at once, and what waits for it says so."""
    told = sent(program, b"one", "one.txt")
    make(program, reader, text=told["urls"]["get"])
    program.ask("DELETE", f"/files/{told['id']}")
    with pytest.raises(sources.NotFound, match="deleted"):
        sources.locate(Prediction.objects.get())


def test_official_clients_read_outputs_on_plain_http(program: Program, version: Version, finish: Any) -> None:
    """A data URI for who can read nothing else, in answers about one prediction; with TLS, and in lists, addresses."""
    made = make(program, version).json()
    finish(made["id"], pictures=2)
    path = f"/predictions/{made['id']}"
    for agent in ("replicate-python/1.0.7", "replicate-javascript/1.4.0"):
        told = program.get(path, User_Agent=agent).json()["output"]
        assert [base64.b64decode(each.partition(",")[2]) for each in told] == [b"a picture"] * 2
        listed = program.get("/predictions", User_Agent=agent).json()["results"][0]["output"]
        assert all(each.startswith("http://testserver/media/api/") for each in listed)
    for agent in ("curl/8", "ReplicateClient/Python 2.0.0b4"):
        assert program.get(path, User_Agent=agent).json()["output"][0].startswith("http://")
    headers = {"Authorization": f"Bearer {program.token}", "User-Agent": "replicate-python/1.0.7"}
    told = Client().get(f"/v1{path}", headers=headers, secure=True).json()
    assert told["output"][0].startswith("https://testserver/media/api/")


def test_large_outputs_stay_addresses(
    program: Program, version: Version, finish: Any, monkeypatch: Any
) -> None:
    """As many as fit into 2 MB are in the answer."""
    monkeypatch.setattr("generations.api.objects.output.INLINED_MAX", 10)
    made = make(program, version).json()
    finish(made["id"], pictures=2)
    told = program.get(f"/predictions/{made['id']}", User_Agent="replicate-python/1.0.7").json()["output"]
    assert [each.partition(":")[0] for each in told] == ["data", "http"]


def test_address_of_an_output_answers_at_once(program: Program, version: Version, finish: Any) -> None:
    """200 whoever asks, with a token or without, from pages of other sites too; forged it leads nowhere."""
    made = make(program, version).json()
    finish(made["id"])
    [url] = program.get(f"/predictions/{made['id']}").json()["output"]
    path = url.removeprefix("http://testserver")
    for headers in ({}, {"Authorization": f"Bearer {program.token}"}, {"Authorization": "Bearer x"}):
        answer = Client().get(path, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"a picture")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Type"] == "image/png"
    for bad in (
        path.replace("out-0", "out-1"),
        path[:-12] + "x" + path[-11:],
        path.replace("out-0.png", "master.png"),
    ):
        assert Client().get(bad).status_code == 404


def test_list_asks_as_often_for_many_inputs(
    program: Program, version: Version, django_assert_max_num_queries: Any
) -> None:
    """However many of them have pictures."""
    for _ in range(4):
        make(program, version, start_image=URI)
    with django_assert_max_num_queries(9):
        program.get("/predictions")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "ftp://example.org/",
        "http://127.0.0.1/",
        "http://[::1]:80/",
        "http://169.254.169.254/",
        "https://example.org:22/",
        "https://user:word@example.org/",
        "https://example.org/\u0000",
        "https://example.org/ x",
        "https://example.org/" + "a" * 4000,
        7,
        ["https://example.org/"],
    ],
)
def test_bad_address_of_a_webhook_names_the_field(program: Program, version: Version, url: Any) -> None:
    """422 before anything is made."""
    body = {"version": version.pk, "input": {"prompt": "a fox"}, "webhook": url}
    answer = program.post("/predictions", body)
    assert answer.status_code == 422
    assert answer.json()["invalid_fields"][0]["field"].endswith("webhook")
    assert not Prediction.objects.exists()


def test_page_takes_the_address_of_a_file(alice: User, reader: Version, web: str, client_of: Any) -> None:
    """A model that takes files of any kind can be run from the studio: what is typed is fetched by us."""
    answer = client_of(alice).post(
        "/", {"composer-model": "safelight/reader", "text": f"{web}/words.txt", "times": "1"}
    )
    assert answer.status_code == 302, answer.content
    row = Prediction.objects.get()
    assert (row.input["text"].partition(":")[0], row.given["text"]) == ("file", f"{web}/words.txt")
    answer = client_of(alice).post(
        "/", {"composer-model": "safelight/reader", "text": "http://10.0.0.1/", "times": "1"}
    )
    assert answer.status_code == 422


def test_an_acronym_stays_one_after_a_colon(program: Program, version: Version) -> None:
    drawing = (
        "data:image/svg+xml;base64," + base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()
    )
    told = make(program, version, start_image=drawing).json()["invalid_fields"][0]["description"]
    assert ": SVG drawings are not accepted" in told
