"""TLS by an authority of one's own: what it may speak for, when it is made anew, and the site behind it."""

import contextlib
import http.client
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command
from websockets.sync.client import connect

from tests.site import template
from webapp import local_tls
from webapp.local_tls import Certificates, certificates

ROOT = Path(__file__).parent.parent.parent
WITHIN_S = 60.0


def contents(found: Certificates) -> tuple[bytes, bytes]:
    return found.authority.read_bytes(), found.site.read_bytes()


def test_they_are_made_once(tmp_path: Path) -> None:
    """A second start finds what the first one made: a client that trusts it goes on trusting."""
    first = contents(certificates(tmp_path, ["localhost"]))
    assert contents(certificates(tmp_path, ["localhost"])) == first


def test_the_keys_are_for_this_user_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads them, nor the folder."""
    certificates(tmp_path / "tls", [])
    paths = [tmp_path / "tls", *(tmp_path / "tls").glob("*.key")]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths] == [0, 0, 0]


def test_the_site_is_signed_anew_before_it_is_too_old(tmp_path: Path) -> None:
    """By the same authority, so that nobody has to do anything."""
    first = contents(certificates(tmp_path, []))
    later = contents(certificates(tmp_path, [], now=datetime.now(UTC) + timedelta(days=70)))
    assert (later[0] == first[0], later[1] == first[1]) == (True, False)


def test_an_old_authority_is_replaced(tmp_path: Path) -> None:
    first = contents(certificates(tmp_path, []))
    later = contents(certificates(tmp_path, [], now=datetime.now(UTC) + timedelta(days=5 * 365)))
    assert later[0] != first[0]


def test_other_names_need_another_authority(tmp_path: Path) -> None:
    """It may speak for the site's own names and for no others, so it cannot grow."""
    first = contents(certificates(tmp_path, ["localhost"]))
    later = certificates(tmp_path, ["localhost", "studio.example"])
    assert contents(later)[0] != first[0]
    known = x509.load_pem_x509_certificate(later.authority.read_bytes())
    allowed = known.extensions.get_extension_for_class(x509.NameConstraints)
    assert allowed.critical
    names = {str(name.value) for name in allowed.value.permitted_subtrees}
    assert names == {"localhost", "127.0.0.1/32", "::1/128", "studio.example"}


@pytest.mark.parametrize("host", ["*", ".example.org", "a b", "http://x", ""])
def test_what_is_no_single_name_is_left_out(tmp_path: Path, host: str) -> None:
    """A wildcard in SAFELIGHT_HOSTS stops no start."""
    certificates(tmp_path, [host])


@pytest.mark.parametrize("name", ["ca.pem", "ca.key", "site.pem", "site.key"])
def test_a_file_that_is_broken_or_gone_is_made_again(tmp_path: Path, name: str) -> None:
    """However the folder was left, the start goes on with certificates that fit together."""
    found = certificates(tmp_path, [])
    for damage in (lambda path: path.write_text("nothing"), lambda path: path.unlink()):
        damage(tmp_path / name)
        again = certificates(tmp_path, [])
        authority = x509.load_pem_x509_certificate(again.authority.read_bytes())
        x509.load_pem_x509_certificate(again.site.read_bytes()).verify_directly_issued_by(authority)
        local_tls.context(again)
        assert again == found


def test_a_server_for_many_machines_speaks_none(settings: Any) -> None:
    """It would redirect every page to itself: the start is refused instead."""
    settings.LOCAL_TLS = True
    with pytest.raises(CommandError, match="a proxy speaks TLS"):
        call_command("serve")


# Over real sockets


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, ssl.SSLContext]]:
    folder = tmp_path_factory.mktemp("tls")
    command = [sys.executable, "-m", "tests.webapp.tiny_site", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline())
            yield port, ssl.create_default_context(cafile=str(folder / "ca.pem"))
        finally:
            process.kill()


def opened(tiny: tuple[int, ssl.SSLContext], *, host: str = "localhost") -> ssl.SSLSocket:
    port, context = tiny
    plain = socket.create_connection(("127.0.0.1", port), timeout=15)
    return context.wrap_socket(plain, server_hostname=host)


def until_closed(client: ssl.SSLSocket) -> bytes:
    pieces = []
    with contextlib.suppress(ssl.SSLEOFError):
        while piece := client.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.processes
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_clients_that_trust_it_get_through(tiny: tuple[int, ssl.SSLContext], host: str) -> None:
    """By name and by number, with TLS 1.2 or newer."""
    with opened(tiny, host=host) as client:
        assert client.version() in ("TLSv1.2", "TLSv1.3")
        client.sendall(b"GET /tally HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert until_closed(client).startswith(b"HTTP/1.1 200")


@pytest.mark.processes
def test_other_names_are_refused(tiny: tuple[int, ssl.SSLContext]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        opened(tiny, host="example.org")


@pytest.mark.processes
def test_a_long_answer_waits_for_its_reader(tiny: tuple[int, ssl.SSLContext]) -> None:
    """Back-pressure holds over TLS: an application that writes 64 MB is held back while nobody reads."""
    port, context = tiny
    other = http.client.HTTPSConnection("localhost", port, context=context, timeout=15)
    other.connect()
    with opened(tiny) as client:
        client.sendall(b"GET /stream?chunks=1000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        time.sleep(0.2)
        other.request("GET", "/tally")
        written = re.search(rb'"chunks": (\d+)', other.getresponse().read())
        assert int(written[1]) < 400
        assert until_closed(client).count(b"x") >= 1000 * 65_536


@pytest.mark.processes
def test_a_body_over_the_limit_is_refused(tiny: tuple[int, ssl.SSLContext]) -> None:
    with opened(tiny) as client:
        client.sendall(b"POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100001\r\n\r\n")
        assert until_closed(client).startswith(b"HTTP/1.1 413 ")


@pytest.mark.processes
def test_sockets_speak_it_too(tiny: tuple[int, ssl.SSLContext]) -> None:
    port, context = tiny
    with connect(f"wss://localhost:{port}/echo", ssl=context) as client:
        client.send("amber")
        assert client.recv(timeout=15) == "amber"


# The site itself


@contextlib.contextmanager
def site(data: Path) -> Generator[tuple[str, str], None, None]:
    """(`make run TLS=1`'s address, all that it printed)."""
    environment = os.environ | {
        "SAFELIGHT_DATA": str(data),
        "SAFELIGHT_LOCAL_TLS": "1",
        "SAFELIGHT_MODELS": "safelight/echo",
        "PORT": "0",
    }
    command = [sys.executable, "manage.py", "up"]
    with (
        (data / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            said = "".join(iter(lambda: _line(process.stdout.readline), ""))
            yield re.search(r"https://localhost:\d+", said)[0], said
        finally:
            process.kill()


def _line(read: Callable[[], str]) -> str:
    line = read()
    return "" if line.startswith("Ctrl+C") else line


@pytest.mark.processes
def test_the_site_over_tls(tmp_path: Path) -> None:
    """It prints the two variables; by them a client verifies it. Cookies are secure; HSTS is for real names alone."""
    data = tmp_path / "data"
    shutil.copytree(template(), data)
    with site(data) as (address, said):
        trusted = re.search(r"^export SSL_CERT_FILE=(\S+)$", said, re.MULTILINE)[1]
        assert f"export NODE_EXTRA_CA_CERTS={trusted}" in said
        context = ssl.create_default_context(cafile=trusted)
        with urllib.request.urlopen(f"{address}/account/login/", context=context, timeout=WITHIN_S) as found:
            assert found.status == 200
            assert "__Host-csrf" in found.headers["Set-Cookie"]
            assert "; Secure" in found.headers["Set-Cookie"]
            assert found.headers["Strict-Transport-Security"] is None
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(f"{address}/healthz", timeout=WITHIN_S)
