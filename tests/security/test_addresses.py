"""Ids in addresses: whatever is not exactly the id of one's own thing is not there, and breaks nothing."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from generations.ids import new_id
from generations.models import Output, Prediction
from generations.signing import media_url
from tests.security.conftest import Things

pytestmark = pytest.mark.django_db

ADDRESSES = [
    ("get", "/predictions/{}/"),
    ("post", "/predictions/{}/cancel/"),
    ("get", "/predictions/{}/again/"),
    ("get", "/?again={}"),
    ("get", "/live/stream/?prediction={}"),
    ("get", "/gallery/{}/"),
    ("post", "/gallery/{}/favourite/"),
    ("post", "/gallery/{}/trash/"),
    ("post", "/gallery/{}/restore/"),
    ("post", "/gallery/{}/delete/"),
    ("get", "/gallery/{}/download/png/"),
    ("get", "/?from={}"),
]
OF_PREDICTIONS = ADDRESSES[:5]
OF_OUTPUTS = ADDRESSES[5:]

BENT: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "a dot behind": lambda id: f"{id}.",
    "a NUL behind": lambda id: f"{id}%00",
    "a line end behind": lambda id: f"{id}%0A",
    "a blank before": lambda id: f"%20{id}",
    "a path before": lambda id: f"..%2F{id}",
    "one short": lambda id: id[:-1],
    "one long": lambda id: f"{id}0",
    "two": lambda id: f"{id},{id}",
    "nothing like it": lambda id: "null",
    "a wildcard": lambda id: "%25",
    "a quote": lambda id: f"{id}'--",
    "no text": lambda id: "%FF",
    "an overlong slash": lambda id: "%C0%AF",
    "markup": lambda id: "%3Cb%3E",
    "Arabic digits": lambda id: "%D9%A1" * 26,
    "very long": lambda id: "0" * 4000,
    "never made": lambda id: new_id(),
}


@pytest.fixture
def hers(alice: User, things_of: Callable[..., Things]) -> Things:
    return things_of(alice)


def status(browser: Client, method: str, address: str) -> int:
    return getattr(browser, method)(address, {"is_favourite": "1"} if method == "post" else None).status_code


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_bent_id_is_not_there(studio: Client, hers: Things, bend: Callable[[str], str]) -> None:
    """An id that is not written as it was made is nobody's, at every address that takes one."""
    told = {
        address: status(studio, method, address.format(bend(thing.pk)))
        for addresses, thing in ((OF_PREDICTIONS, hers.waiting), (OF_OUTPUTS, hers.binned))
        for method, address in addresses
    }
    assert told == dict.fromkeys((address for _, address in ADDRESSES), 404)


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_id_of_another_kind_is_not_there(studio: Client, hers: Things, method: str, address: str) -> None:
    """A picture's id is no prediction's, nor the other way round."""
    thing = hers.output if (method, address) in OF_PREDICTIONS else hers.waiting
    assert status(studio, method, address.format(thing.pk)) == 404


def test_what_was_deleted_is_not_there(studio: Client, hers: Things) -> None:
    """What is deleted has no address any more."""
    ids = {Prediction: hers.waiting.pk, Output: hers.output.pk}
    Prediction.objects.all().delete()
    told = [status(studio, method, address.format(ids[Prediction])) for method, address in OF_PREDICTIONS]
    told += [status(studio, method, address.format(ids[Output])) for method, address in OF_OUTPUTS]
    assert set(told) == {404}


def test_recipe_of_others_fills_nothing(studio: Client, bob: User, things_of: Callable[..., Things]) -> None:
    """The composer cannot be filled from what another person made."""
    his = things_of(bob, prompt="a secret")
    for address in (f"/?again={his.waiting.pk}", f"/?from={his.output.pk}"):
        answer = studio.get(address)
        assert answer.status_code == 404
        assert "a secret" not in answer.content.decode()


FILES: dict[str, Callable[[str], str]] = {
    "another file": lambda link: link.replace("master.png", "secret.png"),
    "another case": lambda link: link.replace("master.png", "MASTER.PNG"),
    "a NUL": lambda link: f"{link}%00",
    "a path": lambda link: link.replace("master.png", "..%2Fmaster.png"),
    "the folder": lambda link: link.replace("master.png", ""),
    "a file within": lambda link: f"{link}/x",
    "no signature": lambda link: "/".join([*link.split("/")[:3], "-", "master.png"]),
    "half a signature": lambda link: "/".join([*link.split("/")[:3], link.split("/")[3][:11], "master.png"]),
    "a long signature": lambda link: link.replace("/master", "A/master"),
    "a signature of no text": lambda link: "/".join([*link.split("/")[:3], "%FF%00", "master.png"]),
}


@pytest.mark.parametrize("bend", FILES.values(), ids=FILES)
def test_bent_link_opens_no_file(client: Client, hers: Things, bend: Callable[[str], str]) -> None:
    """A link to a file that is changed in any part opens nothing."""
    assert client.get(bend(media_url(hers.output, "master.png"))).status_code == 404


def test_link_of_another_picture_opens_no_file(client: Client, hers: Things) -> None:
    """The signature of one picture opens no other."""
    link = media_url(hers.output, "master.png").replace(hers.output.pk, hers.binned.pk)
    assert client.get(link).status_code == 404


PLACES = [
    "~",
    "x~x",
    "0001-01-01T00:00:00%2B23:59~{}",
    "9999-12-31T23:59:59-23:59~{}",
    "2020-01-01~{}",
    "%00~{}",
]


@pytest.mark.parametrize(
    "page", ["/gallery/bin/?after=", "/gallery/?after=", "/gallery/?newer=", "/gallery/?day="]
)
@pytest.mark.parametrize("place", PLACES)
def test_bent_place_in_a_list_is_its_beginning(studio: Client, hers: Things, page: str, place: str) -> None:
    """A page of a long list whose address was bent shows something, and never fails."""
    address = page + place.format(hers.output.pk)
    assert studio.get(address).status_code == 200
    assert studio.get(address, headers={"HX-Request": "true"}).status_code == 200


SETTINGS = [
    "steps=NaN",
    "steps=1e5",
    "num_outputs=99999999999999",
    "num_outputs=²",
    "seed=-1",
    "style=<b>",
    "prompt=%00%FF",
]


@pytest.mark.parametrize("query", SETTINGS)
def test_bent_settings_fill_the_composer(studio: Client, query: str) -> None:
    """An address that fills the composer with nonsense shows the nonsense, for the form to refuse."""
    assert studio.get(f"/?{query}").status_code == 200


ELSEWHERE = [
    *("https://elsewhere.example/", "//elsewhere.example/", "///elsewhere.example", "/\\elsewhere.example"),
    *(
        "\\\\elsewhere.example",
        "https:elsewhere.example",
        "javascript:alert(1)",
        "\thttps://elsewhere.example",
    ),
    *(
        "http://testserver@elsewhere.example/",
        "https://testserver.elsewhere.example/",
        "\0//elsewhere.example",
    ),
]


@pytest.mark.parametrize("target", ELSEWHERE, ids=repr)
@pytest.mark.parametrize(
    "door", ["/gallery/{output}/favourite/", "/gallery/{output}/trash/", "/account/logout/"]
)
def test_next_leads_nowhere_else(studio: Client, hers: Things, door: str, target: str) -> None:
    """A form's `next` never leads to another site."""
    answer = studio.post(hers.fill(door), {"is_favourite": "1", "next": target})
    assert answer.status_code == 302
    assert "elsewhere" not in answer["Location"].partition("?")[0]
    assert answer["Location"].startswith("/")


@pytest.mark.parametrize("target", ELSEWHERE, ids=repr)
def test_staff_are_led_nowhere_else(
    moderator: User, client_of: Callable[[User], Client], target: str
) -> None:
    """The door of the staff pages leads to staff pages."""
    assert client_of(moderator).get("/admin/login/", {"next": target})["Location"] == "/admin/"
