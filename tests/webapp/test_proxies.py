"""Whose word counts: what proxies say is believed for the trusted hops, and for nobody else."""

from typing import Any

import pytest

from webapp import proxies


async def seen(headers: dict[str, str], *, hops: int) -> tuple[dict[str, Any], dict[bytes, bytes]]:
    """(the scope that the application got, the headers of its answer)"""
    scopes: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": "http", "client": ["10.0.0.9", 5000], "headers": raw}
    await proxies.behind(application, hops=hops)(scope, None, send)
    return scopes[0], dict(answers[0]["headers"])


@pytest.mark.parametrize(
    ("forwarded", "hops", "address"),
    [
        ("6.6.6.6", 0, "10.0.0.9"),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.1", 2, "1.2.3.4"),
        ("1.2.3.4", 2, "1.2.3.4"),
        ("", 1, "10.0.0.9"),
    ],
)
async def test_address_comes_from_trusted_hops(forwarded: str, hops: int, address: str) -> None:
    """The client's address is the entry that the outermost trusted proxy added; what a peer invents is further left."""
    scope, _ = await seen({"X-Forwarded-For": forwarded}, hops=hops)
    assert scope["client"][0] == address


@pytest.mark.parametrize(("hops", "scheme"), [(0, "http"), (1, "https")])
async def test_scheme_comes_from_a_trusted_proxy(hops: int, scheme: str) -> None:
    """Only a trusted proxy can say that a request came over TLS."""
    scope, _ = await seen({"X-Forwarded-Proto": "https"}, hops=hops)
    assert scope["scheme"] == scheme


async def test_forwarding_headers_end_here() -> None:
    """Nothing behind sees what peers wrote into forwarding headers."""
    scope, _ = await seen({"X-Forwarded-Host": "evil", "Forwarded": "for=1", "Accept": "*/*"}, hops=1)
    assert scope["headers"] == [(b"accept", b"*/*")]


async def test_request_has_a_number_of_its_own() -> None:
    """Without a trusted proxy each request gets a new id, whatever it brought, and the answer carries it."""
    _, first = await seen({"X-Request-ID": "chosen-by-a-peer"}, hops=0)
    _, second = await seen({"X-Request-ID": "chosen-by-a-peer"}, hops=0)
    assert len({first[b"x-request-id"], second[b"x-request-id"], b"chosen-by-a-peer"}) == 3


@pytest.mark.parametrize(
    ("given", "is_kept"), [("0af7651916cd43dd", True), ("a\tb" * 4, False), ("x" * 65, False)]
)
async def test_trusted_request_id_is_kept(given: str, is_kept: bool) -> None:
    """A trusted proxy's id is taken over where it is a proper one."""
    _, answer = await seen({"X-Request-ID": given}, hops=1)
    assert (answer[b"x-request-id"] == given.encode()) is is_kept
