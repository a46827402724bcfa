"""Every call to an address that a person named: webhooks, and pictures on the web. The only door for them.

The name is resolved once, what is private is left out, and the connection goes to what is left: a name that means
another address a moment later reaches nothing. No redirect is followed, nothing comes back without a bound.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from yarl import URL

from generations.errors import AddressRefused, AddressSilent

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SCHEMES = {"http": 80, "https": 443}
URL_MAX = 2048
CONNECT_S = 5.0
PIECE = 64 * 1024
AGENT = "Safelight"

# Beside what Python calls private: ranges that carry another address in themselves, or that clouds answer themselves.
INWARD = [
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
    )
]

NO_ADDRESS = "That is no address of the web."
NOT_CALLED = (
    "This site does not call that address: it is in a private network, or at a port that is not of the web."
)
# Names are looked up in threads of their own: a slow name server holds up other look-ups, and nothing else.
_lookups = ThreadPoolExecutor(max_workers=8, thread_name_prefix="lookup")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is at most what was asked for."""

    status: int
    type: str  # of its content, as it says itself
    body: bytes


def check(url: str) -> None:
    """Raises AddressRefused for what can never be called: before it is kept, and before every call.

    A name is not looked up here, so this costs nothing and says nothing of where it leads.
    """
    _parsed(url)


async def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    most: int,
    within_s: float,
) -> Answer:
    """One call; of the answer's body the first `most` bytes. Raises AddressRefused, AddressSilent."""
    async with _called(method, url, headers=headers, body=body, within_s=within_s) as response:
        found = bytearray()
        async for piece in response.content.iter_chunked(PIECE):
            found += piece[: most - len(found)]
            if len(found) >= most:
                break
        return Answer(response.status, response.headers.get("Content-Type", ""), bytes(found))


async def fetch(url: str, take: Callable[[bytes], Any], *, most: int, within_s: float) -> str:
    """The file at `url`, given to `take` piece by piece in threads; its type as its sender calls it.

    Raises AddressRefused, AddressSilent, and what `take` raises of GenerationsError; what is longer than `most` bytes
    is refused as soon as that is known.
    """
    async with _called("GET", url, headers=None, body=None, within_s=within_s) as response:
        if response.status != 200:
            raise AddressSilent(_status_sentence(response.status))
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise AddressRefused("The address sends its file packed, though it was asked not to.")
        if (response.content_length or 0) > most:
            raise AddressRefused(too_large(most))
        count = 0
        async for piece in response.content.iter_chunked(PIECE):
            count += len(piece)
            if count > most:
                raise AddressRefused(too_large(most))
            await asyncio.to_thread(take, piece)
        return response.headers.get("Content-Type", "")


def too_large(most: int) -> str:
    return f"The file there is larger than {most // 2**20} MB, which is the most."


@asynccontextmanager
async def _called(
    method: str, url: str, *, headers: Mapping[str, str] | None, body: bytes | None, within_s: float
) -> AsyncIterator[aiohttp.ClientResponse]:
    parsed = _parsed(url)
    connector = aiohttp.TCPConnector(resolver=_Guarded(), use_dns_cache=False, force_close=True, limit=1)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
    told = {"User-Agent": AGENT, "Accept-Encoding": "identity", **(headers or {})}
    try:
        async with (
            asyncio.timeout(within_s),
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=timeout,
            ) as session,
            session.request(method, parsed, headers=told, data=body, allow_redirects=False) as response,
        ):
            yield response
    except TimeoutError as error:
        raise AddressSilent("The address did not answer in time.") from error
    except aiohttp.InvalidURL as error:
        raise AddressRefused(NO_ADDRESS) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        if isinstance(error.__cause__, _Forbidden):
            raise AddressRefused(NOT_CALLED) from error
        raise AddressSilent("There is no connection to the address.") from error


class _Forbidden(OSError):
    """Every address of a name is forbidden. An OSError, so that aiohttp passes it on as the cause of its own."""


class _Guarded(AbstractResolver):
    """Gives aiohttp the addresses that may be called, and no others."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        look = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
        found = await loop.run_in_executor(_lookups, look)
        results = [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, place in found
            if is_allowed(str(place[0]), port)
        ]
        if not results:
            raise _Forbidden
        return results

    async def close(self) -> None:
        return None


def is_allowed(host: str, port: int) -> bool:
    """May this very address be called? The administrator's networks may, at any port; else the public internet."""
    try:
        address = _plain(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return False
    if any(address in network for network in settings.OUTGOING_NETWORKS):
        return True
    return port in settings.OUTGOING_PORTS and _is_public(address)


def _plain(address: Address) -> Address:
    """An IPv4 address that is dressed as IPv6 is judged as what it is."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return inner or address


def _is_public(address: Address) -> bool:
    is_plain = address.is_global and not (address.is_multicast or address.is_reserved)
    return is_plain and not any(address in network for network in INWARD)


def _parsed(url: str) -> URL:
    if len(url) > URL_MAX:
        raise AddressRefused(f"The address is longer than {URL_MAX:,} characters.")
    if not url.isprintable() or " " in url:
        raise AddressRefused("The address holds blanks or characters that cannot be seen.")
    try:
        parsed = URL(url)
        host, port = parsed.host, parsed.port  # each is decoded only now
    except ValueError:
        raise AddressRefused(NO_ADDRESS) from None
    if parsed.scheme not in SCHEMES or not host or port is None:
        raise AddressRefused("The address must begin with https:// or http:// and name a host.")
    if parsed.user is not None or parsed.password is not None:
        raise AddressRefused("The address must hold neither a name nor a password.")
    _check_host(host, port)
    return parsed


def _check_host(host: str, port: int) -> None:
    """What can be said without looking the name up: aiohttp connects to a literal address without asking anybody."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        if port not in settings.OUTGOING_PORTS and not settings.OUTGOING_NETWORKS:
            raise AddressRefused(NOT_CALLED) from None
        return
    if not is_allowed(host, port):
        raise AddressRefused(NOT_CALLED)


def _status_sentence(status: int) -> str:
    if 300 <= status < 400:
        return "The address leads on to another one, which is not followed. Give the last one."
    return f"The address answered {status}."
