"""Promises of the error pages."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from generations import errors, queries
from generations.views.errors import STATUS, ErrorPages, page, server_error, status_of

HTMX = {"HX-Request": "true"}


def leaves(kind: type) -> list[type]:
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]


@pytest.mark.parametrize("kind", leaves(errors.GenerationsError))
def test_every_error_has_a_status(kind):
    """Each class of the tree has a status of its own or of an ancestor, and none is a success."""
    assert status_of(kind.__new__(kind)) >= 400


@pytest.mark.parametrize("status", sorted({*STATUS.values(), 400, 403, 404, 500}))
def test_every_status_has_a_page(status):
    """Each status has a page with the sentence and a way out, made without a database."""
    response = page(RequestFactory().get("/"), status, "A sentence about it.")
    text = response.content.decode()
    assert response.status_code == status
    assert "A sentence about it." in text
    assert 'href="/"' in text


def test_over_limit_says_when_to_return():
    """Over a limit the answer is 429 with a Retry-After in seconds."""
    error = errors.OverLimit("You have 20 prompts waiting already.", retry_after_s=17)
    response = ErrorPages(lambda request: None).process_exception(RequestFactory().get("/"), error)
    assert (response.status_code, response["Retry-After"]) == (429, "17")


def test_other_errors_pass():
    """What is none of ours is left to Django, which logs it."""
    assert ErrorPages(lambda request: None).process_exception(RequestFactory().get("/"), KeyError()) is None


def test_broken_page_needs_nothing():
    """The page for our own mistakes works for a bare request: no person, no session, no static manifest."""
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "What you made is safe" in response.content.decode()


def test_sentence_is_text():
    """A sentence that quotes what somebody sent is escaped."""
    assert "<b>" not in page(RequestFactory().get("/"), 400, "<b>x</b>").content.decode()


@pytest.mark.django_db
def test_unknown_address_is_a_page(client):
    """An address that leads nowhere shows the page with a way out."""
    response = client.get("/no/such/address/")
    assert response.status_code == 404
    assert "What stood at this address" in response.content.decode()


@pytest.mark.django_db
def test_stale_form_gets_a_sentence(alice):
    """A form without a valid token is refused with what to do about it."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    response = client.post("/gallery/bin/empty/")
    assert response.status_code == 403
    assert "Go back: what you typed is still there" in response.content.decode()


@pytest.mark.django_db
def test_htmx_gets_a_toast(alice, client_of):
    """With htmx an error becomes a toast, and the page stays as it is."""
    response = client_of(alice).post("/gallery/" + "0" * 26 + "/trash/", headers=HTMX)
    assert response.status_code == 404
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#toasts", "beforeend")
    assert "<html" not in response.content.decode()


@pytest.mark.django_db
def test_wrong_host_is_a_page(client):
    """A Host header that is not ours is a 400, not a 500."""
    assert client.get("/gallery/", headers={"host": "evil.example"}).status_code == 400


def test_a_database_that_is_away_is_no_mistake_of_ours(client, monkeypatch):
    """When the database does not answer in time, the page is a 503 that says when to come back."""

    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(queries, "default_version", locked)
    response = client.get("/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "Nothing was lost" in response.content.decode()
