"""Promises of the files of outputs."""

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from generations import ranges
from generations.services import outputs
from generations.signing import media_url
from tests.generations.views.conftest import MASTER

pytestmark = pytest.mark.django_db


async def gathered(response) -> bytes:
    return b"".join([piece async for piece in response.streaming_content])


@pytest.fixture
def master(picture) -> str:
    return media_url(picture, "master.png")


def test_link_opens_without_a_cookie(client, master):
    """Whoever holds the link sees the picture, signed in or not."""
    response = client.get(master)
    assert (response.status_code, response.content) == (200, MASTER)
    assert response["Content-Type"] == "image/png"
    assert not response.cookies


def test_bytes_can_only_be_a_picture(client, picture, master):
    """A client_of gets the headers that keep it from running, sniffing or embedding the bytes elsewhere."""
    response = client.get(master)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Disposition"] == f'inline; filename="{picture.pk}-master.png"'


@pytest.mark.parametrize(
    "forge",
    [
        lambda url: url.replace("master.png", "../secret"),
        lambda url: url.replace("master.png", "999.webp"),
        lambda url: url.replace("master.png", "timelapse.webp"),
        lambda url: url.replace("master.png", "master.png%00"),
        lambda url: url.replace("/media/", "/media/x"),
        lambda url: url[: url.index("master") - 2] + "ZZ/master.png",
        lambda url: url.replace("master.png", "master.png."),
        lambda url: url.replace("/media/0", "/media/1"),
        lambda url: url.split("/")[0] + "/media/" + url.split("/")[2].upper() + "/" + url.split("/", 3)[3],
    ],
)
def test_forged_link_opens_nothing(client, master, forge):
    """A link with another name, id or signature is a 404."""
    assert client.get(forge(master)).status_code == 404


def test_raised_epoch_voids_the_link(client, picture, master):
    """When the epoch of an output rises, every link to it given out before is dead."""
    picture.epoch += 1
    picture.save(update_fields=["epoch"])
    assert client.get(master).status_code == 404


def test_binned_picture_still_opens(client, picture, master):
    """The bin shows its pictures by the same links."""
    outputs.trash(picture)
    assert client.get(master).status_code == 200


def test_purged_picture_is_gone(client, picture, master, django_capture_on_commit_callbacks):
    """After a delete for ever the link is dead and the file is off the disk."""
    with django_capture_on_commit_callbacks(execute=True):
        outputs.purge(picture)
    assert client.get(master).status_code == 404
    assert not default_storage.exists(f"{picture.key}/master.png")


def test_missing_file_is_a_404(client, picture, master):
    """A row whose file is lost answers 404, not 500."""
    default_storage.delete(f"{picture.key}/master.png")
    assert client.get(master).status_code == 404


def test_revisit_costs_no_bytes(client, master):
    """A client_of that has the file gets 304."""
    etag = client.get(master)["ETag"]
    response = client.get(master, headers={"If-None-Match": etag})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)


def test_names_have_etags_of_their_own(client, picture, master):
    """Two files of one output never pass for each other."""
    assert client.get(master)["ETag"] != client.get(media_url(picture, "320.webp"))["ETag"]


@pytest.mark.parametrize(
    ("asked", "status", "start", "stop"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=1000-", 206, 1000, 1024),
        ("bytes=-24", 206, 1000, 1024),
        ("bytes=-9999", 206, 0, 1024),
        ("bytes=1000-99999", 206, 1000, 1024),
        ("bytes=0-0,5-6", 200, 0, 1024),
        ("bytes=9-1", 200, 0, 1024),
        ("bytes=-", 200, 0, 1024),
        ("lines=1-2", 200, 0, 1024),
    ],
)
def test_range_is_served(client, master, asked, status, start, stop):
    """One range gives just these bytes; several or nonsense give the whole file."""
    response = client.get(master, headers={"Range": asked})
    assert (response.status_code, response.content) == (status, MASTER[start:stop])
    assert response["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=-0", "bytes=99999-100000"])
def test_range_outside_is_refused(client, master, asked):
    """A range with nothing in it is a 416 that tells the size."""
    response = client.get(master, headers={"Range": asked})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */1024")


def test_range_of_an_older_file_gives_the_whole(client, master):
    """If-Range with another ETag gives the whole file, never a mix of two."""
    response = client.get(master, headers={"Range": "bytes=0-9", "If-Range": '"older"'})
    assert (response.status_code, response.content) == (200, MASTER)


def test_head_tells_the_size_only(client, master):
    """HEAD has the headers of GET and no body."""
    response = client.head(master)
    assert (response.status_code, response["Content-Length"], response.content) == (200, "1024", b"")


def test_large_file_comes_in_pieces(client, picture, monkeypatch):
    """A file larger than a piece is streamed, whole and in order, also from the middle."""
    monkeypatch.setattr(ranges, "PIECE", 100)
    url = media_url(picture, "master.png")
    response = client.get(url, headers={"Range": "bytes=10-"})
    assert async_to_sync(gathered)(response) == MASTER[10:]


def test_writing_is_refused(client, master):
    """Files are read only."""
    assert client.post(master).status_code == 405


def test_media_host_has_files_alone(client, settings, picture):
    """On the host of the files every other path is a 404, and the main host sends askers for files there."""
    settings.ALLOWED_HOSTS = ["testserver", "media.example.org"]
    settings.MEDIA_ORIGIN = "https://media.example.org"
    path = media_url(picture, "master.png").removeprefix(settings.MEDIA_ORIGIN)
    assert client.get("/gallery/", headers={"host": "media.example.org"}).status_code == 404
    assert client.get("/static/none.css", headers={"host": "media.example.org"}).status_code == 404
    assert client.get(path)["Location"] == f"https://media.example.org{path}"
    response = client.get(path, headers={"host": "media.example.org"})
    assert (response.status_code, response["Cross-Origin-Resource-Policy"]) == (200, "cross-origin")


def test_shared_files_outlive_one_of_them(
    client, alice, make_output, picture, django_capture_on_commit_callbacks
):
    """Deleting one of several outputs that share their files leaves the files to the others."""
    other = make_output(alice, key=picture.key)
    with django_capture_on_commit_callbacks(execute=True):
        outputs.purge(other)
    assert client.get(media_url(picture, "master.png")).status_code == 200


def test_media_name_with_a_folder_is_refused(client, picture):
    """A name cannot lead out of the output's folder."""
    default_storage.save("secret.png", ContentFile(b"secret"))
    url = media_url(picture, "master.png").replace("master.png", "..%2F..%2F..%2Fsecret.png")
    assert client.get(url).status_code == 404
