"""Codecs that a request may name: all of them are read as UTF-8, so that none breaks anything."""

import pytest
from django.conf import settings

from generations.models import Version
from tests.security.asking import ask

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a" * 32
CODECS = ["hex", "idna", "undefined", "rot13", "zlib", "utf-16", "unicode_escape", "utf-7", "utf8", "x" * 500]
WAYS = ["; charset={}", ';CHARSET = "{}"', "; charset*=utf-8''{}", "; x=1; charset={}; y"]


@pytest.mark.parametrize("codec", CODECS)
async def test_codec_breaks_no_page(codec: str) -> None:
    """A page opens whatever codec a request for it names."""
    header = (b"content-type", f"text/html; charset={codec}".encode())
    assert (await ask("GET", "/gallery/?after=%ff", header)).status == 200


@pytest.mark.parametrize("way", WAYS)
async def test_codec_is_found_however_it_is_written(way: str) -> None:
    """A codec cannot be smuggled in by another spelling."""
    header = (b"content-type", ("text/html" + way.format("undefined")).encode())
    assert (await ask("GET", "/gallery/?after=%ff", header)).status == 200


async def test_too_many_words_in_an_address() -> None:
    """An address of too many words is a 400, also for a request that names its charset."""
    header = (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")
    assert (await ask("GET", "/?" + "a&" * 300, header)).status == 400


async def test_text_of_another_codec_is_refused_by_name(version: Version) -> None:
    """Latin-1 under its own name is no UTF-8, so its prompt holds half a character."""
    headers = {
        b"content-type": b"application/x-www-form-urlencoded; charset=latin-1",
        b"cookie": f"{settings.CSRF_COOKIE_NAME}={TOKEN}".encode(),
        b"x-csrftoken": TOKEN.encode(),
    }
    answer = await ask("POST", "/", *headers.items(), body=b"prompt=caf%E9")
    assert answer.status == 422
    assert "Prompt holds half of a character." in answer.body
