"""Headers of every answer, cookies, and the checks of Django and our own."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client

from webapp import csp
from webapp.middleware import CompressedPages, security_headers

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def answer(client: Client) -> HttpResponse:
    return client.get("/healthz")


def test_policy_allows_our_own_and_nothing_inline(answer: HttpResponse) -> None:
    """The Content-Security-Policy is self, with pictures also from data: and blob:, and never unsafe."""
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' data: blob:;")
    assert "unsafe" not in policy
    for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert directive in policy


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
    ],
)
def test_header_is_set(answer: HttpResponse, header: str, value: str) -> None:
    """Every answer carries the header."""
    assert answer[header] == value


def test_passkeys_are_the_only_permission(answer: HttpResponse) -> None:
    """Permissions-Policy closes everything that it names but passkeys, which our own pages may use."""
    permissions = dict(each.split("=") for each in answer["Permissions-Policy"].split(", "))
    assert {name for name, who in permissions.items() if who != "()"} == {
        "publickey-credentials-create",
        "publickey-credentials-get",
    }


def test_stricter_policy_of_a_view_stands() -> None:
    """What a view says itself is not overridden."""
    own = HttpResponse(headers={"Content-Security-Policy": "sandbox"})
    assert security_headers(lambda request: own)(HttpRequest())["Content-Security-Policy"] == "sandbox"


def test_pictures_may_come_from_the_media_origin() -> None:
    """A media origin is allowed for pictures and for nothing that runs."""
    policy = csp.policy(media_origin="https://media.example.org/", tls=True)
    assert {name for name, sources in policy.items() if "https://media.example.org" in sources} == {
        "img-src",
        "media-src",
    }
    assert csp.header(policy).endswith("upgrade-insecure-requests")


def test_missing_page_has_the_headers_too(client: Client) -> None:
    """An error is an answer like any other."""
    assert "Content-Security-Policy" in client.get("/nothing/here/").headers


def manage(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False
    )


def test_settings_with_tls_pass_the_checks(tmp_path: Path) -> None:
    """`manage.py check --deploy` has nothing to say of a site behind TLS, once static files are collected."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    done = manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        SAFELIGHT_TLS="1",
        SAFELIGHT_DATA=str(tmp_path),
        SAFELIGHT_HOSTS="example.org",
    )
    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("changes", "id"),
    [
        ({"PROCESSES": 2}, "safelight.E001"),
        ({"PROXY_TLS": True, "TRUSTED_PROXIES": 0}, "safelight.E002"),
        ({"PROXY_TLS": True, "TRUSTED_PROXIES": 1, "LOCAL_TLS": True}, "safelight.E005"),
        ({"MEDIA_ORIGIN": "media.example.org"}, "safelight.E003"),
        ({"API_ORIGIN": "api.example.org"}, "safelight.E006"),
        ({"API_ORIGIN": "https://a.example", "MEDIA_ORIGIN": "https://A.example/"}, "safelight.E007"),
        ({"ALLOWED_HOSTS": ["*"]}, "safelight.W001"),
    ],
)
def test_unsafe_settings_are_found(settings: Any, changes: dict[str, Any], id: str) -> None:
    """Each setting that would lose messages or let strangers in has its check."""
    for name, value in changes.items():
        setattr(settings, name, value)
    assert id in {message.id for message in run_checks()}


def test_wrong_value_stops_the_start_in_one_line() -> None:
    """A value that does not fit is named, without a traceback."""
    done = manage("check", PORT="eighty")
    assert done.returncode == 1
    assert re.fullmatch(
        r"Safelight cannot start\. PORT must be a whole number; it is 'eighty'\.\n", done.stderr
    )


@pytest.mark.django_db
def test_pages_are_compressed_without_tls(client: Client) -> None:
    """A page is sent as gzip to a browser that takes it, and plainly to one that does not."""
    plain = client.get("/account/login/")
    packed = client.get("/account/login/", headers={"Accept-Encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert b"<h1" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2
    assert "Content-Encoding" not in plain


def test_streams_and_files_are_not_compressed() -> None:
    """What is no page, or comes bit by bit, is passed on as it is."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    for response in (
        HttpResponse(b"{}" * 500, content_type="application/json"),
        StreamingHttpResponse([b"data: 1\n\n" * 500], content_type="text/event-stream"),
        StreamingHttpResponse([b"<p>" * 500], content_type="text/html"),
    ):
        answer = CompressedPages(lambda _, response=response: response)(request)
        assert "Content-Encoding" not in answer
