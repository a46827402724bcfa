"""The server's promises to a hostile internet, kept over real sockets against a process of its own."""

import contextlib
import errno
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from webapp.server import Limits

ROOT = Path(__file__).parent.parent.parent
DEADLINE_S = 15.0

pytestmark = pytest.mark.processes


@contextlib.contextmanager
def tiny_site() -> Generator[tuple["subprocess.Popen[str]", int], None, None]:
    command = [sys.executable, "-m", "tests.webapp.tiny_site"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with tiny_site() as (_, port):
        yield port


def opened(port: int, *, small: bool = False) -> socket.socket:
    """A connection; `small`: one whose own buffer takes little, so that the server's fills."""
    client = socket.socket()
    if small:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(DEADLINE_S)
    client.connect(("127.0.0.1", port))
    return client


def head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def until_closed(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65_536), b""))


def tally(port: int) -> dict[str, int]:
    with opened(port) as client:
        client.sendall(head("GET", "/tally", "Connection: close"))
        return json.loads(until_closed(client).partition(b"\r\n\r\n")[2])


def eventually(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def settled(count: Callable[[], int]) -> int:
    """The count once it has stopped rising."""
    seen = [-1, count()]
    eventually(lambda: seen.append(count()) or seen[-1] == seen[-2] == seen[-3])
    return seen[-1]


def websocket(port: int, path: str) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{port}{path}", max_size=None, max_queue=1)


def test_response_waits_for_its_reader(port: int) -> None:
    """An application that writes 64 MB is held back while nobody reads, and all of it arrives once somebody does."""
    before = tally(port).get("chunks", 0)
    with opened(port, small=True) as client:
        client.sendall(head("GET", "/stream?chunks=1000", "Connection: close"))
        assert settled(lambda: tally(port).get("chunks", 0)) - before < 200
        assert until_closed(client).count(b"x") >= 1000 * 65_536


def test_reader_of_nothing_is_cut_off(port: int) -> None:
    """A client that takes nothing for the time of `stall_s` loses its connection."""
    with opened(port, small=True) as client:
        client.sendall(head("GET", "/stream?chunks=2000"))
        eventually(lambda: client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET)


def test_slow_reader_is_kept(port: int) -> None:
    """A client that reads a little now and then, for longer than `stall_s`, is served to the end."""
    with opened(port, small=True) as client:
        client.sendall(head("GET", "/stream?chunks=100", "Connection: close"))
        received = 0
        for _ in range(10):
            time.sleep(0.2)
            received += len(client.recv(65_536))
        assert received + len(until_closed(client)) > 100 * 65_536


def test_silent_stream_is_kept(port: int) -> None:
    """Events that come slower than any limit of a request are sent to their end."""
    with opened(port) as client:
        client.sendall(head("GET", "/drip", "Connection: close"))
        assert b"event: end" in until_closed(client)


def test_announced_body_over_the_limit_is_refused(port: int) -> None:
    """A Content-Length over the limit is answered 413 before a byte of the body is sent."""
    with opened(port) as client:
        client.sendall(head("POST", "/length", "Content-Length: 100001"))
        assert until_closed(client).startswith(b"HTTP/1.1 413 ")


def test_endless_body_is_refused(port: int) -> None:
    """A body of unknown length is answered 413 as soon as it is over the limit, though it has not ended."""
    with opened(port) as client:
        client.sendall(head("POST", "/length", "Transfer-Encoding: chunked"))
        client.sendall(b"2710\r\n" + b"z" * 10_000 + b"\r\n")
        for _ in range(10):
            client.sendall(b"2710\r\n" + b"z" * 10_000 + b"\r\n")
        assert until_closed(client).startswith(b"HTTP/1.1 413 ")


def test_refusal_is_read_by_who_still_sends(port: int) -> None:
    """A client that sends its whole oversized body first can still read why it was refused."""
    with opened(port) as client:
        client.sendall(head("POST", "/length", "Content-Length: 3000000"))
        client.sendall(b"z" * 3_000_000)
        assert b"too much" in until_closed(client)


def asked(port: int, path: str) -> bytes:
    with opened(port) as client:
        client.sendall(head("GET", path, "Connection: close"))
        return until_closed(client).rpartition(b"\r\n\r\n")[2]


def test_large_body_is_not_put_into_memory(port: int) -> None:
    """A form with a file of 60 MB reaches the application whole, and takes a fraction of that in memory."""
    before, size = int(asked(port, "/peak")), 60_000_000
    form = "Content-Type: multipart/form-data; boundary=b"
    with opened(port) as client:
        token = "Authorization: Bearer x"
        client.sendall(head("POST", "/v1/files", f"Content-Length: {size}", form, token, "Connection: close"))
        for _ in range(size // 1_000_000):
            client.sendall(b"z" * 1_000_000)
        assert until_closed(client).endswith(str(size).encode())
    assert int(asked(port, "/peak")) - before < 25_000


def test_file_without_a_token_is_refused_at_once(port: int) -> None:
    """It would be taken in whole before anybody could say no."""
    with opened(port) as client:
        client.sendall(head("POST", "/v1/files", "Content-Length: 60000000"))
        assert until_closed(client).startswith(b"HTTP/1.1 413 ")


def test_refused_body_of_the_api_is_a_problem(port: int) -> None:
    """A program that sends too much reads JSON."""
    with opened(port) as client:
        client.sendall(head("POST", "/v1/length", "Content-Length: 400001"))
        answer = until_closed(client)
    assert b"Content-Type: application/problem+json" in answer
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["status"] == 413


@pytest.mark.parametrize(("path", "size"), [("/length", 100_000), ("/v1/length", 400_000)])
def test_body_up_to_the_limit_of_its_path_arrives(port: int, path: str, size: int) -> None:
    """A body of exactly the limit is given to the application whole; the API's limit is its own."""
    with opened(port) as client:
        client.sendall(head("POST", path, f"Content-Length: {size}", "Connection: close") + b"z" * size)
        assert until_closed(client).endswith(str(size).encode())


@pytest.mark.parametrize(
    "beginning",
    [b"GET / HT", head("POST", "/length", "Content-Length: 50") + b"slow", head("GET", "/")[:-2]],
    ids=["first line", "body", "headers"],
)
def test_slow_request_has_a_deadline(port: int, beginning: bytes) -> None:
    """A request that goes on byte by byte is answered 408 when its time is up, however often a byte comes."""
    with opened(port) as client:
        client.sendall(beginning)
        client.settimeout(0.1)
        eventually(lambda: _sends_on(client))
        client.settimeout(DEADLINE_S)
        assert client.recv(20).startswith(b"HTTP/1.1 408 ")


def _sends_on(client: socket.socket) -> bool:
    """Send one more byte; is there an answer already?"""
    client.send(b"a")
    with contextlib.suppress(TimeoutError):
        return bool(client.recv(1, socket.MSG_PEEK))
    return False


def test_connection_is_used_again(port: int) -> None:
    """Requests sent in one go over one connection are answered in order."""
    with opened(port) as client:
        request = head("POST", "/length", "Content-Length: 3") + b"abc"
        client.sendall(
            request + request + head("POST", "/length", "Content-Length: 5", "Connection: close") + b"abcde"
        )
        answers = until_closed(client)
    assert [part[-1:] for part in answers.split(b"HTTP/1.1 200 OK")[1:]] == [b"3", b"3", b"5"]


def test_server_does_not_say_what_it_is(port: int) -> None:
    """Neither an answer nor a handshake names the software."""
    with opened(port) as client:
        client.sendall(head("GET", "/tally", "Connection: close"))
        answer = until_closed(client).lower()
    with websocket(port, "/echo") as socket_:
        handshake = str(socket_.response.headers).lower()
    for word in ("server:", "powered-by", "daphne", "autobahn"):
        assert word not in answer.decode()
        assert word not in handshake


def test_frame_up_to_the_limit_comes_through(port: int) -> None:
    """A frame of 64 KiB is taken."""
    with websocket(port, "/echo") as client:
        client.send("a" * 65_536)
        assert len(client.recv(timeout=DEADLINE_S)) == 65_536


def test_frame_over_the_limit_is_refused(port: int) -> None:
    """A frame of one byte more closes the socket with 1009."""
    with websocket(port, "/echo") as client:
        client.send("a" * 65_537)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=DEADLINE_S)
    assert closed.value.rcvd.code == 1009


def test_unread_frames_do_not_pile_up(port: int) -> None:
    """A socket whose application takes nothing is closed with 1008 once too many frames wait."""
    with websocket(port, "/deaf") as client:
        for _ in range(70):
            client.send("a" * 100)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=DEADLINE_S)
        assert closed.value.rcvd.code == 1008


def test_socket_waits_for_its_reader(port: int) -> None:
    """A consumer is held back while its peer does not read, and a peer that reads nothing for `stall_s` is cut off."""
    before = tally(port)
    with opened(port, small=True) as client:
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        client.sendall(
            head(
                "GET", "/gush", "Upgrade: websocket", "Connection: Upgrade", key, "Sec-WebSocket-Version: 13"
            )
        )
        eventually(lambda: tally(port).get("gushes", 0) > before.get("gushes", 0))
        assert tally(port)["frames"] - before.get("frames", 0) < 500


def test_sockets_are_told_when_the_server_goes() -> None:
    """SIGTERM closes open sockets with 1001, so that pages come back by themselves, and the process ends well."""
    with tiny_site() as (process, port), websocket(port, "/echo") as client:
        client.send("here")
        client.recv(timeout=DEADLINE_S)
        process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=DEADLINE_S)
        assert closed.value.rcvd.code == 1001
        assert process.wait(timeout=DEADLINE_S) == 0


def test_bodies_of_the_api_have_room_on_its_own_host() -> None:
    """Only there, for elsewhere these are addresses of pages."""
    mb = 1024 * 1024
    apart = Limits.of_site(upload_mb=20, file_mb=100, has_api_host=True)
    assert [apart.body_of(path) // mb for path in (b"/predictions", b"/models/a/b/predictions")] == [16, 16]
    assert [apart.body_of(path) // mb for path in (b"/files", b"/v1/files", b"/v1/v1/files")] == [
        101,
        101,
        101,
    ]
    plain = Limits.of_site(upload_mb=20, file_mb=100)
    assert plain.body_of(b"/predictions") == plain.body_of(b"/files") == mb
