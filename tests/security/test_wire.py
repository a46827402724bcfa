"""The real site over raw sockets: what no browser sends, and what of it is written down."""

import json
import re
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site import PASSWORD, Person, Site, children_of, running_site

pytestmark = pytest.mark.processes

DEADLINE_S = 15.0
FORM = b"Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("wire") / "data") as site:
        yield site


def ask(site: Site, request: bytes) -> bytes:
    """Everything that comes back until the site closes the connection; it may do so while we still send."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=DEADLINE_S) as client:
        client.sendall(request)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def request(site: Site, first: bytes, *lines: bytes, body: bytes = b"") -> bytes:
    head = [first + b" HTTP/1.1", b"Host: localhost:%d" % site.port, b"Connection: close", *lines, b"", body]
    return b"\r\n".join(head)


def status_of(answer: bytes) -> int:
    return int(answer.partition(b" ")[2][:3])


ADDRESSES = {
    "NUL": (b"GET /%00", 404),
    "raw NUL": (b"GET /\0", 400),
    "no text": (b"GET /%ff", 404),
    "raw bytes": (b"GET /\xff", 400),
    "a blank": (b"GET /a b", 400),
    "a header inside": (b"GET /gallery/a%0d%0aSet-Cookie:%20a=b/x", 404),
    "up": (b"GET /../../etc/passwd", 404),
    "up, escaped": (b"GET /%2e%2e/%2e%2e/etc/passwd", 404),
    "out of static": (b"GET /static/../secret_key", 404),
    "out of static, escaped": (b"GET /static/%2e%2e/secret_key", 404),
    "out of static, slash escaped": (b"GET /static/..%2fsecret_key", 404),
    "out of media": (b"GET /media/../db.sqlite3", 404),
    "another host": (b"GET //elsewhere.example/%2e%2e", 404),
    "a long one": (b"GET /" + b"a" * 10_000, 404),
    "too long a one": (b"GET /" + b"a" * 20_000, 414),
    "many words": (b"GET /?" + b"a&" * 1_000, 400),
    "no address": (b"GET *", 404),
    "not a verb": (b"\x1b[31m /", 400),
    "a verb of nobody": (b"FOO /healthz", 403),
}


@pytest.mark.parametrize(("first", "status"), ADDRESSES.values(), ids=ADDRESSES)
def test_bent_address(site: Site, first: bytes, status: int) -> None:
    """Whatever stands in the first line, the answer is a 4xx."""
    assert status_of(ask(site, request(site, first))) == status


HEADERS = {
    "a long header": (b"X-A: " + b"a" * 20_000, 431),
    "many headers": (b"\r\n".join(b"X-%d: 1" % n for n in range(600)), 400),
    "no header": (b"nothing", 400),
    "a NUL": (b"Content-Type: text/html; charset=\0", 400),
    "a cookie with a NUL": (b"Cookie: safelight_session=\0" + b"a" * 32, 400),
    "a cookie of no text": (b"Cookie: safelight_session=\xff\xfe; safelight_csrf=\x80", 200),
    "a long cookie": (b"Cookie: safelight_session=" + b"a" * 12_000, 200),
    "a codec that fails": (b"Content-Type: text/html; charset=undefined", 200),
    "languages": (b"Accept-Language: " + b"a-," * 3_000, 200),
    "two lengths": (b"Content-Length: 1\r\nContent-Length: 2", 400),
    "length and chunks": (b"Content-Length: 1\r\nTransfer-Encoding: chunked", 400),
    "a length of none": (b"Content-Length: -1", 400),
    "htmx of nothing": (b"HX-Request: true\r\nHX-Current-URL: http://[\r\nHX-Target: \xff", 200),
    "a date of none": (b"If-Modified-Since: \xff\r\nIf-None-Match: \xff", 200),
    "h2c": (b"Upgrade: h2c", 200),
}


@pytest.mark.parametrize(("line", "status"), HEADERS.values(), ids=HEADERS)
def test_bent_header(site: Site, line: bytes, status: int) -> None:
    """A header is refused, or ignored where it concerns nothing."""
    assert status_of(ask(site, request(site, b"GET /?a=%ff", line))) == status


@pytest.mark.parametrize("host", [b"elsewhere.example", b"\x1b[31m", b"\xff", b"a" * 5_000])
def test_another_host(site: Site, host: bytes) -> None:
    """A Host that is not ours is refused."""
    answer = ask(site, b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert status_of(answer) == 400


BODIES = {
    "ten megabytes": ((FORM, b"Content-Length: 10000000"), b"prompt=" + b"a" * 9_999_993, 413),
    "ten megabytes, announced": ((FORM, b"Content-Length: 10000000"), b"prompt=a", 413),
    "chunks without end": (
        (FORM, b"Transfer-Encoding: chunked"),
        (b"8000\r\n" + b"a" * 0x8000 + b"\r\n") * 40,
        413,
    ),
    "chunks of no size": ((FORM, b"Transfer-Encoding: chunked"), b"zz\r\na\r\n", 400),
    "chunks of less than none": ((FORM, b"Transfer-Encoding: chunked"), b"-1\r\na\r\n", 400),
    "endless trailers": (
        (FORM, b"Transfer-Encoding: chunked"),
        b"1\r\na\r\n0\r\n" + b"X: y\r\n" * 50_000,
        400,
    ),
    "no text": ((FORM, b"Content-Length: 10"), b"prompt=%FF", 403),
}


@pytest.mark.parametrize(("lines", "body", "status"), BODIES.values(), ids=BODIES)
def test_bent_body(site: Site, lines: tuple[bytes, ...], body: bytes, status: int) -> None:
    """A body that is too much, or none, is refused."""
    assert status_of(ask(site, request(site, b"POST /", *lines, body=body))) == status


def handshake(site: Site, path: bytes, *lines: bytes) -> bytes:
    head = [
        b"GET " + path + b" HTTP/1.1",
        b"Host: localhost:%d" % site.port,
        *(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", *lines),
    ]
    return b"\r\n".join([*head, b"", b""])


KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
HANDSHAKES = {
    "at no page": (b"/nothing/", (KEY,), 403),
    "at a page": (b"/", (KEY,), 403),
    "at no text": (b"/%ff%00", (KEY,), 403),
    "of no text": (b"/live/?\xff", (KEY,), 400),
    "with a short key": (b"/live/", (b"Sec-WebSocket-Key: x",), 400),
    "without a key": (b"/live/", (), 400),
    "for a protocol of no text": (b"/live/", (KEY, b"Sec-WebSocket-Protocol: \xff"), 400),
    "from nowhere": (b"/live/?person=1", (KEY, b"Origin: \0"), 400),
}


@pytest.mark.parametrize(("path", "lines", "status"), HANDSHAKES.values(), ids=HANDSHAKES)
def test_bent_handshake(site: Site, path: bytes, lines: tuple[bytes, ...], status: int) -> None:
    """A socket that is none of ours is refused before it opens."""
    assert status_of(ask(site, handshake(site, path, *lines))) == status


def test_static_files_are_guarded_too(site: Site) -> None:
    """A static file carries the headers of a page, and no cookie."""
    page = ask(site, request(site, b"GET /")).decode()
    answer = ask(site, request(site, b"GET " + re.search(r'href="(/static/[^"]+\.css)"', page)[1].encode()))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert status_of(answer) == 200
    assert b"x-content-type-options: nosniff" in head
    assert b"content-security-policy: default-src 'self'" in head
    assert b"set-cookie" not in head


SECRET_PROMPT = "a fox that nobody shall read of"


@pytest.fixture(scope="module")
def visited(site: Site) -> Person:
    """Somebody who has signed up, made a picture and looked at it."""
    person = site.sign_up("quiet@example.org")
    id = person.create(SECRET_PROMPT)
    person.wait(id, "succeeded")
    person.get(f"/predictions/{id}/")
    person.get(f"/?again={id}&prompt={SECRET_PROMPT.replace(' ', '+')}")
    person.socket().close()
    person.read(re.search(r'src="(/media/[^"]+)"', person.get("/gallery/"))[1])
    return person


def test_log_holds_no_secret(site: Site, visited: Person) -> None:
    """Prompts, addresses of people, passwords, cookies, keys, tokens and signatures are not written down."""
    cookies = [cookie.value for cookie in visited.cookies]
    token = site.rows("SELECT token FROM generations_engine")[0]["token"]
    key = (site.data / "secret_key").read_text()
    signature = visited.get("/gallery/").partition("/media/")[2].split("/")[1]
    secrets = [
        SECRET_PROMPT,
        SECRET_PROMPT.replace(" ", "+"),
        "quiet@example.org",
        PASSWORD,
        token,
        key,
        signature,
    ]
    assert [each for each in [*cookies, *secrets] if each in site.log()] == []


def test_processes_show_no_secret(site: Site) -> None:
    """Whoever lists the processes of the machine sees no token."""
    token = site.rows("SELECT token FROM generations_engine")[0]["token"]
    assert site.process
    pids = [site.process.pid, *children_of(site.process.pid)]
    assert len(pids) == 2
    assert not [pid for pid in pids if token in Path(f"/proc/{pid}/cmdline").read_text()]


def test_log_cannot_be_forged(site: Site) -> None:
    """Line breaks and escape sequences in an address, a header or a host add no line and no colour to the log."""
    forged = b'%0a{"level":"ERROR","message":"forged"}%1b[31m'
    ask(site, request(site, b"GET /" + forged, b"User-Agent: \x1b[31m\x07", b"Referer: " + forged))
    ask(site, b"GET / HTTP/1.1\r\nHost: \x1b[31m\r\nConnection: close\r\n\r\n")
    lines = [line for line in site.log().splitlines() if line.startswith("{")]
    assert "\x1b" not in site.log()
    assert not [line for line in lines if json.loads(line)["message"] == "forged"]


def test_token_in_a_refused_address_is_not_written_down(site: Site) -> None:
    """A one-time link that a refused form was sent to stays out of the log."""
    link = b"a-link-of-forty-three-letters-0123456789-abcd"
    ask(site, request(site, b"POST /account/first-admin/" + link + b"/", b"Content-Length: 0"))
    assert "/account/first-admin/" in site.log()
    assert link.decode() not in site.log()


def test_data_is_for_its_user_alone(site: Site, visited: Person) -> None:
    """What the site writes is read by no other user of the machine."""
    for name in ("secret_key", "lock", "media"):
        assert stat.S_IMODE((site.data / name).stat().st_mode) & 0o077 == 0, name


def test_strangers_leave_no_traceback(site: Site) -> None:
    """After all of this the site answers, and has had no fault of its own."""
    ask(site, handshake(site, b"/nothing/", KEY))
    ask(site, handshake(site, b"/live/", b"Sec-WebSocket-Key: x"))
    ask(site, handshake(site, b"/live/", KEY, b"Sec-WebSocket-Protocol: \xff"))
    assert status_of(ask(site, request(site, b"GET /healthz"))) == 200
    faults = [json.loads(line) for line in site.log().splitlines() if '"error"' in line or "CRITICAL" in line]
    assert [each["logger"] for each in faults if not each["logger"].startswith("django.security")] == []
