"""A picture on its way to the site whose sender is gone: nothing of it is kept, and nobody else notices."""

import contextlib
import re
import socket

import pytest

from tests.generations.pictures import gradient, saved
from tests.site import Person, Site

pytestmark = pytest.mark.processes

BOUNDARY = "----cut"
PNG = saved(gradient(640, 480), "PNG", compress_level=0)


def body_of(token: str) -> bytes:
    fields = {"csrfmiddlewaretoken": token, "prompt": "a fox", "composer-add": "start_image"}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'
        for n, v in fields.items()
    ]
    head = (
        'Content-Disposition: form-data; name="start_image-file"; filename="a.png"\r\nContent-Type: image/png'
    )
    start = "".join([*parts, f"--{BOUNDARY}\r\n{head}\r\n\r\n"]).encode()
    return start + PNG + f"\r\n--{BOUNDARY}--\r\n".encode()


def send(person: Person, *, until: float, reset: bool = False) -> bytes:
    """That part of the form, then nothing more; what came back, if anything was waited for."""
    site = person.site
    body = body_of(re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', person.get("/account/login/"))[1])
    head = (
        f"POST /uploads/ HTTP/1.1\r\nHost: localhost:{site.port}\r\nOrigin: {site.url}\r\n"
        f"Referer: {site.url}/\r\nCookie: {person.cookie_header}\r\nHX-Request: true\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("localhost", site.port), timeout=20) as line:
        line.sendall(head + body[: int(len(body) * until)])
        if until < 1:
            if reset:  # as a phone that has lost its network: no polite end
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return b""
        answer = b""
        with contextlib.suppress(TimeoutError):
            while b"</div>" not in answer and (piece := line.recv(65536)):
                answer += piece
        return answer


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_sender_who_is_gone_half_way_leaves_nothing(site: Site, person: Person, reset: bool) -> None:
    """Cut anywhere, also just before its last byte, a form leaves no row, file or error, and the next is taken."""
    before = site.files()
    rows = len(site.rows("SELECT id FROM generations_upload"))
    people = len(site.rows("SELECT id FROM accounts_user"))
    for tenth in range(10):
        send(person, until=tenth / 10 + 0.0999, reset=reset)
    whole = send(person, until=1)
    assert b"200 OK" in whole, whole[:300]
    assert b"/media/uploads/" in whole
    assert len(site.rows("SELECT id FROM generations_upload")) == rows + 1
    assert len(site.rows("SELECT id FROM accounts_user")) == people + 1  # the guest whose upload was whole
    assert len(site.files() - before) == 2  # the picture and its thumbnail
    assert "Traceback" not in site.log()
    assert person.wait(person.create("somebody else", steps=2, step_ms=0)) == "succeeded"
