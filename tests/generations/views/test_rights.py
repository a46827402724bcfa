"""Who may do what: one table, address × person → status. A face adds its own lines."""

import pytest

from generations import imaging

pytestmark = pytest.mark.django_db

# name → (method, address, owner, stranger, guest, signed out, staff)
TABLE = {
    "gallery": ("get", "/gallery/", 200, 200, 200, 200, 200),
    "gallery-bin": ("get", "/gallery/bin/", 200, 200, 200, 302, 200),
    "gallery-bin-empty": ("post", "/gallery/bin/empty/", 302, 302, 302, 302, 302),
    "output": ("get", "/gallery/{output}/", 200, 404, 404, 302, 404),
    "output-favourite": ("post", "/gallery/{output}/favourite/", 302, 404, 404, 404, 404),
    "output-trash": ("post", "/gallery/{output}/trash/", 302, 404, 404, 404, 404),
    "output-restore": ("post", "/gallery/{output}/restore/", 302, 404, 404, 404, 404),
    "output-delete": ("post", "/gallery/{output}/delete/", 302, 404, 404, 404, 404),
    "output-download": ("get", "/gallery/{output}/download/png/", 200, 404, 404, 302, 404),
}
PEOPLE = ("owner", "stranger", "guest", "nobody", "staff")


@pytest.fixture
def people(alice, bob, guest, moderator):
    return {
        "owner": alice,
        "stranger": bob,
        "guest": guest,
        "nobody": None,
        "staff": moderator,
    }


@pytest.fixture(autouse=True)
def quick_export(monkeypatch):
    monkeypatch.setattr(imaging, "export", lambda master, **options: master)


def fill(address: str, output) -> str:
    return address.replace("{output}", output.pk)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("who", PEOPLE)
def test_right(people, client_of, make_output, alice, name, who):
    """Each address answers each kind of person as the table says."""
    trashed_at = {"output-delete": alice.date_joined}.get(name)
    output = make_output(alice, trashed_at=trashed_at)
    method, address, *expected = TABLE[name]
    response = getattr(client_of(people[who]), method)(fill(address, output), {"is_favourite": "1"})
    assert response.status_code == expected[PEOPLE.index(who)]


@pytest.mark.parametrize("name", [name for name in TABLE if TABLE[name][0] == "post"])
def test_writing_takes_a_post(people, client_of, picture, name):
    """What changes something cannot be done by a link."""
    assert client_of(people["owner"]).get(fill(TABLE[name][1], picture)).status_code == 405


def test_guest_owns_what_a_guest_made(people, client_of, make_output):
    """A guest has every right over their own pictures."""
    output = make_output(people["guest"])
    client = client_of(people["guest"])
    assert client.get(f"/gallery/{output.pk}/").status_code == 200
    assert client.post(f"/gallery/{output.pk}/trash/").status_code == 302
