"""What the site calls for others, and what it never calls."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from generations import outgoing
from generations.errors import AddressRefused, AddressSilent

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]
FORBIDDEN = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "192.0.2.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "nonsense",
]


@pytest.fixture(autouse=True)
def strict(settings: Any) -> None:
    settings.OUTGOING_NETWORKS, settings.OUTGOING_PORTS = [], [80, 443]


@pytest.fixture
async def server(settings: Any) -> AsyncIterator[str]:
    """A server on loopback, which the administrator allows."""
    settings.OUTGOING_NETWORKS = LOOPBACK
    seen: list[dict[str, str]] = []

    async def hello(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        return web.Response(
            body=b"hello " * int(request.query.get("times", "1")), content_type="text/x-greeting"
        )

    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound("/hello")

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b".")
            await asyncio.sleep(0.05)
        return response

    async def packed(request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    app = web.Application()
    for handler in (hello, elsewhere, slow, packed, endless):
        app.router.add_route("*", f"/{handler.__name__}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def fetched(url: str, *, most: int = 1000, within_s: float = 5.0) -> bytes:
    found = bytearray()
    await outgoing.fetch(url, found.extend, most=most, within_s=within_s)
    return bytes(found)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_private_address_is_not_called(address: str) -> None:
    """Whatever is not the public internet, however it is dressed."""
    assert not outgoing.is_allowed(address, 443)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_address_is_called_at_ports_of_the_web(address: str) -> None:
    """The public internet, at the ports that are listed."""
    assert outgoing.is_allowed(address, 443)
    assert not outgoing.is_allowed(address, 22)


def test_network_of_the_administrator_is_called_at_any_port(settings: Any) -> None:
    """What is listed may be called, also dressed as IPv6; its neighbour not."""
    settings.OUTGOING_NETWORKS = [ipaddress.ip_network("10.1.0.0/16")]
    assert outgoing.is_allowed("10.1.2.3", 9999)
    assert outgoing.is_allowed("::ffff:10.1.2.3", 9999)
    assert not outgoing.is_allowed("10.2.2.3", 443)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://example.org",
        "example.org",
        "",
        "http://",
        "https://user:word@example.org/",
        "http://example.org:22/",
        "http://example.org:99999/",
        "http://[",
        "http://[x]/",
        "https://]/",
        "http://a[b",
        "https://xn--a.com/",
        "http://xn--/",
        "http://a.xn--/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/latest",
        "http://169.254.169.254/latest/meta-data/",
        "http://exa mple.org/",
        "http://example.org/\r\nX: y",
        "http://example.org/\x00",
        "https://example.org/" + "a" * 3000,
    ],
)
def test_bad_address_is_refused_before_anything_is_called(url: str) -> None:
    """Scheme, port, literal addresses, credentials and unseen characters are judged by the text alone."""
    with pytest.raises(AddressRefused):
        outgoing.check(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/hook?a=1", "http://example.org:80/", "https://bücher.example/"]
)
def test_good_address_passes(url: str) -> None:
    """An address of the web."""
    outgoing.check(url)


async def test_allowed_server_is_called(server: str) -> None:
    """A call brings status, type and body, and carries what it was given."""
    answer = await outgoing.send("POST", f"{server}/hello", body=b"{}", most=100, within_s=5)
    assert answer == outgoing.Answer(200, "text/x-greeting", b"hello ")
    assert await fetched(f"{server}/hello?times=3") == b"hello hello hello "


async def test_loopback_is_refused_without_the_setting(server: str, settings: Any) -> None:
    """The same server, not allowed: nothing is called, by number or by name."""
    settings.OUTGOING_NETWORKS = []
    port = int(server.rpartition(":")[2])
    settings.OUTGOING_PORTS = [port]
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1"):
        with pytest.raises(AddressRefused):
            await fetched(f"http://{host}:{port}/hello")


async def test_name_is_resolved_once(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means a public address when it is asked and loopback a moment later is asked only once."""
    port = int(server.rpartition(":")[2])
    settings.OUTGOING_NETWORKS, settings.OUTGOING_PORTS = [], [port]
    asked = []

    def rebinding(host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        found = "203.0.113.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", rebinding)
    with pytest.raises(AddressRefused):
        await fetched(f"http://rebind.example:{port}/hello")
    assert asked == ["rebind.example"]


async def test_connection_goes_to_the_address_that_was_judged(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several addresses only those that may be called are tried."""
    port = int(server.rpartition(":")[2])

    def mixed(host: str, port: int, **options: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port)) for found in ("10.9.9.9", "127.0.0.1")
        ]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", mixed)
    assert await fetched(f"http://mixed.example:{port}/hello", within_s=3) == b"hello "


async def test_redirect_is_not_followed(server: str) -> None:
    """Where an address leads on to is not asked."""
    assert (await outgoing.send("POST", f"{server}/elsewhere", most=10, within_s=5)).status == 302
    with pytest.raises(AddressSilent, match="leads on"):
        await fetched(f"{server}/elsewhere")


async def test_large_file_is_refused(server: str) -> None:
    """By its announced length, and when none was announced by what has come."""
    with pytest.raises(AddressRefused, match="larger"):
        await fetched(f"{server}/hello?times=1000")
    with pytest.raises(AddressRefused, match="larger"):
        await fetched(f"{server}/endless", most=2**20)


async def test_long_answer_is_cut(server: str) -> None:
    """Of an answer to a call only the beginning is read."""
    answer = await outgoing.send("POST", f"{server}/endless", most=100_000, within_s=5)
    assert len(answer.body) == 100_000


async def test_slow_answer_is_given_up(server: str) -> None:
    """The whole call has one deadline, however slowly something trickles."""
    with pytest.raises(AddressSilent, match="in time"):
        await fetched(f"{server}/slow", within_s=0.3)


async def test_packed_file_is_refused(server: str) -> None:
    """A small file that unfolds to a huge one is not unfolded."""
    with pytest.raises(AddressRefused, match="packed"):
        await fetched(f"{server}/packed")


async def test_closed_port_is_silence(server: str) -> None:
    """Nobody there: it may go better later."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(AddressSilent):
        await fetched(f"http://127.0.0.1:{port}/")
